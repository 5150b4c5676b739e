# SPDX-License-Identifier: Apache-2.0
"""What the room answers when others ask what it keeps in a store."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sqlalchemy import select, update

from synnefo_blocks import Reference
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Kind, Moving
from synnefo_core.db.session import changed_rows
from synnefo_volume.models import BackupRow, SnapshotRow, VolumeRow

_KEEPERS = (VolumeRow, SnapshotRow, BackupRow)


def roots(context: RequestContext, store: str) -> Iterator[tuple[Kind, bytes]]:
    """Yield what snapshots hold, and what volumes and backups are being made of."""
    with context.reading(is_snapshot=True) as session:
        for model in _KEEPERS:
            query = select(model.reference).where(model.store == store, model.reference != "")
            texts = session.scalars(query.execution_options(yield_per=1000))
            found = (Reference.parse(text) for text in texts)
            yield from ((each.kind, each.digest) for each in found if each.is_stored)


def moving(context: RequestContext, source: str, target: str) -> Iterator[Moving]:
    """Yield what snapshots hold, for another store. What is being made stays with it."""
    query = select(SnapshotRow.id, SnapshotRow.reference).where(
        SnapshotRow.store == source, SnapshotRow.reference != ""
    )
    with context.reading() as session:
        rows = session.execute(query).all()
    for snapshot_id, text in rows:
        reference = Reference.parse(text)
        moved = partial(_move, context, snapshot_id, text, source, target)
        yield Moving(reference.kind, reference.digest, reference.size_bytes, moved)


def _move(context: RequestContext, snapshot_id: str, text: str, source: str, target: str) -> bool:
    statement = (
        update(SnapshotRow)
        .where(
            SnapshotRow.id == snapshot_id,
            SnapshotRow.store == source,
            SnapshotRow.reference == text,
        )
        .values(store=target)
    )
    with context.unit_of_work() as session:
        return changed_rows(session, statement) == 1
