# SPDX-License-Identifier: Apache-2.0
"""Tags: words that owners put on networks and what belongs to them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, cast

from sqlalchemy import CursorResult, Table, delete, insert, select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.among import among
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import Forbidden, Invalid, NotFound
from synnefo_network.claims import insert_unless_taken
from synnefo_network.kinds import KINDS
from synnefo_network.models import TagRow

MOST = 50
"""So many tags a thing has at most."""
_tag: Table = TagRow.__table__  # type: ignore[assignment]  # declared as FromClause
_FIND = Prepared(
    select(_tag.c.thing_id, _tag.c.tag)
    .where(among(_tag.c.thing_id, "things"))
    .order_by(_tag.c.tag, _tag.c.thing_id)
)


def tags_of(context: RequestContext, kind: str, thing_id: str) -> list[str]:
    """Return the tags of a thing in their order.

    Raises:
        NotFound: There is no such thing, or the caller may not see it.
    """
    with context.reading() as session:
        KINDS[kind].show(context, thing_id)
        return sorted(_tags(session, [thing_id]).get(thing_id, ()))


def tags_of_many(context: RequestContext, thing_ids: Iterable[str]) -> Mapping[str, list[str]]:
    """Return the tags of things that the caller has seen, by their ids and in their order."""
    with context.reading() as session:
        return _tags(session, list(thing_ids))


def _tags(session: Session, thing_ids: Sequence[str]) -> dict[str, list[str]]:
    found: dict[str, list[str]] = {}
    session.flush()  # what is prepared does not ask for it
    for thing_id, tag in _FIND.all(session, {"things": thing_ids}):
        found.setdefault(thing_id, []).append(tag)
    return found


def replace_tags(
    context: RequestContext, kind: str, thing_id: str, tags: Iterable[str]
) -> list[str]:
    """Give a thing other tags, and return them in their order.

    Raises:
        Forbidden: It is another's.
        Invalid: There are too many.
        NotFound: There is no such thing, or the caller may not see it.
    """
    wanted = sorted(set(tags))
    with context.unit_of_work() as session:
        _touch(context, session, kind, thing_id)
        session.execute(delete(TagRow).where(TagRow.thing_id == thing_id))
        if wanted:
            session.execute(insert(TagRow), [{"thing_id": thing_id, "tag": tag} for tag in wanted])
        _require_room(len(wanted))
    return wanted


def add_tag(context: RequestContext, kind: str, thing_id: str, tag: str) -> None:
    """Put a tag on a thing; one that is there already is not an error.

    Raises:
        Forbidden: It is another's.
        Invalid: There are too many.
        NotFound: There is no such thing, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        _touch(context, session, kind, thing_id)
        insert_unless_taken(session, TagRow, {"thing_id": thing_id, "tag": tag})
        _require_room(len(_tags(session, [thing_id])[thing_id]))


def remove_tag(context: RequestContext, kind: str, thing_id: str, tag: str) -> None:
    """Take a tag from a thing.

    Raises:
        Forbidden: It is another's.
        NotFound: There is no such thing, the caller may not see it, or it has no such tag.
    """
    with context.unit_of_work() as session:
        _touch(context, session, kind, thing_id)
        mine = (TagRow.thing_id == thing_id) & (TagRow.tag == tag)
        gone = cast("CursorResult[Any]", session.execute(delete(TagRow).where(mine)))
        if gone.rowcount == 0:
            noun = "tag"
            raise NotFound(noun, tag)


def _touch(context: RequestContext, session: Session, kind: str, thing_id: str) -> None:
    """Lock a thing of the caller's whose tags change, which is a new revision of it."""
    known = KINDS[kind]
    shown = known.show(context, thing_id)
    if not context.is_admin and shown.project_id != context.project_id:
        msg = f"{kind} {thing_id} belongs to another project"
        raise Forbidden(msg)
    changed = update(known.model).where(known.model.id == thing_id)
    values = {"revision": known.model.revision + 1, "updated_at": context.now()}
    touched = cast("CursorResult[Any]", session.execute(changed.values(**values)))
    if touched.rowcount == 0:
        raise NotFound(kind, thing_id)


def _require_room(number: int) -> None:
    if number > MOST:
        msg = f"no more than {MOST} tags are possible"
        raise Invalid(msg)
