# SPDX-License-Identifier: Apache-2.0
"""Which servers a list holds, and in what order."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    Integer,
    Select,
    and_,
    bindparam,
    not_,
    or_,
    select,
)
from sqlalchemy.orm import InstrumentedAttribute, Session

import synnefo_network
from synnefo_compute import tags
from synnefo_compute.models import ServerRow
from synnefo_compute.rows import COLUMNS, IS_OURS, IS_THERE, IS_TOLD, TABLE, told_to
from synnefo_compute.values import Server, whole
from synnefo_core.context import RequestContext
from synnefo_core.db.paging import Order, page
from synnefo_core.db.patterns import matching
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import InvalidField

NEWEST_FIRST = (("created_at", True),)


@dataclass(frozen=True)
class Selection:
    """Which servers are listed: those that agree with all of it.

    Attributes:
        values: What columns must be; of a sequence any will do. The columns are ``backend_id``,
            ``flavor_id``, ``image_id``, ``key_name``, ``node``, ``project_id``, ``task_state``, ``user_id``,
            ``vm_state`` and ``id``.
        name: A pattern (:mod:`synnefo_core.db.patterns`) that the name must match; empty for any.
        addresses: Patterns that one of the addresses must match, by IP version.
        tags: Words that are all on it.
        any_tags: Words of which one at least is on it, if there are any.
        not_tags: Words that are not all on it, if there are any.
        not_any_tags: Words of which none is on it.
        changed_since: A moment; only what has changed since then, also what was removed since.
        changed_before: A moment; only what has not changed after it, also what was removed.
        is_locked: Whether they are locked; None for either.
        is_deleted: Whether those that were removed are listed instead of those that are there.
        is_everyone: Those of all projects (administrators only).
    """

    values: Mapping[str, Any] = field(default_factory=dict)
    name: str = ""
    addresses: Mapping[int, str] = field(default_factory=dict)
    tags: Sequence[str] = ()
    any_tags: Sequence[str] = ()
    not_tags: Sequence[str] = ()
    not_any_tags: Sequence[str] = ()
    changed_since: float | None = None
    changed_before: float | None = None
    is_locked: bool | None = None
    is_deleted: bool = False
    is_everyone: bool = False


def list_servers(
    context: RequestContext,
    *,
    limit: int,
    marker: str = "",
    selection: Selection | None = None,
    sort: Sequence[tuple[str, bool]] = NEWEST_FIRST,
) -> list[Server]:
    """Return a page of servers.

    Args:
        context: Its project's servers are listed, hidden ones only to their users and administrators.
        limit: The most that are returned.
        marker: The id of the server behind which the page begins.
        selection: Which of them; None for all.
        sort: Names of columns, and whether each descends; the id decides where all are the same.

    Raises:
        InvalidField: The caller has no server ``marker``, or a pattern can't be understood.
    """
    selection = selection or Selection()
    with context.reading() as session:
        if tuple(sort) == NEWEST_FIRST and selection in (_ALL, _OF_EVERYONE):
            rows = _newest(context, session, selection, limit=limit, marker=marker)
        else:
            rows = _chosen(context, session, selection, sort=sort, limit=limit, marker=marker)
        return whole(context, session, rows)


_ALL, _OF_EVERYONE = Selection(), Selection(is_everyone=True)
_MARKER: Sequence[BindParameter[Any]] = (bindparam("marker_created_at"), bindparam("marker_id"))


def _prepared(*conditions: ColumnElement[bool], is_first: bool) -> Prepared:
    """Return the statement of a page of the newest servers: the first one, or one behind a marker."""
    order: Order = [(TABLE.c.created_at, True), (TABLE.c.id, True)]
    query = select(*COLUMNS).where(IS_THERE, *conditions)
    marker = None if is_first else _MARKER
    return Prepared(page(query, order, limit=bindparam("most", type_=Integer()), marker=marker))


_EVERYONES, _PROJECTS, _CALLERS = range(3)
_WHOSE = {_EVERYONES: (), _PROJECTS: (IS_OURS,), _CALLERS: (IS_OURS, IS_TOLD)}
_NEWEST = {
    (whose, is_first): _prepared(*conditions, is_first=is_first)
    for whose, conditions in _WHOSE.items()
    for is_first in (False, True)
}
"""Lists without filters, by whose servers they hold, and whether nothing is before the page."""


def _newest(
    context: RequestContext, session: Session, selection: Selection, *, limit: int, marker: str
) -> Sequence[Any]:
    """Return a page of what nearly everybody lists, by a prepared statement."""
    if context.cloud.database.is_writing:
        session.flush()  # of what was changed before, prepared statements do not see more
    whose, values = _whose(context, selection)
    values["most"] = limit
    if marker:
        order: Order = [(ServerRow.created_at, True), (ServerRow.id, True)]
        created_at, server_id = _marker(context, session, selection, order, marker)
        values |= {"marker_created_at": created_at, "marker_id": server_id}
    return _NEWEST[whose, not marker].all(session, values)


def _whose(context: RequestContext, selection: Selection) -> tuple[int, dict[str, Any]]:
    """Return whose servers the caller's list holds, and the values that say so."""
    if context.is_admin and selection.is_everyone:
        return _EVERYONES, {}
    of_project = {"of_project": context.require_project()}
    if context.is_admin:
        return _PROJECTS, of_project
    return _CALLERS, {**of_project, "of_user": context.user_id}


