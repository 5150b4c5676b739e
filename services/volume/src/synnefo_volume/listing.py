# SPDX-License-Identifier: Apache-2.0
"""Lists of volumes and what belongs to them: chosen, ordered and cut into pages."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Generic, TypeVar

from sqlalchemy import ColumnElement, Row, Select, Table, func, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.paging import Order, page
from synnefo_core.errors import InvalidField
from synnefo_volume.models import (
    AttachmentRow,
    BackupRow,
    Model,
    SnapshotRow,
    TransferRow,
    VolumeRow,
)
from synnefo_volume.rows import (
    attachments_of,
    columns,
    shown,
    shown_attachment,
    shown_backup,
    shown_snapshot,
    shown_transfer,
)
from synnefo_volume.values import Selection, Summary, Volume

Sort = Sequence[tuple[str, bool]]
"""Names of attributes, and whether each descends; the id decides where all are the same."""

NEWEST_FIRST: Sort = (("created_at", True),)

Shown = TypeVar("Shown")

_COMPARISONS: Mapping[str, Callable[[Any, Any], ColumnElement[bool]]] = {
    "eq": operator.eq,
    "neq": operator.ne,
    "gt": operator.gt,
    "gte": operator.ge,
    "lt": operator.lt,
    "lte": operator.le,
}
_WORDS = frozenset({"metadata", "image_metadata", "connection", "connector"})
"""Columns of which no list is chosen as a whole."""


class Listing(Generic[Shown]):
    """The rows of one kind, as a list asks for them: columns, not objects."""

    def __init__(
        self, model: type[Model], show: Callable[[Session, Sequence[Row[Any]]], list[Shown]]
    ) -> None:
        """Know the columns of a model, and how its rows become values."""
        self._table: Table = model.__table__  # type: ignore[assignment]  # declared as FromClause
        self._columns = columns(self._table)
        self._show = show

    def page(
        self,
        context: RequestContext,
        *,
        limit: int,
        marker: str = "",
        offset: int = 0,
        selection: Selection | None = None,
        sort: Sort = NEWEST_FIRST,
    ) -> list[Shown]:
        """Return a page of the list.

        Args:
            context: The caller.
            limit: The most that are returned.
            marker: The id of the last one of the page before.
            offset: How many more are left out.
            selection: Which are wanted; all unless it says otherwise.
            sort: The order.

        Raises:
            InvalidField: The marker is none of them, or there is no such attribute.
        """
        selection = selection or Selection()
        order = self._order(sort or NEWEST_FIRST)
        with context.reading() as session:
            behind = self._marked(context, session, selection, order, marker) if marker else None
            query = self._selected(context, selection, select(*self._columns))
            query = page(query, order, limit=limit, marker=behind).offset(offset or None)
            return self._show(session, session.execute(query).all())

    def count(self, context: RequestContext, selection: Selection | None = None) -> int:
        """Return how many there are."""
        query = select(func.count()).select_from(self._table)
        with context.reading() as session:
            return session.scalar(self._selected(context, selection or Selection(), query)) or 0

    def _order(self, sort: Sort) -> Order:
        return [
            *((self._column(name), descends) for name, descends in sort if name != "id"),
            (self._table.c.id, dict(sort).get("id", sort[-1][1])),
        ]

    def _marked(
        self,
        context: RequestContext,
        session: Session,
        selection: Selection,
        order: Order,
        marker: str,
    ) -> Sequence[Any]:
        marked = select(*(column for column, _ in order)).where(
            self._table.c.id == marker, *self._visible(context, selection)
        )
        behind = session.execute(marked).first()
        if behind is None:
            name = "marker"
            raise InvalidField(name, f"there is no {marker} in the list")
        return behind

    def _column(self, name: str) -> ColumnElement[Any]:
        if name not in self._table.c or name in _WORDS:
            raise InvalidField(name, "nothing can be chosen or ordered by this")
        return self._table.c[name]

    def _visible(
        self, context: RequestContext, selection: Selection
    ) -> Iterator[ColumnElement[bool]]:
        if not (selection.is_everyone and context.is_admin):
            yield self._table.c.project_id == context.require_project()
        if "server_id" in self._table.c:
            yield self._table.c.server_id == ""

    def _selected(
        self, context: RequestContext, selection: Selection, query: Select[*tuple[Any, ...]]
    ) -> Select[*tuple[Any, ...]]:
        query = query.where(*self._visible(context, selection))
        for name, values in selection.where.items():
            query = query.where(self._column(name).in_(list(values)))
        for name, part in selection.patterns.items():
            query = query.where(self._column(name).contains(part, autoescape=True))
        for name, comparison, moment in selection.bounds:
            query = query.where(_COMPARISONS[comparison](self._column(name), moment))
        for column, words in (
            ("metadata", selection.metadata),
            ("image_metadata", selection.image_metadata),
        ):
            for word, value in words.items():
                query = query.where(self._table.c[column][word].as_string() == value)
        return query


def _volumes(session: Session, rows: Sequence[Row[Any]]) -> list[Volume]:
    attached = attachments_of(session, [row.id for row in rows])
    return [shown(row, attached.get(row.id, ())) for row in rows]


def _each(
    show: Callable[[Row[Any]], Shown],
) -> Callable[[Session, Sequence[Row[Any]]], list[Shown]]:
    return lambda _session, rows: [show(row) for row in rows]


VOLUMES = Listing(VolumeRow, _volumes)
SNAPSHOTS = Listing(SnapshotRow, _each(shown_snapshot))
ATTACHMENTS = Listing(AttachmentRow, _each(shown_attachment))
TRANSFERS = Listing(TransferRow, _each(shown_transfer))
BACKUPS = Listing(BackupRow, _each(shown_backup))

list_volumes, count_volumes = VOLUMES.page, VOLUMES.count
list_snapshots, count_snapshots = SNAPSHOTS.page, SNAPSHOTS.count
list_attachments = ATTACHMENTS.page
list_transfers = TRANSFERS.page
count_backups = BACKUPS.count


def summarise_volumes(context: RequestContext, *, is_everyone: bool = False) -> Summary:
    """Return all volumes of the caller's project together, or of all for administrators."""
    query = select(VolumeRow.size_gib, VolumeRow.metadata_).where(VolumeRow.server_id == "")
    if not (is_everyone and context.is_admin):
        query = query.where(VolumeRow.project_id == context.require_project())
    count, size_gib, words = 0, 0, dict[str, set[str]]()
    with context.reading() as session:
        for gib, metadata in session.execute(query):
            count, size_gib = count + 1, size_gib + gib
            for word, value in metadata.items():
                words.setdefault(word, set()).add(value)
    return Summary(count, size_gib, {word: sorted(values) for word, values in words.items()})
