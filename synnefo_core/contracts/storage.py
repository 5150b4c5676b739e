# SPDX-License-Identifier: Apache-2.0
"""The contract of a store: where blocks, maps and the heads of volumes live.

Stevedore group: ``synnefo.storage``. A driver is a subclass of :class:`Storage`, called
with one :class:`~synnefo_core.contracts.driver.DriverSetup`. Its facets:

* :class:`BlockStore` - immutable things named by a digest. Every store has it.
* :class:`HeadStore` - named, mutable, sparse heads with one fenced writer. Volumes live
  only in stores that have it.

All calls block; the caller runs them off the event loop. All calls may be made from
several threads at once.

The conformance suite is :mod:`synnefo_core.testing.storage`, the in-memory twin
:class:`synnefo_core.testing.fakes.MemoryStorage`.
"""

from __future__ import annotations

import enum
from abc import ABC, abstractmethod
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from synnefo_core.contracts.driver import Driver, DriverError, DriverSetup, Unavailable

BLOCK_BYTES = 4 * 1024 * 1024
"""The size of a block unless a store was made with another one."""

CLUSTER_BYTES = 64 * 1024
"""The unit in which a head keeps its own data."""

DIGEST_BYTES = 32
"""The length of a SHA-256 digest."""


class StorageError(DriverError):
    """The store refused or failed."""


class StorageUnavailable(StorageError, Unavailable):
    """Whether the call had an effect is unknown; make it again."""


class StorageFull(StorageError):
    """There is no room; nothing was stored."""


class NoSuchThing(StorageError):
    """No block, map or head has this name."""


class Corrupt(StorageError):
    """What is stored does not match its name."""


class HeadExists(StorageError):
    """A head of this name is there already."""


class Fenced(StorageError):
    """The caller's epoch is not the head's: another writer has taken over."""


class Kind(enum.Enum):
    """The namespaces of immutable things; a digest may be used in each.

    Notes say something about the store itself. What garbage collection takes away waits in a
    quarantine first.
    """

    BLOCK = "block"
    MAP = "map"
    LAYER = "layer"
    NOTE = "note"
    QUARANTINED_BLOCK = "quarantined-block"
    QUARANTINED_MAP = "quarantined-map"
    QUARANTINED_LAYER = "quarantined-layer"


@dataclass(frozen=True)
class StoreProperties:
    """How stores differ.

    Attributes:
        block_bytes: Largest immutable thing that :meth:`BlockStore.put` takes.
        has_heads: Whether :attr:`Storage.heads` is there.
        enforces_fencing: True when the store itself refuses a writer with an old epoch;
            False when writers must stop by themselves at the end of their lease.
        is_shared: Whether other machines see what this one stores.
    """

    block_bytes: int = BLOCK_BYTES
    has_heads: bool = False
    enforces_fencing: bool = False
    is_shared: bool = True


@dataclass(frozen=True)
class StoreUsage:
    """Room in a store, in bytes; None where the store can't tell."""

    total_bytes: int | None
    free_bytes: int | None


@dataclass(frozen=True)
class Entry:
    """One immutable thing as listed: its digest, stored size in bytes and age.

    ``modified_at`` is seconds since the epoch by the store's clock.
    """

    digest: bytes
    size_bytes: int
    modified_at: float


@dataclass(frozen=True)
class Moving:
    """A reference that is to be into another store; see the hook ``storage_move``.

    Attributes:
        kind: Where the content begins, with ``digest`` and ``size_bytes``.
        moved: Called once the other store has the content; changes the reference in one transaction,
            if it still is the same, and returns whether it was.
    """

    kind: Kind
    digest: bytes
    size_bytes: int
    moved: Callable[[], bool]


class LentThing(ABC):
    """An immutable thing that is read often. It gives back what it holds when nobody refers to it."""

    @abstractmethod
    def read(self, offset: int, length: int) -> bytes:
        """Return what :meth:`BlockStore.get` would.

        Raises:
            NoSuchThing: It is gone.
            StorageUnavailable: The store did not answer; :meth:`BlockStore.get` may know more.
        """

    @property
    def descriptor(self) -> int | None:
        """An open file that holds just the thing, while somebody refers to this; None without one."""
        return None


class RememberedThing(ABC):
    """An immutable thing of which something may be had without waiting; closed when it is forgotten.

    Attributes:
        size_bytes: As stored.
    """

    size_bytes: int

    @abstractmethod
    def read_at_once(self, offset: int, length: int) -> bytes | None:
        """Return what :meth:`BlockStore.get` would, or None where that would have to wait."""


