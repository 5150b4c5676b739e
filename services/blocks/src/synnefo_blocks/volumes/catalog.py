# SPDX-License-Identifier: Apache-2.0
"""Make, find and remove volumes.

A volume is its first head, which has its name and nothing but the record, and data heads named
``NAME.NUMBER``. It is there from the moment its record is.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import replace

from synnefo_blocks.references import EMPTY, Reference
from synnefo_blocks.volumes.overlay import LARGEST_BYTES, head_bytes
from synnefo_blocks.volumes.record import VolumeRecord, head_name, require_name
from synnefo_core.contracts.storage import (
    Corrupt,
    Fenced,
    HeadExists,
    HeadStore,
    NoSuchThing,
    Storage,
    StorageUnavailable,
)

ATTEMPTS = 20
FIRST_EPOCH = 1
"""What the heads of a volume begin with; the first writer's epoch is larger."""


Change = Callable[[VolumeRecord], VolumeRecord]
Read = Callable[[Storage, str], VolumeRecord]


def heads_of(storage: Storage) -> HeadStore:
    """Return where a store keeps heads.

    Raises:
        ValueError: It has none, so no volumes either.
    """
    if storage.heads is None:
        raise ValueError("this store keeps no volumes")
    return storage.heads


def create(
    storage: Storage, name: str, size_bytes: int, *, base: Reference = EMPTY
) -> VolumeRecord:
    """Make a volume that reads as ``base`` with zeros behind; copies nothing, whatever the size.

    A call that was broken off may be made again.

    Raises:
        ValueError: The name is not one, or the size is smaller than the base or too large.
        HeadExists: There is a volume of that name.
    """
    require_name(name)
    if not base.size_bytes <= size_bytes <= LARGEST_BYTES:
        raise ValueError(f"{size_bytes} bytes are no size for this volume")
    heads = heads_of(storage)
    record = VolumeRecord(size_bytes, base=base, epoch=FIRST_EPOCH)
    with suppress(HeadExists):
        heads.create(name, 0, epoch=FIRST_EPOCH)
    if heads.read_control(name):
        raise HeadExists(f"volume {name} is there already")
    fresh_head(heads, name, record.top, size_bytes=size_bytes, epoch=FIRST_EPOCH)
    try:
        heads.write_control(name, record.encode(), expected=b"")
    except Fenced:
        raise HeadExists(f"volume {name} is there already") from None
    return record


def show(storage: Storage, name: str) -> VolumeRecord:
    """Return what a volume is made of.

    Raises:
        NoSuchThing: There is none of that name here; one that moved away, or is still to come, is not.
    """
    record = recorded(storage, name)
    if not record.is_here:
        raise NoSuchThing(f"volume {name} is in the store {record.moved_to or record.comes_from}")
    return record


def recorded(storage: Storage, name: str) -> VolumeRecord:
    """Return what the store says of a volume, also of one that is not here.

    Raises:
        NoSuchThing: Nothing is said of one of that name.
    """
    require_name(name)
    content = heads_of(storage).read_control(name)
    if not content:
        raise NoSuchThing(f"there is no volume {name}")
    return VolumeRecord.decode(name, content)


def names(storage: Storage) -> Iterator[str]:
    """Yield the names of all volumes that are here, in order."""
    for name in _recorded_names(storage):
        try:
            if recorded(storage, name).is_here:
                yield name
        except Corrupt:
            yield name
        except NoSuchThing:
            continue


def roots(storage: Storage) -> Iterator[Reference]:
    """Yield what all volumes of a store lie over; garbage collection keeps that.

    Raises:
        Corrupt: A record is damaged: what its volume lies over is not known.
    """
    for name in _recorded_names(storage):
        # One that is being removed meanwhile keeps nothing.
        with suppress(NoSuchThing):
            yield recorded(storage, name).base


