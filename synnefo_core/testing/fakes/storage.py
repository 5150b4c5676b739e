# SPDX-License-Identifier: Apache-2.0
"""A store in memory: the storage contract's twin, for tests of what stands on it."""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import groupby

from synnefo_core.clock import Clock
from synnefo_core.contracts.driver import DriverError, DriverSetup
from synnefo_core.contracts.storage import (
    BLOCK_BYTES,
    CLUSTER_BYTES,
    DIGEST_BYTES,
    BlockStore,
    Entry,
    Fenced,
    Head,
    HeadExists,
    HeadStore,
    Kind,
    NoSuchThing,
    RememberedThing,
    Storage,
    StorageError,
    StoreProperties,
    StoreUsage,
)

_CONTROL_BYTES = 64 * 1024
_HEAD_NAME = re.compile(r"[a-z0-9][a-z0-9._-]{0,127}")


class Memory:
    """What the facets of one store share.

    Attributes:
        clock: Where the ages of entries come from.
        failure: When set, every call raises it: a store that is full or does not answer.
    """

    def __init__(self, clock: Clock) -> None:
        self.clock = clock
        self.failure: StorageError | None = None
        self._lock = threading.Lock()

    @contextmanager
    def serving(self) -> Iterator[None]:
        """Run with nobody else in the store."""
        with self._lock:
            if self.failure:
                raise self.failure
            yield


class _Remembered(RememberedThing):
    def __init__(self, content: bytes) -> None:
        self._content, self.size_bytes = content, len(content)

    def read_at_once(self, offset: int, length: int) -> bytes | None:
        return self._content[offset : offset + length]


class MemoryBlocks(BlockStore):
    """Immutable things in a dictionary."""

    def __init__(self, memory: Memory, *, block_bytes: int) -> None:
        self._memory = memory
        self._block_bytes = block_bytes
        self._things: dict[Kind, dict[bytes, tuple[bytes, float]]] = {kind: {} for kind in Kind}

    @property
    def used_bytes(self) -> int:
        """How much is stored, without names and ages."""
        with self._memory.serving():
            return sum(len(content) for kind in Kind for content, _ in self._things[kind].values())

    def put(self, kind: Kind, digest: bytes, content: bytes | memoryview) -> bool:
        _require_digest(digest)
        if not 1 <= len(content) <= self._block_bytes:
            raise ValueError(f"1 to {self._block_bytes} bytes make a {kind.value}")
        with self._memory.serving():
            if digest in self._things[kind]:
                return False
            self._things[kind][digest] = bytes(content), self._memory.clock.now()
            return True

    def get(self, kind: Kind, digest: bytes, offset: int = 0, length: int | None = None) -> bytes:
        _require_digest(digest)
        if offset < 0 or (length is not None and length < 0):
            raise ValueError("there is nothing before the start")
        with self._memory.serving():
            if digest not in self._things[kind]:
                raise NoSuchThing(f"there is no {kind.value} {digest.hex()}")
            content, _ = self._things[kind][digest]
            return content[offset:] if length is None else content[offset : offset + length]

    def lend_at_once(self, kind: Kind, digest: bytes) -> RememberedThing | None:
        try:
            return _Remembered(self.get(kind, digest))
        except DriverError:
            return None

    def size(self, kind: Kind, digest: bytes) -> int | None:
        _require_digest(digest)
        with self._memory.serving():
            thing = self._things[kind].get(digest)
            return len(thing[0]) if thing else None

    def delete(self, kind: Kind, digest: bytes) -> bool:
        _require_digest(digest)
        with self._memory.serving():
            return self._things[kind].pop(digest, None) is not None

    def entries(self, kind: Kind, after: bytes = b"") -> Iterator[Entry]:
        with self._memory.serving():
            found = sorted(item for item in self._things[kind].items() if item[0] > after)
        for digest, (content, modified_at) in found:
            yield Entry(digest, len(content), modified_at)

    def touch(self, kind: Kind, digest: bytes) -> bool:
        _require_digest(digest)
        with self._memory.serving():
            if digest not in self._things[kind]:
                return False
            content, _ = self._things[kind][digest]
            self._things[kind][digest] = content, self._memory.clock.now()
            return True

    def move(self, kind: Kind, digest: bytes, to: Kind) -> bool:
        _require_digest(digest)
        with self._memory.serving():
            thing = self._things[kind].pop(digest, None)
            if thing is not None:
                self._things[to][digest] = thing[0], self._memory.clock.now()
            return thing is not None


@dataclass
class _State:
    """A head, its clusters by number (each of full length), and its control record."""

    head: Head
    clusters: dict[int, bytearray] = field(default_factory=dict)
    control: bytes = b""

    def spans(self, offset: int, length: int) -> Iterator[tuple[int, int, int]]:
        """Yield ``(cluster, start, stop)`` of the parts of a range; start and stop within it."""
        if offset < 0 or length < 0 or offset + length > self.head.size_bytes:
            raise ValueError(f"{length} bytes at {offset} are not within {self.head}")
        end, unit = offset + length, self.head.cluster_bytes
        while offset < end:
            start = offset % unit
            stop = min(unit, start + end - offset)
            yield offset // unit, start, stop
            offset += stop - start


