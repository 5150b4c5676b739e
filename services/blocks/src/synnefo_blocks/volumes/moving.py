# SPDX-License-Identifier: Apache-2.0
"""A volume on its way from one store to another: what the records in both say.

The store that it comes from decides. Until the record there says ``moved_to`` the volume is there, and
what lies in the other store is a draft; from that one change on it is in the other one, and nothing in the
first is read any more. The record in the first store stays, without data, as long as somebody may look for
the volume there: :func:`follow`.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace

from synnefo_blocks.references import Reference
from synnefo_blocks.volumes import catalog
from synnefo_blocks.volumes.record import VolumeRecord
from synnefo_core.contracts.storage import (
    Corrupt,
    Fenced,
    HeadExists,
    NoSuchThing,
    Storage,
    StorageError,
)

MOST_STEPS = 64
"""No volume has moved so often that a look for it takes longer."""


class NotWanted(StorageError):
    """A volume is not to move any more."""


def expect(storage: Storage, name: str, *, size_bytes: int, base: Reference, source: str) -> None:
    """Make ready for a volume that comes from the store ``source``; what was drafted before goes.

    The caller knows that it is not here: a volume of this name that is here nobody needs.
    """
    with suppress(NoSuchThing):
        if catalog.recorded(storage, name).is_here:
            catalog.delete(storage, name)
    heads = catalog.heads_of(storage)
    with suppress(HeadExists):
        heads.create(name, 0, epoch=catalog.FIRST_EPOCH)
    content = heads.read_control(name)
    before = VolumeRecord.decode(name, content) if content else VolumeRecord(0, top=0)
    epoch = max(before.epoch, catalog.FIRST_EPOCH)
    draft = VolumeRecord(
        size_bytes,
        epoch=epoch,
        top=before.top + 1,
        base=base,
        sealed=before.top,
        waste=before.heads if content else (),
        comes_from=source,
    )
    catalog.fresh_head(heads, name, draft.top, size_bytes=size_bytes, epoch=epoch)
    heads.write_control(name, draft.encode(), expected=content)
    catalog.remove_waste(storage, name)


def arrive(storage: Storage, name: str, *, epoch: int, size_bytes: int) -> VolumeRecord:
    """Begin an empty draft as the volume's writer; every draft before is refused from now on.

    Raises:
        Fenced: A later writer drafts, or another process of this one.
        NoSuchThing: No volume is expected here.
    """
    heads, before = catalog.heads_of(storage), catalog.recorded(storage, name)
    if not before.comes_from:
        raise NoSuchThing(f"volume {name} is not expected in this store")
    if before.epoch > epoch:
        raise Fenced(f"volume {name} is at epoch {before.epoch}, not {epoch}")
    top = before.top + 1
    catalog.fresh_head(heads, name, top, size_bytes=size_bytes, epoch=epoch)
    draft = replace(
        before,
        size_bytes=size_bytes,
        epoch=epoch,
        is_open=True,
        top=top,
        sealed=before.top,
        waste=before.heads,
    )
    heads.write_control(name, draft.encode(), expected=before.encode())
    return catalog.remove_waste(storage, name)


def left(record: VolumeRecord, store: str) -> VolumeRecord:
    """Return what is said of a volume in the store that it has moved away from."""
    return VolumeRecord(
        record.size_bytes,
        epoch=record.epoch,
        top=record.top + 1,
        sealed=record.top,
        waste=record.heads,
        moved_to=store,
    )


def enter(storage: Storage, name: str) -> VolumeRecord:
    """Let a volume be here, as the record where it came from says already. May be done again."""
    here = lambda now: replace(now, comes_from="", coming_bytes=0)  # noqa: E731
    return catalog.change(storage, name, here, read=catalog.recorded)


def turn_away(storage: Storage, name: str) -> None:
    """Expect a volume no longer; who looks for it here is sent to where it is.

    Raises:
        NoSuchThing: There is none of that name.
    """
    stays = lambda now: left(now, now.comes_from) if now.comes_from else now  # noqa: E731
    catalog.change(storage, name, stays, read=catalog.recorded)
    catalog.remove_waste(storage, name)


def forget_trail(storage: Storage, name: str) -> None:
    """Say nothing any more of a volume that is not here."""
    with suppress(NoSuchThing):
        if not catalog.recorded(storage, name).is_here:
            catalog.delete(storage, name)


def ask_to_move(storage: Storage, name: str, store: str) -> None:
    """Ask the writer of a volume to move it to another store, which expects it.

    Raises:
        NoSuchThing: It is not here, or no longer.
    """
    catalog.change(storage, name, lambda now: replace(now, wanted_store=store))


def move_closed(storage: Storage, name: str, store: str, *, seen: VolumeRecord) -> bool:
    """Have a volume that nobody has open be in another store, which has all of it.

    Args:
        storage: Where it is.
        name: The volume.
        store: The other store: its draft holds what the volume held as ``seen``.
        seen: What was said of it then.

    Returns:
        Whether it is; if not, somebody has used it since.
    """
    try:
        catalog.heads_of(storage).write_control(
            name, left(seen, store).encode(), expected=seen.encode()
        )
    except Fenced:
        return catalog.recorded(storage, name).moved_to == store
    return True


def follow(name: str, store: str, named: Callable[[str], Storage]) -> str:
    """Return the store that a volume is in, which is looked for where it once was.

    Args:
        name: The volume.
        store: Where it is looked for.
        named: Returns a store.

    Raises:
        Corrupt: The records lead nowhere.
        NoSuchThing: There is no such volume.
    """
    before = ""
    for _ in range(MOST_STEPS):
        record = catalog.recorded(named(store), name)
        if record.comes_from and record.comes_from == before:
            enter(named(store), name)
            return store
        if record.is_here:
            return store
        before, store = store, record.moved_to or record.comes_from
    raise Corrupt(f"what the stores say of volume {name} leads nowhere")
