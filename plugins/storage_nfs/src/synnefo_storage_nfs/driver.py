# SPDX-License-Identifier: Apache-2.0
"""The driver ``nfs``: a store on any shared POSIX directory."""

from __future__ import annotations

import os

from oslo_config import cfg

from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.contracts.storage import Storage, StoreProperties, StoreUsage
from synnefo_storage_nfs.blocks import DirectoryBlocks
from synnefo_storage_nfs.faults import explained, translated
from synnefo_storage_nfs.files import Files
from synnefo_storage_nfs.heads import DirectoryHeads
from synnefo_storage_nfs.layout import Layout, prepare
from synnefo_storage_nfs.options import OPTIONS, Options


class NfsStorage(Storage):
    """Blocks and heads in one directory that several machines may share."""

    blocks: DirectoryBlocks
    heads: DirectoryHeads

    @classmethod
    def options(cls) -> list[cfg.Opt]:
        return list(OPTIONS)

    def __init__(self, setup: DriverSetup) -> None:
        told = Options.of(setup)
        self.properties = StoreProperties(
            block_bytes=told.block_bytes,
            has_heads=True,
            enforces_fencing=False,
            is_shared=told.is_shared,
        )
        self._layout = Layout(told.path)
        disk = Files(told.fsync)
        try:
            prepare(self._layout, disk, block_bytes=told.block_bytes, must_exist=told.must_exist)
        except (PermissionError, FileExistsError, FileNotFoundError, NotADirectoryError) as fault:
            raise Misconfigured(f"{told.path}: {fault.strerror}") from fault
        except OSError as fault:
            raise explained(fault, f"the store in {told.path} was not opened") from fault
        self.blocks = DirectoryBlocks(
            self._layout, disk, block_bytes=told.block_bytes, is_shared=told.is_shared
        )
        self.heads = DirectoryHeads(self._layout, disk, is_shared=told.is_shared)

    def usage(self) -> StoreUsage:
        with translated(f"the room in {self._layout.root} is not known"):
            room = os.statvfs(self._layout.root)
        return StoreUsage(room.f_blocks * room.f_frsize, room.f_bavail * room.f_frsize)

    def close(self) -> None:
        self.heads.close()
