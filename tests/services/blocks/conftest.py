# SPDX-License-Identifier: Apache-2.0
"""A store with tiny blocks, so that small contents have maps and leaves."""

from __future__ import annotations

import io
from pathlib import Path

import pytest

from synnefo_blocks import Reader, write
from synnefo_core.context import for_worker
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.offload import make_offload
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_core.testing.fixtures import StillClock
from tests.services.blocks.collected import BLOCK, Site


class Engine:
    """A store and how contents get into it and out of it."""

    def __init__(self, storage, offload):
        self.storage, self.offload = storage, offload
        self.blocks = storage.blocks
        self.block_bytes = storage.properties.block_bytes

    def write(self, content, **rest):
        return write(self.storage, self.offload, io.BytesIO(content).read, **rest)

    def read(self, reference, start=0, stop=None):
        return b"".join(Reader(self.storage, self.offload, reference).read(start, stop))

    def stored(self, kind):
        return [entry.digest for entry in self.blocks.entries(kind)]


@pytest.fixture(scope="session")
def offload():
    made = make_offload(4)
    yield made
    made.close()


@pytest.fixture(scope="session")
def make_engine(offload):
    def make(block_bytes=BLOCK):
        setup = DriverSetup("memory", {"block_bytes": block_bytes}, Path("/nowhere"))
        return Engine(MemoryStorage(setup), offload)

    return make


@pytest.fixture
def engine(make_engine):
    return make_engine()


@pytest.fixture
def site(make_cloud):
    clock = StillClock()
    with Site(for_worker(make_cloud(clock=clock)), clock).running() as made:
        yield made
