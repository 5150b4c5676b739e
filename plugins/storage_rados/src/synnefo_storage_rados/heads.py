# SPDX-License-Identifier: Apache-2.0
"""Heads of volumes: a record that is compared and swapped, and chunks of data."""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterator
from dataclasses import replace

from synnefo_core.contracts.storage import (
    CLUSTER_BYTES,
    Fenced,
    Head,
    HeadExists,
    HeadStore,
    NoSuchThing,
)
from synnefo_storage_rados import chunks
from synnefo_storage_rados.chunks import Chunks
from synnefo_storage_rados.gates import Gates
from synnefo_storage_rados.pool import Pool
from synnefo_storage_rados.record import RECORD_BYTES, Record, decode

CONTROL_BYTES = 64 * 1024
LIST = "heads"
"""The object that lists the names of all heads: finding them in the pool would take minutes."""

_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")
_LENGTH_BYTES = 4
KEPT = 1024


class PoolHeads(HeadStore):
    """Heads in a pool. What is written is durable at once, and others see it at once.

    Each call looks at the record, so a writer that lost its head learns it with its next call;
    the cluster itself does not stop a call that has begun.
    """

    def __init__(self, pool: Pool) -> None:
        self._pool = pool
        self._gates = Gates()
        self._written: dict[tuple[str, int], Chunks] = {}

    def create(self, name: str, size_bytes: int, *, epoch: int = 1) -> Head:
        _require_size(size_bytes)
        place = _place(name)
        record = Record(uuid.uuid4().hex, size_bytes, epoch)
        self._pool.mark(LIST, name)
        if not self._pool.create(place, record.encode()):
            old = self._stored(name)
            if old is not None and not old.is_going:
                raise HeadExists(f"head {name} is there already")
            # Whoever was removing it has died.
            self.delete(name)
            self._pool.mark(LIST, name)
            if not self._pool.create(place, record.encode()):
                raise HeadExists(f"head {name} is there already")
        return record.head(name)

    def show(self, name: str) -> Head:
        return self._record(name).head(name)

    def names(self) -> Iterator[str]:
        for name in self._pool.marks(LIST):
            record = self._stored(name)
            if record is not None and not record.is_going:
                yield name

    def read(self, name: str, offset: int, length: int) -> bytes:
        record = self._record(name)
        _require_within(record, offset, length)
        return Chunks(self._pool, record.id).read(offset, length)

    def write(self, name: str, epoch: int, offset: int, data: bytes | memoryview) -> None:
        with self._gates.of(name).together():
            record = self._of_epoch(name, epoch)
            _require_within(record, offset, len(data))
            self._chunks(record).write(offset, data)

    def discard(self, name: str, epoch: int, offset: int, length: int) -> None:
        with self._gates.of(name).alone():
            record = self._of_epoch(name, epoch)
            _require_within(record, offset, length)
            end = offset + length
            if offset % CLUSTER_BYTES or (end % CLUSTER_BYTES and end != record.size_bytes):
                raise ValueError(f"{length} bytes at {offset} are not whole clusters")
            self._chunks(record).discard(offset, length)

    def present(self, name: str) -> list[tuple[int, int]]:
        record = self._record(name)
        return chunks.runs(Chunks(self._pool, record.id).clusters(), record.size_bytes)

    def flush(self, name: str, epoch: int) -> None:
        """Check the epoch: what was written is durable."""
        self._of_epoch(name, epoch)

    def resize(self, name: str, epoch: int, size_bytes: int) -> Head:
        """Change the size; what is cut off is forgotten before the record says so."""
        _require_size(size_bytes)
        with self._gates.of(name).alone():
            record = self._of_epoch(name, epoch)
            if size_bytes < record.size_bytes:
                self._chunks(record).cut(size_bytes)
            return self._swap(name, record, replace(record, size_bytes=size_bytes)).head(name)

    def advance(self, name: str, *, expected: int, epoch: int) -> Head:
        with self._gates.of(name).alone():
            record = self._of_epoch(name, expected)
            if epoch <= expected:
                raise Fenced(f"epoch {epoch} of head {name} does not come after {expected}")
            return self._swap(name, record, replace(record, epoch=epoch)).head(name)

    def read_control(self, name: str) -> bytes:
        place = _control(self._record(name))
        return (self._pool.read(place, 0, _LENGTH_BYTES + CONTROL_BYTES) or b"")[_LENGTH_BYTES:]

    def write_control(self, name: str, record: bytes, *, expected: bytes) -> None:
        if len(record) > CONTROL_BYTES:
            raise ValueError(f"a control record has at most {CONTROL_BYTES} bytes")
        place = _control(self._record(name))
        if not expected and self._pool.create(place, _framed(record)):
            return
        if not self._pool.swap(place, _framed(expected), _framed(record)):
            raise Fenced(f"the control record of head {name} is another by now")

    def delete(self, name: str) -> bool:
        """Remove the head; one whose removal was broken off is removed to the end."""
        with self._gates.of(name).alone():
            record = self._stored(name)
            if record is None:
                return False
            if not record.is_going:
                record = self._swap(name, record, replace(record, is_going=True))
            self._written.pop((record.id, record.epoch), None)
            Chunks(self._pool, record.id).remove_all()
            self._pool.remove(_control(record))
            self._pool.remove(_place(name))
            self._pool.unmark(LIST, name)
            if self._stored(name) is not None:
                self._pool.mark(LIST, name)  # made anew by somebody else meanwhile
            return True

    def _chunks(self, record: Record) -> Chunks:
        """Return the chunks of a head that is being written; they remember which are listed."""
        key = record.id, record.epoch
        if key not in self._written and len(self._written) >= KEPT:
            self._written.clear()
        return self._written.setdefault(key, Chunks(self._pool, record.id))

    def _stored(self, name: str) -> Record | None:
        content = self._pool.read(_place(name), 0, RECORD_BYTES)
        return None if content is None else decode(name, content)

    def _record(self, name: str) -> Record:
        record = self._stored(name)
        if record is None or record.is_going:
            raise NoSuchThing(f"there is no head {name}")
        return record

    def _of_epoch(self, name: str, epoch: int) -> Record:
        record = self._record(name)
        if record.epoch != epoch:
            raise Fenced(f"head {name} is at epoch {record.epoch}, not {epoch}")
        return record

    def _swap(self, name: str, old: Record, new: Record) -> Record:
        """Replace the record; somebody else was faster: then he has the head, or had it removed."""
        if not self._pool.swap(_place(name), old.encode(), new.encode()):
            raise Fenced(f"head {name} was changed by somebody else")
        return new


def _place(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise ValueError(f"a head cannot be named {name!r}")
    return f"head/{name}"


def _control(record: Record) -> str:
    return f"control/{record.id}"


def _framed(record: bytes) -> bytes:
    """Return a control record with its length, so that none begins as another one."""
    return len(record).to_bytes(_LENGTH_BYTES) + record


def _require_size(size_bytes: int) -> None:
    if size_bytes < 0:
        raise ValueError("a head cannot be smaller than nothing")


def _require_within(record: Record, offset: int, length: int) -> None:
    if offset < 0 or length < 0 or offset + length > record.size_bytes:
        raise ValueError(f"{length} bytes at {offset} are not within {record.size_bytes}")
