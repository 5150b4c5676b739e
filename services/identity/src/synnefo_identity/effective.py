# SPDX-License-Identifier: Apache-2.0
"""Who has which role on what, as it was given or as it counts.

What was given counts for the members of a group, in the projects below a target when it is
inherited, and with all that its role implies.

Source: Identity API reference, "List role assignments".
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_identity import lineage, reach
from synnefo_identity.assignments import Assignment, Question, as_user, is_of, value_of
from synnefo_identity.ladder import Roles
from synnefo_identity.listing import by_id
from synnefo_identity.models import AssignmentRow, MembershipRow, ProjectRow
from synnefo_identity.payload import Scope, ScopeKind
from synnefo_identity.standing import GROUP, USER

_Line = tuple[str | None, str]
"""The parent and the domain of a project."""


class Asked:
    """The projects that a question is about, and those above them."""

    def __init__(self, session: Session, question: Question) -> None:
        """Read them; of a question about all, only when it is known to be needed."""
        self._session, self._question = session, question
        self._lines: dict[str, _Line] | None = None
        self.ids: list[str] | None = None
        target = question.target
        if target is not None and target.kind is ScopeKind.PROJECT:
            self._read_some(target.id)

    def _read_some(self, project_id: str) -> None:
        project = self._session.get(ProjectRow, project_id)
        rows = [project] if project is not None else []
        if self._question.has_subtree:
            rows += lineage.below(self._session, project_id)
        self.ids = [project_id, *(row.id for row in rows if row.id != project_id)]
        if self._question.is_effective and project is not None:
            rows += lineage.above(self._session, project.parent_id)
        self._lines = {row.id: (row.parent_id, row.domain_id) for row in rows}

    def _known(self) -> dict[str, _Line]:
        if self._lines is None:
            columns = ProjectRow.id, ProjectRow.parent_id, ProjectRow.domain_id
            found = self._session.execute(select(*columns))
            self._lines = {row.id: (row.parent_id, row.domain_id) for row in found}
        return self._lines

    def reached(self, origin: Scope) -> Iterator[str]:
        """Yield those below a project or in a domain."""
        known = self._known()
        for project_id in known if self.ids is None else self.ids:
            if project_id in known and self._is_below(project_id, origin):
                yield project_id

    def _is_below(self, project_id: str, origin: Scope) -> bool:
        parent_id, domain_id = self._known()[project_id]
        if origin.kind is ScopeKind.DOMAIN:
            return domain_id == origin.id
        while parent_id is not None and parent_id != origin.id:
            parent_id, _ = self._known()[parent_id]
        return parent_id is not None

    def condition(self) -> ColumnElement[bool] | None:
        """Return which assignments to look at, None for all."""
        target = self._question.target
        if target is None:
            return None
        is_inheriting = target.kind in reach.BELOW
        if self._question.is_effective:
            return self._effective(target)
        kinds = [target.kind.value, *([reach.BELOW[target.kind]] if is_inheriting else ())]
        return AssignmentRow.target_kind.in_(kinds) & AssignmentRow.target_id.in_(
            self.ids or [target.id]
        )

    def _effective(self, target: Scope) -> ColumnElement[bool]:
        if self.ids is None:
            return reach.at(target, is_inherited=False)
        places: list[ColumnElement[bool]] = [
            AssignmentRow.target_kind.in_([ScopeKind.PROJECT, reach.BELOW[ScopeKind.PROJECT]])
            & AssignmentRow.target_id.in_(self.ids)
        ]
        if target.id in self._known():
            parent_id, domain_id = self._known()[target.id]
            places.append(reach.from_above(self._session, domain_id, parent_id))
        return or_(*places)


def index(context: RequestContext, question: Question) -> Sequence[Assignment]:
    """Return the assignments that a question asks for."""
    with context.reading() as session:
        asked = Asked(session, question)
        found = _stored(session, question, asked.condition())
        if question.is_effective:
            found = _effective(session, question, asked, found)
        return [each for each in found if _fits(question, each)]


def _fits(question: Question, each: Assignment) -> bool:
    is_inherited = each.is_inherited or each.origin is not None
    return question.role_id in (None, each.role_id) and question.is_inherited in (
        None,
        is_inherited,
    )


def _stored(
    session: Session, question: Question, where: ColumnElement[bool] | None
) -> list[Assignment]:
    """Return what was given; for effective ones to the user's groups, too."""
    query = select(AssignmentRow).order_by(AssignmentRow.id)
    if where is not None:
        query = query.where(where)
    if question.role_id is not None and not question.is_effective:
        query = query.where(AssignmentRow.role_id == question.role_id)
    if question.actor is not None:
        is_wide = question.is_effective and question.actor[0] == USER
        by = as_user(session, question.actor[1]) if is_wide else is_of(question.actor)
        query = query.where(by)
    return [value_of(row) for row in session.scalars(query)]


def _effective(
    session: Session, question: Question, asked: Asked, stored: Sequence[Assignment]
) -> list[Assignment]:
    """Return what users have: by groups, from above, and by roles that imply others."""
    roles = Roles(session)
    members = _members(session, {a.actor[1] for a in stored if a.actor[0] == GROUP})
    wanted = question.actor[1] if question.actor and question.actor[0] == USER else None
    held = (
        each
        for assignment in stored
        for placed in _where_it_counts(assignment, asked)
        for each in _of_users(placed, members)
        if wanted in (None, each.actor[1])
    )
    return list(dict.fromkeys(implied for each in held for implied in _implied(each, roles)))


def _where_it_counts(assignment: Assignment, asked: Asked) -> Iterator[Assignment]:
    if not assignment.is_inherited:
        yield assignment
        return
    origin = assignment.target
    for project_id in asked.reached(origin):
        target = Scope(ScopeKind.PROJECT, project_id)
        yield replace(assignment, target=target, is_inherited=False, origin=origin)


def _of_users(assignment: Assignment, members: Mapping[str, Sequence[str]]) -> Iterator[Assignment]:
    kind, actor_id = assignment.actor
    if kind == USER:
        yield assignment
        return
    for user_id in members.get(actor_id, ()):
        yield replace(assignment, actor=(USER, user_id), group_id=actor_id)


def _implied(assignment: Assignment, roles: Roles) -> Iterator[Assignment]:
    for role_id in roles.below(assignment.role_id):
        prior = assignment.role_id if role_id != assignment.role_id else None
        yield replace(assignment, role_id=role_id, prior_role_id=prior)


def _members(session: Session, group_ids: Iterable[str]) -> Mapping[str, Sequence[str]]:
    columns = MembershipRow.group_id, MembershipRow.user_id
    found: dict[str, list[str]] = {}
    for row in by_id(session, MembershipRow.group_id, group_ids, *columns):
        found.setdefault(row.group_id, []).append(row.user_id)
    return found
