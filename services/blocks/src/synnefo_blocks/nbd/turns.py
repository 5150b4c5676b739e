# SPDX-License-Identifier: Apache-2.0
"""Becoming the writer of a volume late: when a client uses it.

A cluster manager prepares disks wherever a guest might run, and much more often than one does.
Whoever only prepared must not end the writer that there is. During a live migration even a client
must not: it comes while the guest still runs elsewhere.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from synnefo_blocks import volumes
from synnefo_blocks.node_stores import NodeStore
from synnefo_core.contracts.storage import Fenced, NoSuchThing, Storage, StorageError

LOOK_S = 2.0
LOOK_AGAIN_S = 0.05
ATTEMPTS = 20


@dataclass(frozen=True)
class Claim:
    """What a process may do with a volume.

    Attributes:
        name: The volume.
        epochs: The numbers that it may write under; it takes the first that nobody had.
        others: A file that is there while another writer is not to be disturbed; None for never.
    """

    name: str
    epochs: range
    others: Path | None = None


class Turn:
    """A volume of which this process is the writer, or may become it."""

    def __init__(
        self,
        storage: Storage,
        claim: Claim,
        terms: volumes.LeaseTerms,
        *,
        find: Callable[[str], NodeStore] | None = None,
    ) -> None:
        """Take nothing yet; ``find`` returns the store of a volume that is in this one no longer."""
        self._storage, self._claim, self._terms = storage, claim, terms
        self._find = find
        self._lock = threading.Lock()
        self._ended = threading.Event()
        self.taken: volumes.Volume | None = None

    def take(self) -> volumes.Volume:
        """Become the writer, unless this process is; return the volume as it may write it.

        Raises: as :func:`synnefo_blocks.volumes.open_volume` does; Fenced too after :meth:`end`.
        """
        with self._lock:
            if self._ended.is_set():
                raise Fenced(f"volume {self._claim.name} is served no longer")
            if self.taken is None:
                epoch = self._next_epoch()
                self.taken = volumes.open_volume(
                    self._storage, self._claim.name, epoch=epoch, terms=self._terms
                )
            return self.taken

    def is_free(self) -> bool:
        """Whether nobody would be disturbed."""
        if self.taken is not None or self._claim.others is None or not self._claim.others.exists():
            return True
        return not self.record().is_open

    def record(self) -> volumes.VolumeRecord:
        """Return what the volume is made of now."""
        name = self._claim.name
        try:
            return volumes.show(self._storage, name)
        except NoSuchThing:
            if self._find is None:
                raise
        found = self._find(name)
        self._storage, self._terms = found.storage, found.terms
        return volumes.show(self._storage, name)

    def await_turn(self) -> volumes.Volume:
        """Return the volume once the writer that there is has closed it, or needs not be heeded."""
        while not self.is_free() and not self._ended.wait(LOOK_AGAIN_S):
            continue
        return self.take()

    def look(self, offset: int, length: int) -> bytes:
        """Return bytes as they are in the store, whoever writes."""
        for _ in range(ATTEMPTS):
            # What it was made of may go while it is read.
            with suppress(NoSuchThing, KeyError):
                self.record()
                return volumes.look(self._storage, self._claim.name).read(offset, length)
        raise NoSuchThing(f"volume {self._claim.name} changes all the time")

    def renew(self) -> None:
        """Keep the right to write; as long as there is none, see whether there may be one.

        Raises:
            Fenced: There is a writer whom this one may not follow, or the volume is gone.
            StorageUnavailable: The store did not answer.
        """
        if self.taken is not None:
            self.taken.renew()
            return
        try:
            self._next_epoch()
        except NoSuchThing as cause:
            raise Fenced(str(cause)) from cause

    @property
    def renew_every_s(self) -> float:
        """How often to call :meth:`renew`; a snapshot waits for what it sees."""
        return min(LOOK_S, self._terms.renew_every_s)

    @property
    def is_asked(self) -> bool:
        """Whether :meth:`obey` has something to do."""
        return self.taken is not None and self.taken.is_asked

    def obey(self) -> None:
        """Do what others wish of the writer."""
        if self.taken is not None:
            self.taken.obey()

    def end(self) -> None:
        """Let nobody wait or take the volume any more."""
        self._ended.set()

    def close(self) -> None:
        """Flush, and let the next writer begin without waiting."""
        with self._lock:
            if self.taken is not None:
                self.taken.close()

    def _next_epoch(self) -> int:
        before, epochs = self.record().epoch, self._claim.epochs
        epoch = max(before + 1, epochs.start)
        if epoch not in epochs:
            raise Fenced(f"volume {self._claim.name} is at epoch {before}: {epochs} is past")
        return epoch


class LateDisk:
    """A disk for clients that come before this process is the writer.

    While another writer is not to be disturbed it reads what the store has; who writes waits.
    """

    def __init__(self, turn: Turn) -> None:
        self._turn = turn

    @property
    def size_bytes(self) -> int:
        """None of a volume that can't be read now: a client that has come is to hear of it."""
        try:
            return self._turn.record().size_bytes
        except StorageError:
            return 0

    def read(self, offset: int, length: int) -> bytes:
        if self._turn.taken is not None or self._turn.is_free():
            return self._turn.take().read(offset, length)
        return self._turn.look(offset, length)

    def parts(self, offset: int, length: int) -> Sequence[volumes.Part]:
        return self._turn.taken.parts(offset, length) if self._turn.taken is not None else ()

    def write(self, offset: int, data: memoryview) -> None:
        self._turn.await_turn().write(offset, data)

    def zero(self, offset: int, length: int) -> None:
        self._turn.await_turn().zero(offset, length)

    def flush(self) -> None:
        """Before the first write there is nothing to flush."""
        if self._turn.taken is not None:
            self._turn.taken.flush()

    def present(self, offset: int, length: int) -> Iterator[tuple[int, bool]]:
        if self._turn.taken is not None:
            return self._turn.taken.present(offset, length)
        return iter(((length, True),))
