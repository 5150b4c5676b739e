# SPDX-License-Identifier: Apache-2.0
"""Words that an owner puts on servers to find them by: up to 50 a server, in no order.

They change only while the server is there, as in Nova; neither a lock nor a task stands in the way.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import ColumnElement, Table, delete, select
from sqlalchemy.orm import Session

from synnefo_compute import locks, states
from synnefo_compute.models import ServerRow, TagRow
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.db.among import among
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import Invalid, InvalidState, NotFound

MOST_TAGS = 50
"""The most that a server has."""

_CHANGEABLE = frozenset({states.ACTIVE, states.STOPPED})


def listing(context: RequestContext, server_id: str) -> Sequence[str]:
    """Return a server's tags in their order as words.

    Raises:
        NotFound: The caller has no server of this id.
    """
    with context.reading() as session:
        owned(context, session, server_id)
        return of(session, [server_id]).get(server_id, ())


def has(context: RequestContext, server_id: str, tag: str) -> bool:
    """Say whether a server has a tag.

    Raises:
        NotFound: The caller has no server of this id.
    """
    return tag in listing(context, server_id)


def add(context: RequestContext, server_id: str, tag: str) -> bool:
    """Put a tag on a server; return whether it is new there.

    Raises:
        NotFound: The caller has no server of this id.
        InvalidState: It is not there yet, or failed.
        Invalid: It would have more than 50.
    """
    with context.unit_of_work() as session:
        _changeable(context, session, server_id)
        had = of(session, [server_id]).get(server_id, ())
        if tag in had:
            return False
        _check_number(len(had) + 1)
        session.add(TagRow(server_id=server_id, tag=tag))
        return True


def put(session: Session, server_id: str, words: Iterable[str]) -> None:
    """Put tags on a server that is just being made.

    Raises:
        Invalid: These are more than 50.
    """
    wanted = sorted(set(words))
    _check_number(len(wanted))
    session.add_all(TagRow(server_id=server_id, tag=tag) for tag in wanted)


def replace(context: RequestContext, server_id: str, tags: Iterable[str]) -> Sequence[str]:
    """Give a server these tags and no others; return them.

    Raises:
        NotFound: The caller has no server of this id.
        InvalidState: It is not there yet, or failed.
        Invalid: These are more than 50.
    """
    wanted = sorted(set(tags))
    _check_number(len(wanted))
    with context.unit_of_work() as session:
        _changeable(context, session, server_id)
        forget(context, server_id)
        session.add_all(TagRow(server_id=server_id, tag=tag) for tag in wanted)
    return wanted


def remove(context: RequestContext, server_id: str, tag: str) -> None:
    """Take a tag off a server.

    Raises:
        NotFound: The caller has no server of this id, or it has no such tag.
        InvalidState: It is not there yet, or failed.
    """
    with context.unit_of_work() as session:
        _changeable(context, session, server_id)
        row = session.get(TagRow, (server_id, tag))
        if row is None:
            noun = "tag"
            raise NotFound(noun, tag)
        session.delete(row)


def of(session: Session, server_ids: Sequence[str]) -> Mapping[str, Sequence[str]]:
    """Return the tags of servers by their ids; without those that have none."""
    if not server_ids:
        return {}
    found: dict[str, list[str]] = defaultdict(list)
    for server_id, tag in _FIND.all(session, {"servers": server_ids}):
        found[server_id].append(tag)
    return found


_tag: Table = TagRow.__table__  # type: ignore[assignment]  # declared as FromClause
_FIND = Prepared(
    select(_tag.c.server_id, _tag.c.tag)
    .where(among(_tag.c.server_id, "servers"))
    .order_by(_tag.c.server_id, _tag.c.tag)
)


def of_one(session: Session, server_id: str) -> list[str]:
    """Return the tags of one server."""
    return list(of(session, [server_id]).get(server_id, ()))


def forget(context: RequestContext, server_id: str) -> None:
    """Take all tags off a server."""
    with context.unit_of_work() as session:
        session.execute(delete(TagRow).where(TagRow.server_id == server_id))


def having(tag: str) -> ColumnElement[bool]:
    """Return what is true of a server's row when it has a tag."""
    return (
        select(TagRow.server_id)
        .where(TagRow.server_id == ServerRow.id, TagRow.tag == tag)
        .correlate(ServerRow)
        .exists()
    )


def _check_number(number: int) -> None:
    if number > MOST_TAGS:
        msg = f"the number of tags exceeds the per-server limit {MOST_TAGS}"
        raise Invalid(msg)


def _changeable(context: RequestContext, session: Session, server_id: str) -> None:
    action = "change tags of"
    row = owned(context, session, server_id, is_locked=True)
    locks.require_not_suspended(context, row)
    if row.vm_state not in _CHANGEABLE:
        noun = "server"
        raise InvalidState(noun, row.vm_state, action)