def _chosen(
    context: RequestContext,
    session: Session,
    selection: Selection,
    *,
    sort: Sequence[tuple[str, bool]],
    limit: int,
    marker: str,
) -> Sequence[Any]:
    """Return a page of a selection; its statement is of its own."""
    order: Order = [
        *((_column(name), descends) for name, descends in sort),
        (ServerRow.id, sort[-1][1] if sort else True),
    ]
    behind = _marker(context, session, selection, order, marker) if marker else None
    query = _selected(context, selection).with_only_columns(*COLUMNS)
    return session.execute(page(query, order, limit=limit, marker=behind)).all()


def _column(name: str) -> InstrumentedAttribute[Any]:
    column: InstrumentedAttribute[Any] = getattr(ServerRow, name)
    return column


def _visible(context: RequestContext, selection: Selection) -> Select[ServerRow]:
    query = select(ServerRow)
    if not (selection.is_everyone and context.is_admin):
        query = query.where(ServerRow.project_id == context.require_project(), told_to(context))
    since, before = selection.changed_since, selection.changed_before
    if since is not None:
        query = query.where(ServerRow.updated_at >= since)
    if before is not None:
        query = query.where(ServerRow.updated_at <= before)
    if since is not None or before is not None:
        return query
    return query.where(ServerRow.is_deleted.is_(selection.is_deleted))


def _selected(context: RequestContext, selection: Selection) -> Select[ServerRow]:
    query = _visible(context, selection)
    for name, value in selection.values.items():
        column = _column(name)
        query = query.where(column == value if isinstance(value, str) else column.in_(value))
    if selection.is_locked is not None:
        is_locked = ServerRow.locked_by != ""
        query = query.where(is_locked if selection.is_locked else not_(is_locked))
    if selection.name:
        query = query.where(matching("name", ServerRow.name, selection.name))
    for version, pattern in selection.addresses.items():
        devices = synnefo_network.devices_with_address(pattern, ip_version=version)
        query = query.where(ServerRow.id.in_(devices))
    return _tagged(query, selection)


def _tagged(query: Select[ServerRow], selection: Selection) -> Select[ServerRow]:
    for tag in selection.tags:
        query = query.where(tags.having(tag))
    if selection.any_tags:
        query = query.where(or_(*map(tags.having, selection.any_tags)))
    if selection.not_tags:
        query = query.where(not_(and_(*map(tags.having, selection.not_tags))))
    if selection.not_any_tags:
        query = query.where(not_(or_(*map(tags.having, selection.not_any_tags))))
    return query


def _marker(
    context: RequestContext, session: Session, selection: Selection, order: Order, marker: str
) -> Sequence[Any]:
    visible = _visible(context, selection).where(ServerRow.id == marker)
    columns = [column for column, _ in order]
    row = session.execute(visible.with_only_columns(*columns)).first()
    if row is None:
        name = "marker"
        raise InvalidField(name, f"marker {marker} could not be found")
    return tuple(row)
