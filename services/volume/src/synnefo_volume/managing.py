# SPDX-License-Identifier: Apache-2.0
"""Heads in stores that become volumes, and volumes of which nothing but the head is left."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace

import synnefo_quota
from synnefo_blocks import volumes as heads
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import NoSuchThing, Storage
from synnefo_core.contracts.volumes import epochs_of
from synnefo_core.errors import Conflict, Duplicate, InvalidField, InvalidState, NotFound
from synnefo_volume import charges, engine, states, transfers, types
from synnefo_volume.engine import GIB, storage_of
from synnefo_volume.models import VolumeRow
from synnefo_volume.rows import VOLUME, owned, shown
from synnefo_volume.sources import Source
from synnefo_volume.values import Manageable, Volume, VolumeSpec
from synnefo_volume.volumes import forget, new_row, zone_named
from synnefo_volume.working import stores


def list_manageable(
    context: RequestContext, store: str, *, limit: int, offset: int = 0
) -> list[Manageable]:
    """Return a page of the heads of a store by their names.

    Raises:
        NotFound: No store of volumes has this name.
    """
    storage = _storage(context, store)
    found = context.cloud.offload.run(_records, storage, limit, offset)
    return [
        Manageable(name, record.size_bytes, _hindrance(context, name, record))
        for name, record in found
    ]


def _records(storage: Storage, limit: int, offset: int) -> list[tuple[str, heads.VolumeRecord]]:
    found = []
    for name in sorted(heads.names(storage))[offset : offset + limit]:
        with suppress(NoSuchThing):
            found.append((name, heads.show(storage, name)))
    return found


def _hindrance(context: RequestContext, name: str, record: heads.VolumeRecord) -> str:
    """Return why a head can't become a volume; empty for nothing that is known here."""
    with context.reading() as session:
        if session.get(VolumeRow, name) is not None:
            return "already managed"
    if not _is_id(name):
        return "its name is not the id of a volume"
    return "somebody has it open" if record.is_open else ""


def _is_id(name: str) -> bool:
    try:
        return str(uuid.UUID(name)) == name
    except ValueError:
        return False


def manage_volume(
    context: RequestContext, store: str, name: str, spec: VolumeSpec, *, is_bootable: bool = False
) -> Volume:
    """Have a head be a volume of the caller's project; a part of a GiB becomes a whole one.

    Args:
        context: An administrator.
        store: Where the head is.
        name: Its name, which becomes the volume's id.
        spec: What is to be said of it, and its type.
        is_bootable: Whether servers may start from it.

    Raises:
        Conflict: It is open, or volumes of the type lie in another store.
        Duplicate: It is a volume already.
        InvalidField: It is not named as volumes are, or the zone is none.
        NotFound: There is no such store, head or type.
        QuotaExceeded: The project may not have so much.
    """
    storage, record = _head(context, store, name)
    size_gib = max(1, -(-record.size_bytes // GIB))
    kind = types.resolve(context, spec.type)
    if kind.extra_specs.get(engine.STORE, store) != store:
        msg = f"volumes of the type {kind.name} lie in another store"
        raise Conflict(msg)
    source = Source(store=store, size_gib=size_gib, is_bootable=is_bootable)
    with context.unit_of_work() as session:
        if session.get(VolumeRow, name) is not None:
            raise Duplicate(VOLUME, name)
        row = new_row(context, replace(spec, size_gib=None), source, type_id=kind.id, store=store)
        row.availability_zone = zone_named(context, spec.availability_zone)
        row.id, row.status = name, states.AVAILABLE
        # Its next writer outdoes all that there were.
        row.generation = record.epoch // len(epochs_of(0)) + 1
        session.add(row)
        session.flush()
        if not context.cloud.offload.run(heads.grow, storage, name, size_gib * GIB):
            msg = f"somebody has {name} open"
            raise Conflict(msg)
        synnefo_quota.charge(context, charges.of_volume(row))
        return shown(row)


def _head(context: RequestContext, store: str, name: str) -> tuple[Storage, heads.VolumeRecord]:
    storage, field, noun = _storage(context, store), "ref", "head"
    if not _is_id(name):
        raise InvalidField(field, "it must be named as a volume is: by a UUID")
    try:
        record = context.cloud.offload.run(heads.show, storage, name)
    except NoSuchThing:
        raise NotFound(noun, name) from None
    if record.is_open:
        msg = f"somebody has {name} open"
        raise Conflict(msg)
    return storage, record


def unmanage_volume(context: RequestContext, volume_id: str) -> None:
    """Forget a volume; its head stays where it is.

    Raises:
        InvalidState: It is in use or doing something.
        NotFound: There is no such volume.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, VolumeRow, volume_id, is_locked=True)
        if row.status != states.AVAILABLE or row.turn:
            raise InvalidState(VOLUME, row.status, "stop managing")
        transfers.withdraw(session, row.id)
        forget(context, session, row)


def _storage(context: RequestContext, store: str) -> Storage:
    known: Sequence[str] = stores(context.cloud)
    noun = "store"
    if store not in known:
        raise NotFound(noun, store)
    return storage_of(context.cloud, store)
