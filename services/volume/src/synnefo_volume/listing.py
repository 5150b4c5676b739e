# SPDX-License-Identifier: Apache-2.0
"""Lists of volumes and what belongs to them: chosen, ordered and cut into pages."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, Table, func, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.paging import Order, page
from synnefo_core.errors import InvalidField
from synnefo_volume.models import AttachmentRow, Model, SnapshotRow, VolumeRow
from synnefo_volume.rows import attachments_of, shown, shown_attachment, shown_snapshot
from synnefo_volume.values import Attachment, Selection, Snapshot, Summary, Volume

NEWEST_FIRST = (("created_at", True),)

Sort = Sequence[tuple[str, bool]]

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


@dataclass(frozen=True)
class Page:
    """Which part of a list is wanted.

    Attributes:
        limit: The most that are returned.
        marker: The id of the last one of the page before.
        offset: How many more are left out.
        sort: Names of attributes, and whether each descends; the id decides where all are the same.
    """

    limit: int
    marker: str = ""
    offset: int = 0
    sort: Sort = NEWEST_FIRST


class Listing:
    """The rows of one kind, as a list asks for them: columns, not objects."""

    def __init__(self, model: type[Model]) -> None:
        """Know the columns of a model."""
        self._table: Table = model.__table__  # type: ignore[assignment]  # declared as FromClause
        self._columns = [
            column.label("metadata_") if column.name == "metadata" else column
            for column in self._table.c
        ]

    def rows(
        self, context: RequestContext, session: Session, selection: Selection, wanted: Page
    ) -> Sequence[Row[Any]]:
        """Return a page.

        Raises:
            InvalidField: The marker is none of them, or there is no such attribute.
        """
        sort = wanted.sort or NEWEST_FIRST
        order: Order = [
            *((self._column(name), descends) for name, descends in sort if name != "id"),
            (self._table.c.id, dict(sort).get("id", sort[-1][1])),
        ]
        behind = None
        if wanted.marker:
            marked = select(*(column for column, _ in order)).where(
                self._table.c.id == wanted.marker, *self._visible(context, selection)
            )
            behind = session.execute(marked).first()
            if behind is None:
                name = "marker"
                raise InvalidField(name, f"there is no {wanted.marker} in the list")
        query = self._selected(context, selection, select(*self._columns))
        query = page(query, order, limit=wanted.limit, marker=behind).offset(wanted.offset or None)
        return session.execute(query).all()

    def count(self, context: RequestContext, session: Session, selection: Selection) -> int:
        """Return how many there are."""
        query = select(func.count()).select_from(self._table)
        return session.scalar(self._selected(context, selection, query)) or 0

    def _column(self, name: str) -> ColumnElement[Any]:
        if name not in self._table.c or name in _WORDS:
            raise InvalidField(name, "nothing can be chosen or ordered by this")
        return self._table.c[name]

    def _visible(
        self, context: RequestContext, selection: Selection
    ) -> Iterator[ColumnElement[bool]]:
        if not (selection.is_everyone and context.is_admin):
            yield self._table.c.project_id == context.require_project()

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


_VOLUMES, _SNAPSHOTS = Listing(VolumeRow), Listing(SnapshotRow)
_ATTACHMENTS = Listing(AttachmentRow)


def list_volumes(
    context: RequestContext,
    *,
    limit: int,
    marker: str = "",
    offset: int = 0,
    selection: Selection | None = None,
    sort: Sort = NEWEST_FIRST,
) -> list[Volume]:
    """Return a page of volumes with their attachments; see :class:`Page`.

    Raises:
        InvalidField: The marker is none of them, or there is no such attribute.
    """
    wanted = Page(limit, marker, offset, sort)
    with context.reading() as session:
        rows = _VOLUMES.rows(context, session, selection or Selection(), wanted)
        attached = attachments_of(session, [row.id for row in rows])
        return [shown(row, attached.get(row.id, ())) for row in rows]


def count_volumes(context: RequestContext, selection: Selection | None = None) -> int:
    """Return how many volumes are selected."""
    with context.reading() as session:
        return _VOLUMES.count(context, session, selection or Selection())


def summarise_volumes(context: RequestContext, *, is_everyone: bool = False) -> Summary:
    """Return all volumes of the caller's project together, or of all for administrators."""
    query = select(VolumeRow.size_gib, VolumeRow.metadata_)
    if not (is_everyone and context.is_admin):
        query = query.where(VolumeRow.project_id == context.require_project())
    count, size_gib, words = 0, 0, dict[str, set[str]]()
    with context.reading() as session:
        for gib, metadata in session.execute(query):
            count, size_gib = count + 1, size_gib + gib
            for word, value in metadata.items():
                words.setdefault(word, set()).add(value)
    return Summary(count, size_gib, {word: sorted(values) for word, values in words.items()})


def list_snapshots(
    context: RequestContext,
    *,
    limit: int,
    marker: str = "",
    offset: int = 0,
    selection: Selection | None = None,
    sort: Sort = NEWEST_FIRST,
) -> list[Snapshot]:
    """Return a page of snapshots; see :class:`Page`.

    Raises:
        InvalidField: The marker is none of them, or there is no such attribute.
    """
    wanted = Page(limit, marker, offset, sort)
    with context.reading() as session:
        rows = _SNAPSHOTS.rows(context, session, selection or Selection(), wanted)
        return [shown_snapshot(row) for row in rows]


def count_snapshots(context: RequestContext, selection: Selection | None = None) -> int:
    """Return how many snapshots are selected."""
    with context.reading() as session:
        return _SNAPSHOTS.count(context, session, selection or Selection())


def list_attachments(
    context: RequestContext,
    *,
    limit: int,
    marker: str = "",
    offset: int = 0,
    selection: Selection | None = None,
    sort: Sort = NEWEST_FIRST,
) -> list[Attachment]:
    """Return a page of attachments; see :class:`Page`.

    Raises:
        InvalidField: The marker is none of them, or there is no such attribute.
    """
    wanted = Page(limit, marker, offset, sort)
    with context.reading() as session:
        rows = _ATTACHMENTS.rows(context, session, selection or Selection(), wanted)
        return [shown_attachment(row) for row in rows]
