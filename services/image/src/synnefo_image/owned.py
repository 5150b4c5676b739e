# SPDX-License-Identifier: Apache-2.0
"""What the room answers when others ask what it owns."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from sqlalchemy import select, update as sql_update

from synnefo_blocks import Reference
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Kind, Moving
from synnefo_core.db.session import changed_rows
from synnefo_image.models import ImageRow


def roots(context: RequestContext, store: str) -> Iterator[tuple[Kind, bytes]]:
    """Yield the content of every image in a store."""
    query = select(ImageRow.reference).where(ImageRow.store == store, ImageRow.reference != "")
    with context.reading(is_snapshot=True) as session:
        for text in session.scalars(query.execution_options(yield_per=1000)):
            reference = Reference.parse(text)
            if reference.is_stored:
                yield reference.kind, reference.digest


def moving(context: RequestContext, source: str, target: str) -> Iterator[Moving]:
    """Yield the content of every image in a store, for another one."""
    query = select(ImageRow.id, ImageRow.reference).where(
        ImageRow.store == source, ImageRow.reference != ""
    )
    with context.reading() as session:
        rows = session.execute(query).all()
    for image_id, text in rows:
        reference = Reference.parse(text)
        moved = partial(_move, context, image_id, text, source, target)
        yield Moving(reference.kind, reference.digest, reference.size_bytes, moved)


def _move(context: RequestContext, image_id: str, text: str, source: str, target: str) -> bool:
    statement = (
        sql_update(ImageRow)
        .where(ImageRow.id == image_id, ImageRow.store == source, ImageRow.reference == text)
        .values(store=target)
    )
    with context.unit_of_work() as session:
        return changed_rows(session, statement) == 1
