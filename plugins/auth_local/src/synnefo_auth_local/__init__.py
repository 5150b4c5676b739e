# SPDX-License-Identifier: Apache-2.0
"""Passwords in the cloud's own database: the driver ``local`` of ``synnefo.auth``."""

from synnefo_auth_local.driver import LocalAuth

__all__ = ["LocalAuth"]
