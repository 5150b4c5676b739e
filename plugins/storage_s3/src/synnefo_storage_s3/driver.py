# SPDX-License-Identifier: Apache-2.0
"""The driver ``s3``: a store in a bucket."""

from __future__ import annotations

from oslo_config import cfg

from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import Storage, StoreProperties, StoreUsage
from synnefo_storage_s3.blocks import BucketBlocks
from synnefo_storage_s3.clients import Clients
from synnefo_storage_s3.layout import prepare
from synnefo_storage_s3.options import OPTIONS, Options


class S3Storage(Storage):
    """Contents in a bucket that all machines see; no volumes."""

    blocks: BucketBlocks

    @classmethod
    def options(cls) -> list[cfg.Opt]:
        return list(OPTIONS)

    def __init__(self, setup: DriverSetup) -> None:
        told = Options.of(setup)
        self.properties = StoreProperties(block_bytes=told.block_bytes)
        self._clients = Clients(told)
        with self._clients.one() as s3:
            prepare(s3, told)
        self.blocks = BucketBlocks(self._clients, told)
        self.heads = None

    def usage(self) -> StoreUsage:
        """Say that nobody knows: S3 has no word for it."""
        return StoreUsage(None, None)

    def close(self) -> None:
        self._clients.close()
