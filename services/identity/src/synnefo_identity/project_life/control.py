# SPDX-License-Identifier: Apache-2.0
"""What administrators do to projects without anybody having applied (AST-084, AST-086, AST-087)."""

from __future__ import annotations

from collections.abc import Collection, Sequence

from sqlalchemy import select

from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, Forbidden, Invalid
from synnefo_identity.life_models import LifeRow
from synnefo_identity.project_life import applications, limits, lives, mirror, notices, wishes
from synnefo_identity.project_life.states import ALIVE, INITIALIZED
from synnefo_identity.project_life.values import Life, Wish

ACTIONS = ("suspend", "unsuspend", "terminate", "reinstate")


def act(context: RequestContext, project_id: str, action: str, *, reason: str = "") -> Life:
    """Suspend, unsuspend, terminate or reinstate a project.

    Raises:
        NotFound: There is none that the caller may know of.
        Forbidden: The caller is no administrator.
        Conflict: A personal project is never over.
        InvalidState: It is in another state.
        Duplicate: Another project has the name by now.
    """
    if action not in ACTIONS:
        raise Invalid(f"nobody can {action} a project")
    with context.unit_of_work() as session:
        life = lives.locked(context, session, project_id)
        if not context.is_admin:
            raise Forbidden("only an administrator may do this")
        if action == "terminate" and life.is_personal:
            raise Conflict("a personal project ends only with its user")
        applications.change_state(context, session, life, action, reason)
        notices.tell(context, session, life, ("project", action), reason=reason)
        return lives.whole(session, [life])[0]


def change(context: RequestContext, project_id: str, wish: Wish) -> Life:
    """Change a project at once, also a personal one.

    Raises:
        NotFound: There is none.
        Forbidden: The caller is no administrator.
        InvalidField: Something that is asked for can't be.
        Conflict: It is not there yet or any more, or is personal and was to get another name.
        Duplicate: Another project has the name.
    """
    with context.unit_of_work() as session:
        life = lives.locked(context, session, project_id)
        if not context.is_admin:
            raise Forbidden("only an administrator may do this")
        if life.state not in INITIALIZED:
            raise Conflict(f"a project that is {life.state} can't be changed")
        if life.is_personal and wish.name not in (None, life.name):
            raise Conflict("a personal project keeps its name")
        wishes.check(context, session, wish)
        wishes.grant(session, life, wish)
        told = lives.Change("project", "change", life.state, life.state, wish.comments)
        lives.note(context, session, life.id, told)
        session.flush()
        mirror.follow(context, life)
        limits.push(context, session, life)
        return lives.whole(session, [life])[0]


def change_personal(
    context: RequestContext, wish: Wish, *, excluded: Collection[str] = ()
) -> Sequence[Life]:
    """Change the limits of all personal projects but some, each in a transaction of its own."""
    query = select(LifeRow.id).where(LifeRow.is_personal, LifeRow.state.in_(INITIALIZED))
    with context.reading() as session:
        ids = session.scalars(query.order_by(LifeRow.id)).all()
    return [change(context, each, wish) for each in ids if each not in excluded]


def expired(context: RequestContext) -> Sequence[Life]:
    """Return the projects that are alive past their end."""
    query = (
        select(LifeRow)
        .where(LifeRow.ends_at <= context.now(), LifeRow.state.in_(ALIVE))
        .where(LifeRow.is_personal.is_(False))
        .order_by(LifeRow.ends_at, LifeRow.id)
    )
    with context.reading() as session:
        return lives.whole(session, session.scalars(query).all())


def terminate_expired(context: RequestContext) -> Sequence[Life]:
    """Terminate the projects that are past their end, each in a transaction of its own."""
    return [
        act(context, life.id, "terminate", reason="the project has come to its end date")
        for life in expired(context)
    ]
