# SPDX-License-Identifier: Apache-2.0
"""The driver ``rados``: a store in a pool of a Ceph cluster."""

from __future__ import annotations

from contextlib import ExitStack

from oslo_config import cfg

from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import Storage, StoreProperties, StoreUsage
from synnefo_core.offload import make_offload
from synnefo_storage_rados.blocks import LOOKS_AT_ONCE, PoolBlocks
from synnefo_storage_rados.heads import PoolHeads
from synnefo_storage_rados.layout import prepare
from synnefo_storage_rados.options import OPTIONS, Options
from synnefo_storage_rados.pool import Pool


class RadosStorage(Storage):
    """Contents and volumes in a pool that all machines see."""

    blocks: PoolBlocks
    heads: PoolHeads

    @classmethod
    def options(cls) -> list[cfg.Opt]:
        return list(OPTIONS)

    def __init__(self, setup: DriverSetup) -> None:
        told = Options.of(setup)
        self.properties = StoreProperties(block_bytes=told.block_bytes, has_heads=True)
        with ExitStack() as on_failure:
            self._pool = Pool(told)
            on_failure.callback(self._pool.close)
            prepare(self._pool, told)
            on_failure.pop_all()
        offload = setup.offload or make_offload(LOOKS_AT_ONCE)
        self.blocks = PoolBlocks(
            self._pool, offload, block_bytes=told.block_bytes, scratch=setup.state_directory
        )
        self.heads = PoolHeads(self._pool)

    def usage(self) -> StoreUsage:
        return self._pool.usage()

    def close(self) -> None:
        self._pool.close()
