# SPDX-License-Identifier: Apache-2.0
"""A store in a pool of a Ceph cluster: the driver ``rados`` of ``synnefo.storage``."""

from synnefo_storage_rados.driver import RadosStorage

__all__ = ["RadosStorage"]
