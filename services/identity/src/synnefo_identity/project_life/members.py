# SPDX-License-Identifier: Apache-2.0
"""Who is in a project, who wants to be, and who wants out (AST-089 to AST-092)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.paging import page as cut
from synnefo_core.errors import Conflict, Forbidden, Invalid, NotFound
from synnefo_identity.life_models import LifeRow, MemberRow
from synnefo_identity.listing import WHOLE, Page
from synnefo_identity.models import UserRow
from synnefo_identity.project_life import limits, lives, mirror, notices
from synnefo_identity.project_life.states import (
    COUNTED,
    MEMBERSHIP,
    USING,
    JoinPolicy,
    MemberState,
    require_condition,
)
from synnefo_identity.project_life.values import Member

_OWN = frozenset({"cancel", "leave"})
"""What only the member does."""

_OF_RUNNERS = frozenset({"accept", "reject", "remove", "suspend", "unsuspend"})
"""What who decides about the project does."""

_OTHERWISE: Mapping[tuple[str, str], str] = {
    ("cancel", MemberState.LEAVE_REQUESTED): "stay",
    ("reject", MemberState.LEAVE_REQUESTED): "stay",
}
"""What an action means for somebody who wants out."""


class Full(Conflict):
    """The project has as many members as it may have."""

    code = "project_full"

    def __init__(self, most: int) -> None:
        """Say how many."""
        super().__init__(f"the project has its {most} members already")
        self.most = most


def join(context: RequestContext, project_id: str, *, reason: str = "") -> Member:
    """Become a member, or ask to become one, as the project's policy says.

    Beyond the bound on members it becomes a request (AST-091). The owner need not ask.

    Raises:
        NotFound: There is no project that the caller may know of.
        Forbidden: The project is closed to new members.
        InvalidState: The caller is a member already, or the project is not active.
    """
    with context.unit_of_work() as session:
        life = lives.locked(context, session, project_id)
        if session.get(UserRow, context.user_id) is None:
            raise Forbidden("only a user can be a member")
        is_owner = life.owner_id == context.user_id
        is_open = is_owner or life.join_policy == JoinPolicy.AUTO
        action = "join" if is_open and not _is_full(session, life) else "request"
        row = _row(context, session, life.id, context.user_id)
        return _move(context, session, life, row, action=action, reason=reason)


def enroll(context: RequestContext, project_id: str, email: str, *, reason: str = "") -> Member:
    """Make the user of an e-mail address a member, who is not asked.

    Raises:
        NotFound: There is no project that the caller may know of, or not one user of the address.
        Forbidden: The caller does not decide about it, or it is closed to new members.
        InvalidState: The user is a member already, or the project is not active.
        Full: There are as many members as there may be.
    """
    with context.unit_of_work() as session:
        life = lives.locked(context, session, project_id)
        lives.require_run_by(context, life)
        # Before anybody is looked for: nobody asks here who is in the cloud.
        _require_condition(life, "enroll")
        query = select(UserRow).where(
            func.lower(UserRow.email) == email.lower(), UserRow.is_enabled, UserRow.email != ""
        )
        found = session.scalars(query.limit(2)).all()
        if len(found) != 1:
            raise NotFound("user", email)
        row = _row(context, session, life.id, found[0].id)
        return _move(context, session, life, row, action="enroll", reason=reason)


def act(context: RequestContext, member_id: int, action: str, *, reason: str = "") -> Member:
    """Do something to a membership: see :data:`~.states.MEMBERSHIP`.

    Raises:
        NotFound: There is none that the caller may know of.
        Forbidden: The caller may not do this, or the project's policy forbids it.
        InvalidState: The membership or the project is in another state.
        Full: There are as many members as there may be.
    """
    if action not in _OWN | _OF_RUNNERS:
        raise Invalid(f"nobody can {action} a membership")
    with context.unit_of_work() as session:
        life = _project_of(context, session, member_id)
        row = session.get(MemberRow, member_id, with_for_update=True)
        if row is None or not _is_visible(context, life, row):
            raise NotFound("membership", str(member_id))
        _require_may(context, life, row, action)
        meant = _OTHERWISE.get((action, row.state), action)
        if meant == "leave" and life.leave_policy == JoinPolicy.MODERATED:
            meant = "leave" if lives.is_run_by(context, life) else "request_leave"
        return _move(context, session, life, row, action=meant, reason=reason)


def _project_of(context: RequestContext, session: Session, member_id: int) -> LifeRow:
    """Return the locked project of a membership."""
    project_id = session.scalar(select(MemberRow.project_id).where(MemberRow.id == member_id))
    if project_id is None:
        raise NotFound("membership", str(member_id))
    try:
        return lives.locked(context, session, project_id)
    except NotFound as cause:
        raise NotFound("membership", str(member_id)) from cause


def _is_visible(context: RequestContext, life: LifeRow, row: MemberRow) -> bool:
    return row.user_id == context.user_id or lives.is_run_by(context, life)


def _require_may(context: RequestContext, life: LifeRow, row: MemberRow, action: str) -> None:
    if action in _OWN and row.user_id != context.user_id:
        raise Forbidden("only the member may do this")
    if action in _OF_RUNNERS:
        lives.require_run_by(context, life)


def _row(context: RequestContext, session: Session, project_id: str, user_id: str) -> MemberRow:
    """Return the row of somebody in a locked project, a new one for who never came near it."""
    query = select(MemberRow).where(
        MemberRow.project_id == project_id, MemberRow.user_id == user_id
    )
    row = session.scalars(query.with_for_update()).first()
    if row is None:
        row = MemberRow(
            project_id=project_id,
            user_id=user_id,
            state=MemberState.NONE,
            changed_at=context.now(),
        )
        session.add(row)
    return row


def _move(
    context: RequestContext,
    session: Session,
    life: LifeRow,
    row: MemberRow,
    *,
    action: str,
    reason: str,
) -> Member:
    _require_condition(life, action)
    before, after = row.state, MEMBERSHIP.after(row.state, action)
    if after in COUNTED and before not in COUNTED and _is_full(session, life):
        raise Full(life.max_members)
    row.state, row.changed_at = after, context.now()
    if after == MemberState.REQUESTED:
        row.requested_at = context.now()
    if after == MemberState.ACCEPTED and before not in COUNTED:
        row.accepted_at, row.was_accepted = context.now(), True
    session.flush()
    change = lives.Change("membership", action, before, after, reason, row.id)
    lives.note(context, session, life.id, change)
    notices.tell(
        context, session, life, ("membership", action), person_id=row.user_id, reason=reason
    )
    if (before in USING) is not (after in USING):
        mirror.follow_member(context, session, row)
    if row.was_accepted:
        limits.push(context, session, life, [row])
    if after == MemberState.REMOVED:
        mirror.leave_default(session, life.id, [row.user_id])
    return _shown(context, life, row)


def _require_condition(life: LifeRow, action: str) -> None:
    policies = {"join_policy": life.join_policy, "leave_policy": life.leave_policy}
    require_condition(action, life.state, policies)


def _is_full(session: Session, life: LifeRow) -> bool:
    query = select(func.count()).where(
        MemberRow.project_id == life.id, MemberRow.state.in_(COUNTED)
    )
    return (session.scalar(query) or 0) >= life.max_members


def counts(context: RequestContext, project_ids: Iterable[str]) -> Mapping[str, int]:
    """Return how many members projects have, as the bound on their number counts them."""
    query = select(MemberRow.project_id, func.count()).where(MemberRow.state.in_(COUNTED))
    with context.reading() as session:
        found = session.execute(query.group_by(MemberRow.project_id)).all()
    wanted = set(project_ids)
    return {project_id: number for project_id, number in found if project_id in wanted}


def show(context: RequestContext, member_id: int) -> Member:
    """Return a membership: one's own, or one in a project that one decides about.

    Raises:
        NotFound: There is none that the caller may know of.
    """
    with context.reading() as session:
        row = session.get(MemberRow, member_id)
        life = None if row is None else session.get(LifeRow, row.project_id)
        if row is None or life is None or not _is_visible(context, life, row):
            raise NotFound("membership", str(member_id))
        return _shown(context, life, row)


def index(
    context: RequestContext, *, project_id: str | None = None, page: Page = WHOLE
) -> Sequence[Member]:
    """Return a page of the memberships that the caller may know of, oldest first."""
    query = select(MemberRow, LifeRow).join(LifeRow, LifeRow.id == MemberRow.project_id)
    if not context.is_admin:
        is_own = MemberRow.user_id == context.user_id
        query = query.where(or_(is_own, LifeRow.owner_id == context.user_id))
    if project_id is not None:
        query = query.where(MemberRow.project_id == project_id)
    marker = None if page.marker is None else (int(page.marker),)
    with context.reading() as session:
        found = cut(query, [(MemberRow.id, False)], limit=page.limit, marker=marker)
        return [_shown(context, life, row) for row, life in session.execute(found)]


def _shown(context: RequestContext, life: LifeRow, row: MemberRow) -> Member:
    """Return a row's value, with what the caller can do to it by the table of states."""
    moves = set(MEMBERSHIP.possible(row.state))
    moves |= {action for action, state in _OTHERWISE if state == row.state}
    allowed: frozenset[str] = frozenset()
    if row.user_id == context.user_id:
        allowed |= _OWN
    if lives.is_run_by(context, life):
        allowed |= _OF_RUNNERS
    return Member.of(row, tuple(sorted(moves & allowed)))
