# SPDX-License-Identifier: Apache-2.0
"""Volumes for QEMU: a server of the NBD protocol on a unix socket.

Source: the NBD project's doc/proto.md.
"""

from synnefo_blocks.nbd.disk import Disk
from synnefo_blocks.nbd.server import Server

__all__ = ["Disk", "Server"]
