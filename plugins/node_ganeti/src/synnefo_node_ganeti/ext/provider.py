# SPDX-License-Identifier: Apache-2.0
"""What Ganeti may ask of the provider; each may be asked again, and after a crash in the middle.

``attach`` comes all the time and everywhere: before each other action, at each look at a disk, on
the other node before a migration. So it ends no writer: what it starts becomes one when QEMU uses
it. A ticket that a later one has outdone attaches nothing and removes nothing.
"""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from synnefo_blocks import EMPTY, Reference, volumes
from synnefo_blocks.node_stores import NodeStores
from synnefo_core.contracts.storage import HeadExists, NoSuchThing
from synnefo_node_ganeti.ext.request import MIB, MOST_SEED_MIB, Refused, Request
from synnefo_node_ganeti.ext.serving import Serving

KEYS = "keys"
GROWN_S = 60.0
LOOK_AGAIN_S = 0.2


@dataclass(frozen=True)
class Places:
    """Where things are on a node.

    Attributes:
        config: A directory with the cloud's public keys (``keys``, one a line) and with ``NAME.conf``
            for each store.
        run: A directory of this boot.
    """

    config: Path = Path("/etc/synnefo/volumes")
    run: Path = Path("/run/synnefo/volumes")


class Provider:
    """Does what one request asks for."""

    def __init__(self, places: Places, request: Request) -> None:
        """Take a request; nothing is done yet."""
        self._request, self._ticket = request, request.ticket
        self._volume = request.volume
        self._config = places.config / f"{request.ticket.store}.conf"
        self._serving = Serving(places.run, request.volume)

    def create(self) -> str:
        """Make the volume, unless it is there."""
        size_bytes, origin = self._ticket.size_bytes, EMPTY
        if self._request.is_seed:
            if not 0 < self._request.size_mib <= MOST_SEED_MIB:
                raise Refused(f"{self._request.size_mib} MiB are no size for a seed")
            size_bytes = self._request.size_mib * MIB
        elif self._ticket.origin:
            origin = Reference.parse(self._ticket.origin)
        with self._serving.alone(), self._opened() as stores:
            with suppress(HeadExists):
                volumes.create(stores.first.storage, self._volume, size_bytes, base=origin)
            if self._is_outdone(stores):
                raise Refused(f"volume {self._volume} was given to another server")
        return ""

    def attach(self) -> str:
        """Have the volume served here; return where, and nothing where there is none for us."""
        with self._serving.alone():
            running = self._serving.running()
            if running is not None and running.generation < self._ticket.generation:
                self._serving.end()
                running = None
            if running is not None and running.generation > self._ticket.generation:
                return ""
            if running is None and not self._started():
                return ""
        # The first line would be a block device.
        return f"\nkvm:nbd:unix:{self._serving.socket}\n"

    def detach(self) -> str:
        """End what serves it here."""
        with self._serving.alone():
            self._end_ours()
        return ""

    def open(self) -> str:
        """Heed other writers from now on, or no longer."""
        with self._serving.alone():
            if self._request.is_exclusive:
                self._serving.others.unlink(missing_ok=True)
            else:
                self._serving.others.touch()
        return ""

    def close(self) -> str:
        """Give the volume back; the guest is gone from here."""
        return self.detach()

    def remove(self) -> str:
        """Remove what was made for this disk."""
        with self._serving.alone():
            self._end_ours()
            # The seed is kept with its volume: an old ticket would remove that of a server that has moved.
            if self._ticket.is_kept:
                return ""
            with self._opened() as stores:
                if not self._is_outdone(stores):
                    volumes.delete(stores.first.storage, self._volume)
            self._serving.forget()
        return ""

    def grow(self) -> str:
        """Have the volume grown, by its writer if there is one."""
        size_bytes, deadline = self._request.size_mib * MIB, time.monotonic() + GROWN_S
        with self._opened() as stores:
            if self._is_outdone(stores):
                raise Refused(f"volume {self._volume} was given to another server")
            while not self._grown(stores, size_bytes):
                if time.monotonic() > deadline:
                    raise Refused(f"the writer of volume {self._volume} does not grow it")
                time.sleep(LOOK_AGAIN_S)
        return ""

    def snapshot(self) -> str:
        """Refuse: a snapshot is the cloud's, which seals it beside the writer."""
        raise Refused("snapshots of volumes are taken in the cloud")

    def setinfo(self) -> str:
        """Do nothing: whose volume it is the cloud knows."""
        return ""

    def verify(self) -> str:
        """Open the store."""
        with self._opened():
            return ""

    def _started(self) -> bool:
        """Start what serves the volume; return whether there is a volume for us."""
        with self._opened() as stores:
            if self._is_outdone(stores):
                return False
        self._serving.start(self._ticket, self._config)
        return True

    def _end_ours(self) -> None:
        """End what serves the volume, unless that goes by a later ticket."""
        running = self._serving.running()
        if running is None or running.generation <= self._ticket.generation:
            self._serving.end()

    def _grown(self, stores: NodeStores, size_bytes: int) -> bool:
        store = stores.of_volume(self._volume)
        # It may be moving away at this moment.
        with suppress(NoSuchThing):
            return volumes.grow(store.storage, self._volume, size_bytes)
        return False

    def _is_outdone(self, stores: NodeStores) -> bool:
        """Whether the volume is gone, or a later ticket's."""
        try:
            store = stores.of_volume(self._volume)
            record = volumes.recorded(store.storage, self._volume)
        except NoSuchThing:
            return True
        return record.epoch >= self._ticket.epochs.stop

    @contextmanager
    def _opened(self) -> Iterator[NodeStores]:
        stores = NodeStores(self._config)
        try:
            yield stores
        finally:
            stores.close()