class MemoryHeads(HeadStore):
    """Heads in a dictionary; a write is durable at once, as far as memory goes."""

    def __init__(self, memory: Memory) -> None:
        self._memory = memory
        self._states: dict[str, _State] = {}

    def create(self, name: str, size_bytes: int, *, epoch: int = 1) -> Head:
        if not _HEAD_NAME.fullmatch(name):
            raise ValueError(f"a head cannot be named {name!r}")
        _require_size(size_bytes)
        with self._memory.serving():
            if name in self._states:
                raise HeadExists(f"head {name} is there already")
            self._states[name] = _State(Head(name, size_bytes, epoch, CLUSTER_BYTES))
            return self._states[name].head

    def show(self, name: str) -> Head:
        with self._memory.serving():
            return self._state(name).head

    def names(self) -> Iterator[str]:
        with self._memory.serving():
            found = sorted(self._states)
        yield from found

    def read(self, name: str, offset: int, length: int) -> bytes:
        with self._memory.serving():
            state, zeros = self._state(name), bytes(CLUSTER_BYTES)
            return b"".join(
                state.clusters.get(cluster, zeros)[start:stop]
                for cluster, start, stop in state.spans(offset, length)
            )

    def write(self, name: str, epoch: int, offset: int, data: bytes | memoryview) -> None:
        with self._writing(name, epoch) as state:
            position = 0
            for cluster, start, stop in state.spans(offset, len(data)):
                content = state.clusters.setdefault(cluster, bytearray(CLUSTER_BYTES))
                content[start:stop] = data[position : position + stop - start]
                position += stop - start

    def discard(self, name: str, epoch: int, offset: int, length: int) -> None:
        with self._writing(name, epoch) as state:
            spans, end = list(state.spans(offset, length)), offset + length
            if offset % CLUSTER_BYTES or (end % CLUSTER_BYTES and end != state.head.size_bytes):
                raise ValueError(f"{length} bytes at {offset} are not whole clusters")
            for cluster, _, _ in spans:
                state.clusters.pop(cluster, None)

    def present(self, name: str) -> list[tuple[int, int]]:
        with self._memory.serving():
            state = self._state(name)
            runs = []
            numbered = enumerate(sorted(state.clusters))
            for _, run in groupby(numbered, key=lambda pair: pair[1] - pair[0]):
                clusters = [cluster for _, cluster in run]
                offset = clusters[0] * CLUSTER_BYTES
                end = min((clusters[-1] + 1) * CLUSTER_BYTES, state.head.size_bytes)
                runs.append((offset, end - offset))
            return runs

    def flush(self, name: str, epoch: int) -> None:
        with self._writing(name, epoch):
            return

    def resize(self, name: str, epoch: int, size_bytes: int) -> Head:
        _require_size(size_bytes)
        with self._writing(name, epoch) as state:
            whole, rest = divmod(size_bytes, CLUSTER_BYTES)
            for cluster in [number for number in state.clusters if number >= whole]:
                if cluster == whole and rest:
                    state.clusters[cluster][rest:] = bytes(CLUSTER_BYTES - rest)
                else:
                    del state.clusters[cluster]
            state.head = replace(state.head, size_bytes=size_bytes)
            return state.head

    def advance(self, name: str, *, expected: int, epoch: int) -> Head:
        with self._memory.serving():
            state = self._state(name)
            if state.head.epoch != expected or epoch <= expected:
                raise Fenced(f"head {name} is at epoch {state.head.epoch}")
            state.head = replace(state.head, epoch=epoch)
            return state.head

    def read_control(self, name: str) -> bytes:
        with self._memory.serving():
            return self._state(name).control

    def write_control(self, name: str, record: bytes, *, expected: bytes) -> None:
        if len(record) > _CONTROL_BYTES:
            raise ValueError(f"a control record has at most {_CONTROL_BYTES} bytes")
        with self._memory.serving():
            state = self._state(name)
            if state.control != expected:
                raise Fenced(f"the control record of head {name} is another by now")
            state.control = bytes(record)

    def delete(self, name: str) -> bool:
        with self._memory.serving():
            return self._states.pop(name, None) is not None

    def _state(self, name: str) -> _State:
        if name not in self._states:
            raise NoSuchThing(f"there is no head {name}")
        return self._states[name]

    @contextmanager
    def _writing(self, name: str, epoch: int) -> Iterator[_State]:
        with self._memory.serving():
            state = self._state(name)
            if state.head.epoch != epoch:
                raise Fenced(f"head {name} is at epoch {state.head.epoch}, not {epoch}")
            yield state


class MemoryStorage(Storage):
    """A store that is gone with its process.

    Attributes:
        memory: Its clock, and the failure that a test may set.
    """

    blocks: MemoryBlocks
    heads: MemoryHeads

    def __init__(self, setup: DriverSetup | None = None, *, clock: Clock | None = None) -> None:
        settings = setup.settings if setup else {}
        block_bytes = settings.get("block_bytes", BLOCK_BYTES)
        self.properties = StoreProperties(
            block_bytes=block_bytes, has_heads=True, enforces_fencing=True, is_shared=False
        )
        self.memory = Memory(clock or Clock())
        self.blocks = MemoryBlocks(self.memory, block_bytes=block_bytes)
        self.heads = MemoryHeads(self.memory)

    def usage(self) -> StoreUsage:
        with self.memory.serving():
            return StoreUsage(total_bytes=None, free_bytes=None)


def _require_digest(digest: bytes) -> None:
    if len(digest) != DIGEST_BYTES:
        raise ValueError(f"a digest has {DIGEST_BYTES} bytes, not {len(digest)}")


def _require_size(size_bytes: int) -> None:
    if size_bytes < 0:
        raise ValueError("a head cannot be smaller than nothing")
