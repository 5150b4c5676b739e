# SPDX-License-Identifier: Apache-2.0
"""The log of what makes remembered claims untrue, read by every process.

Changes are numbered in the order of their commits: the counter's row is locked by whoever writes
one, as one of the last statements of its transaction. So who has seen a number has seen all before.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from sqlalchemy import bindparam, delete, func, select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.session import after_commit, defer
from synnefo_identity.models import ChangeRow, CounterRow

COUNTER = "changes"
_PENDING = "identity.changes"


class Kind(StrEnum):
    """What a change is about."""

    TOKEN = "token"  # noqa: S105  # a noun
    USER = "user"
    PROJECT = "project"
    EVERYTHING = "everything"


@dataclass(frozen=True)
class Change:
    """Claims of this subject (an audit id, a user, a project) are no longer true."""

    kind: Kind
    subject: str = ""


EVERYTHING = Change(Kind.EVERYTHING)


def note(context: RequestContext, session: Session, change: Change) -> None:
    """Have all processes forget what a change makes untrue, once it is committed."""
    pending: dict[Change, None] = session.info.setdefault(_PENDING, {})
    pending[change] = None
    defer(session, _PENDING, lambda session: _write(context, session))
    # This process is told at once, so that who made the change sees it.
    after_commit(session, context.cloud.shared("identity.staleness", Staleness).say)


def _write(context: RequestContext, session: Session) -> None:
    pending: dict[Change, None] = session.info.pop(_PENDING)
    last = session.execute(
        update(CounterRow)
        .where(CounterRow.name == COUNTER)
        .values(number=CounterRow.number + len(pending))
        .returning(CounterRow.number)
    ).scalar_one()
    for number, change in enumerate(pending, last - len(pending) + 1):
        session.add(
            ChangeRow(
                number=number, kind=change.kind, subject=change.subject, made_at=context.now()
            )
        )
    session.flush()


class Staleness:
    """Whether this process itself changed something since it last looked."""

    def __init__(self) -> None:
        self.is_stale = False

    def say(self) -> None:
        """Remember that there is something to look at."""
        self.is_stale = True


def latest(session: Session) -> int:
    """Return the number of the last change."""
    query = select(CounterRow.number).where(CounterRow.name == COUNTER)
    return session.execute(query).scalar_one()


# Made once: each login asks it.
_LATER = (
    select(ChangeRow.number, ChangeRow.kind, ChangeRow.subject)
    .where(ChangeRow.number > bindparam("number"))
    .order_by(ChangeRow.number)
)


def since(session: Session, number: int) -> tuple[int, Sequence[Change]]:
    """Return the last number and the changes after ``number``.

    Who was away for so long that changes are lost is told that everything changed.
    """
    rows = session.execute(_LATER, {"number": number}).all()
    if not rows:
        return number, ()
    if rows[0].number != number + 1:
        return rows[-1].number, (EVERYTHING,)
    return rows[-1].number, [Change(Kind(row.kind), row.subject) for row in rows]


def trim(session: Session, before: float) -> None:
    """Delete old changes but the last, by which a gap can be told."""
    last = select(func.max(ChangeRow.number)).scalar_subquery()
    session.execute(delete(ChangeRow).where(ChangeRow.made_at < before, ChangeRow.number < last))