def usage(storage: Storage, name: str) -> int:
    """Return how many bytes a volume has of its own, beside what it lies over."""
    heads, total = heads_of(storage), 0
    for number in show(storage, name).heads:
        # A layer may be going into the base.
        with suppress(NoSuchThing):
            runs = heads.present(head_name(name, number))
            total += sum(length for _, length in runs)
    return total


def delete(storage: Storage, name: str) -> bool:
    """Remove a volume; return whether there was one. What it is a clone of is not touched.

    A writer that has it open is refused from now on. A call that was broken off may be made again.
    """
    require_name(name)
    heads = heads_of(storage)
    try:
        content = heads.read_control(name)
    except NoSuchThing:
        return False
    record = VolumeRecord.decode(name, content) if content else VolumeRecord(0)
    for number in record.heads:
        heads.delete(head_name(name, number))
    # A head that was being made for a freeze is in no record yet.
    heads.delete(head_name(name, record.top + 1))
    return heads.delete(name)


def clear(storage: Storage, name: str, *, base: Reference) -> VolumeRecord:
    """Let a volume that nobody writes read as ``base`` again, with zeros behind: a rollback.

    Raises:
        Fenced: Somebody has it open.
        ValueError: The base is larger than the volume.
    """
    heads, record = heads_of(storage), show(storage, name)
    if record.is_open:
        raise Fenced(f"volume {name} is open")
    if base.size_bytes > record.size_bytes:
        raise ValueError(f"{base.size_bytes} bytes do not fit volume {name}")
    top = record.top + 1
    fresh_head(heads, name, top, size_bytes=record.size_bytes, epoch=record.epoch)
    # Everything up to the old top is past: no seal that is under way may come back with it.
    cleared = replace(record, top=top, layers=(), base=base, sealed=record.top, waste=record.heads)
    heads.write_control(name, cleared.encode(), expected=record.encode())
    return remove_waste(storage, name)


def change(storage: Storage, name: str, how: Change, *, read: Read = show) -> VolumeRecord:
    """Replace the record of a volume by ``how`` of it, however many others do so; return it.

    ``read`` is :func:`recorded` for whoever means volumes that are not here, too.

    Raises:
        NoSuchThing: The volume is gone.
        StorageUnavailable: Others change it all the time.
    """
    for _ in range(ATTEMPTS):
        record = read(storage, name)
        changed = how(record)
        if changed == record:
            return record
        with suppress(Fenced):
            heads_of(storage).write_control(name, changed.encode(), expected=record.encode())
            return changed
    raise StorageUnavailable(f"volume {name} changes all the time")


def remove_waste(storage: Storage, name: str) -> VolumeRecord:
    """Remove the heads that a volume needs no more. Only its writer does, or who knows of none."""
    record = recorded(storage, name)
    for number in record.waste:
        heads_of(storage).delete(head_name(name, number))
    gone = set(record.waste)
    return change(
        storage,
        name,
        lambda now: replace(now, waste=tuple(n for n in now.waste if n not in gone)),
        read=recorded,
    )


def fresh_head(heads: HeadStore, name: str, number: int, *, size_bytes: int, epoch: int) -> None:
    """Make an empty data head; one that was left behind by somebody who died is replaced.

    Raises:
        Fenced: A later writer has one of that number: it is not to be touched.
    """
    own = head_name(name, number)
    with suppress(HeadExists):
        heads.create(own, head_bytes(size_bytes), epoch=epoch)
        return
    with suppress(NoSuchThing):
        if heads.show(own).epoch > epoch:
            raise Fenced(f"volume {name} has a writer after epoch {epoch}")
    heads.delete(own)
    heads.create(own, head_bytes(size_bytes), epoch=epoch)


def _recorded_names(storage: Storage) -> Iterator[str]:
    if storage.heads is None:
        return
    for name in storage.heads.names():
        if "." not in name and _is_recorded(storage.heads, name):
            yield name


def _is_recorded(heads: HeadStore, name: str) -> bool:
    try:
        return bool(heads.read_control(name))
    except NoSuchThing:
        return False