class BlockStore(ABC):
    """Immutable things named by the SHA-256 digest of their content."""

    @abstractmethod
    def put(self, kind: Kind, digest: bytes, content: bytes | memoryview) -> bool:
        """Store ``content`` under ``digest``; durable when this returns.

        Storing what is already there is not an error and writes nothing, so a crashed
        writer may simply start again. The store does not check the digest.

        Args:
            kind: The namespace.
            digest: 32 bytes.
            content: 1 to ``properties.block_bytes`` bytes.

        Returns:
            True when it was stored now, False when it was there before. Of several callers
            that put the same digest at once, more than one may be told True.

        Raises:
            ValueError: The digest or the content has a wrong length.
            StorageFull: Nothing was stored.
            StorageUnavailable: Whether it was stored is unknown; put it again.
        """

    @abstractmethod
    def get(self, kind: Kind, digest: bytes, offset: int = 0, length: int | None = None) -> bytes:
        """Return ``length`` bytes from ``offset``, or all to the end; short at the end.

        Raises:
            NoSuchThing: Nothing has this digest.
            ValueError: The digest has a wrong length, or the range is negative.
            StorageUnavailable: The store did not answer.
        """

    def get_at_once(  # a default for drivers
        self,
        kind: Kind,  # noqa: ARG002
        digest: bytes,  # noqa: ARG002
        offset: int,  # noqa: ARG002
        length: int,  # noqa: ARG002
    ) -> bytes | None:
        """Return what :meth:`get` would, or None where that may have to wait for anything.

        Called where waiting would hold up other requests; what is small and in memory is worth it.
        """
        return None

    def lend_at_once(  # a default for drivers
        self,
        kind: Kind,  # noqa: ARG002
        digest: bytes,  # noqa: ARG002
    ) -> RememberedThing | None:
        """Return a thing to read it by pieces, as far as that need not wait for anything.

        None where that can't be told, or it is not there. Called as :meth:`get_at_once` is.
        """
        return None

    def lend(self, kind: Kind, digest: bytes) -> LentThing:
        """Return something to read it by many times; a driver that has files opens one, once.

        What was lent may outlive the removal of the thing: it has its content all the same.

        Raises:
            NoSuchThing: Nothing has this digest; may be left to the reading.
            StorageUnavailable: The store did not answer.
        """
        return _AskedThing(self, kind, digest)

    @abstractmethod
    def size(self, kind: Kind, digest: bytes) -> int | None:
        """Return the stored size in bytes, or None when nothing has this digest."""

    @abstractmethod
    def delete(self, kind: Kind, digest: bytes) -> bool:
        """Remove it; return whether it was there. Only garbage collection calls this."""

    @abstractmethod
    def entries(self, kind: Kind, after: bytes = b"") -> Iterator[Entry]:
        """Yield what is stored, in the order of the digests, from behind ``after``.

        What is stored or deleted meanwhile may or may not be seen.
        """

    @abstractmethod
    def touch(self, kind: Kind, digest: bytes) -> bool:
        """Renew ``modified_at`` so that grace periods start again; False when not there."""

    def move(self, kind: Kind, digest: bytes, to: Kind) -> bool:
        """Put it into another namespace, as if it were stored there now; False when not there.

        At every moment, and after a crash, it is in one of the two or in both. What has this
        digest there already stays or is replaced. Only garbage collection calls this.

        A driver overrides this when it can do without reading the content.

        Raises:
            StorageUnavailable: It is in one of the two or in both; move it again.
        """
        try:
            content = self.get(kind, digest)
        except NoSuchThing:
            return False
        while not self.put(to, digest, content) and not self.touch(to, digest):
            continue
        return self.delete(kind, digest)


@dataclass(frozen=True)
class Head:
    """A head as stored.

    Attributes:
        name: 1 to 128 of ``a-z 0-9 . _ -``; the first is a letter or a digit.
        size_bytes: The size of the volume.
        epoch: The number of the writer that may write; it only grows.
        cluster_bytes: The unit of :meth:`HeadStore.present`.
    """

    name: str
    size_bytes: int
    epoch: int
    cluster_bytes: int = CLUSTER_BYTES


class LentHead(ABC):
    """A head that is used often. It gives back what it holds when nobody refers to it.

    Several threads may use it at once.
    """

    @abstractmethod
    def read(self, offset: int, length: int) -> bytes:
        """Return what :meth:`HeadStore.read` would."""

    @abstractmethod
    def write(self, offset: int, data: bytes | memoryview) -> None:
        """Do what :meth:`HeadStore.write` does, without looking each time whether it may.

        Where the store does not enforce fencing, this may go on for a few seconds after
        another epoch began elsewhere: for those who have a lease that is longer. The next flush tells.
        """


