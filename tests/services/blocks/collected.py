# SPDX-License-Identifier: Apache-2.0
"""A cloud with one store in memory, whose clock is held, and one owner of references."""

from __future__ import annotations

import io
from contextlib import contextmanager
from pathlib import Path

from synnefo_blocks import Reader, write
from synnefo_blocks.collection import collect
from synnefo_blocks.collection.sweeping import Periods
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import Kind
from synnefo_core.hookspecs import hookimpl
from synnefo_core.testing.fakes import MemoryStorage

STORE = "local"
BLOCK = 512  # so that a leaf lists eight blocks
SETUP = DriverSetup("memory", {"block_bytes": BLOCK}, Path("/nowhere"))
GRACE_S, QUARANTINE_S = 1000.0, 500.0
PERIODS = Periods(GRACE_S, QUARANTINE_S)


class Keeper:
    """An owner: a plugin that keeps references in a list."""

    def __init__(self):
        self.kept = []

    @hookimpl
    def storage_roots(self, context, store):
        return [(r.kind, r.digest) for r in self.kept] if store == STORE else []


class Site:
    """A cloud, its store and how time passes there."""

    def __init__(self, context, clock):
        self.context, self.clock = context, clock
        self.storage = self.another(STORE)
        self.blocks, self.offload = self.storage.blocks, context.cloud.offload
        self.keeper = Keeper()

    @contextmanager
    def running(self):
        manager = self.context.cloud.plugins._manager
        manager.register(self.keeper, "keeper")
        try:
            yield self
        finally:
            manager.unregister(name="keeper")

    def another(self, name):
        """Return a second store, which the cloud knows by a name."""
        cloud = self.context.cloud
        storage = cloud.shared(f"driver.store.{name}", lambda: MemoryStorage(SETUP))
        storage.memory.clock = self.clock
        return storage

    def write(self, content):
        return write(self.storage, self.offload, io.BytesIO(content).read).reference

    def keep(self, content):
        reference = self.write(content)
        self.keeper.kept.append(reference)
        return reference

    def read(self, reference):
        return b"".join(Reader(self.storage, self.offload, reference).read())

    def collect(self, **rest):
        return collect(self.context, STORE, PERIODS, **rest)

    def later(self, seconds=GRACE_S + 1):
        self.clock.advance(seconds)

    def collect_twice(self):
        """Have garbage found, and deleted."""
        self.later()
        self.collect()
        self.later()
        return self.collect()

    def stored(self, *kinds):
        return {e.digest for kind in kinds or Kind for e in self.blocks.entries(kind)}

    def contents(self):
        """Return the names of all that is no note."""
        return self.stored(*(kind for kind in Kind if kind is not Kind.NOTE))
