# SPDX-License-Identifier: Apache-2.0
"""A store on any shared POSIX directory: the driver ``nfs`` of ``synnefo.storage``."""

from synnefo_storage_nfs.driver import NfsStorage

__all__ = ["NfsStorage"]