class HeadStore(ABC):
    """Named mutable heads: sparse data in clusters, one writer, fenced by an epoch.

    Every call on a head that is not there raises :class:`NoSuchThing`, but for ``delete``. A
    range that is not within the head, or of parts of clusters where whole ones are asked for, is
    a ``ValueError``.

    What was not flushed need not be seen by readers elsewhere, and may be lost when the writer
    ends or another epoch begins; but a cluster is there with the write that made it, or not at all:
    no later write to it survives without that one. A write becomes visible at once to readers in this store object.
    """

    @abstractmethod
    def create(self, name: str, size_bytes: int, *, epoch: int = 1) -> Head:
        """Make an empty head.

        Raises:
            ValueError: The name is not one of a head, or the size is negative.
            HeadExists: A head of that name is there already.
        """

    @abstractmethod
    def show(self, name: str) -> Head:
        """Return the head.

        Raises:
            NoSuchThing: No head has this name.
        """

    @abstractmethod
    def names(self) -> Iterator[str]:
        """Yield the names of all heads in alphabetical order."""

    @abstractmethod
    def read(self, name: str, offset: int, length: int) -> bytes:
        """Return ``length`` bytes; what was never written reads as zeros."""

    @abstractmethod
    def write(self, name: str, epoch: int, offset: int, data: bytes | memoryview) -> None:
        """Write within the head's size; durable after :meth:`flush`.

        Raises:
            Fenced: ``epoch`` is not the head's; nothing was written.
            StorageFull: Part of it may have been written.
        """

    def lend(self, name: str, *, epoch: int | None = None) -> LentHead:
        """Return something to use a head by many times; a driver that has files opens them once.

        Args:
            name: The head.
            epoch: That of the writer; without one it is only read, and need not show what is changed
                from now on.

        Raises:
            NoSuchThing: No head has this name; may be left to the first use, as
                :class:`Fenced` may.
        """
        return _AskedHead(self, name, epoch)

    @abstractmethod
    def discard(self, name: str, epoch: int, offset: int, length: int) -> None:
        """Forget whole clusters: they are no longer present and read as zeros.

        ``offset`` and ``length`` are multiples of the head's ``cluster_bytes``
        (the last cluster may be short).
        """

    @abstractmethod
    def present(self, name: str) -> list[tuple[int, int]]:
        """Return what was written as sorted ``(offset, length)`` runs of whole clusters.

        Runs that touch are one; the last one ends with the head.
        """

    @abstractmethod
    def flush(self, name: str, epoch: int) -> None:
        """Make every write that returned before this call durable.

        Raises:
            StorageError: Writes since the last flush may be lost. Making the call again does not
                bring them back, so the writer may be refused until the epoch advances.
        """

    @abstractmethod
    def resize(self, name: str, epoch: int, size_bytes: int) -> Head:
        """Change the size; what lies behind a smaller size is forgotten."""

    @abstractmethod
    def advance(self, name: str, *, expected: int, epoch: int) -> Head:
        """Make ``epoch`` the head's if it still is ``expected`` (compare and swap).

        Raises:
            Fenced: The head's epoch is not ``expected``, or ``epoch`` is not larger.
        """

    @abstractmethod
    def read_control(self, name: str) -> bytes:
        """Return the head's control record (empty at first)."""

    @abstractmethod
    def write_control(self, name: str, record: bytes, *, expected: bytes) -> None:
        """Replace the control record (at most 64 KiB) if it still is ``expected``.

        Raises:
            Fenced: It is not.
        """

    @abstractmethod
    def delete(self, name: str) -> bool:
        """Remove the head and its data; return whether it was there."""


class Storage(Driver):
    """A store: the driver class that an entry point of ``synnefo.storage`` names."""

    properties: StoreProperties
    blocks: BlockStore
    heads: HeadStore | None

    @abstractmethod
    def __init__(self, setup: DriverSetup) -> None:
        """Open the store, making what is missing.

        Raises:
            Misconfigured: The settings can't work.
            StorageUnavailable: The store did not answer.
        """

    @abstractmethod
    def usage(self) -> StoreUsage:
        """Return how much room there is."""

    def close(self) -> None:
        """Give back what the driver holds; a closed store is not used again."""
        return


class _AskedThing(LentThing):
    """For a store that has nothing to keep open."""

    def __init__(self, blocks: BlockStore, kind: Kind, digest: bytes) -> None:
        self._blocks, self._kind, self._digest = blocks, kind, digest

    def read(self, offset: int, length: int) -> bytes:
        return self._blocks.get(self._kind, self._digest, offset, length)


class _AskedHead(LentHead):
    """The same for heads."""

    def __init__(self, heads: HeadStore, name: str, epoch: int | None) -> None:
        self._heads, self._name, self._epoch = heads, name, epoch

    def read(self, offset: int, length: int) -> bytes:
        return self._heads.read(self._name, offset, length)

    def write(self, offset: int, data: bytes | memoryview) -> None:
        if self._epoch is None:
            raise Fenced(f"head {self._name} was lent for reading")
        self._heads.write(self._name, self._epoch, offset, data)
