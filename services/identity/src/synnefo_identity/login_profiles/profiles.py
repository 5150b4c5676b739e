# SPDX-License-Identifier: Apache-2.0
"""Make login profiles, and say whose they are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import delete as removal, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, NotFound
from synnefo_identity import method_policies
from synnefo_identity.login_profiles.models import LoginProfileRow, LoginProfileTargetRow
from synnefo_identity.models import GroupRow, UserRow
from synnefo_identity.standing import GROUP, USER

LONGEST_NAME = 64


@dataclass(frozen=True)
class LoginProfile:
    """Policies of a login method that some users and groups have.

    Attributes:
        name: Unique.
        method: Of which method.
        values: What differs, by names of :class:`MethodPolicy`.
        priority: Of several the highest counts.
        is_exclusive: Whether nothing but it counts, and what comes after it.
        users: The ids of the users who have it.
        groups: The ids of the groups whose users have it.
    """

    name: str
    method: str
    values: Mapping[str, Any]
    priority: int
    is_exclusive: bool
    users: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()


def index(context: RequestContext) -> Sequence[LoginProfile]:
    """Return all profiles by name."""
    with context.reading() as session:
        rows = session.scalars(select(LoginProfileRow).order_by(LoginProfileRow.name)).all()
        return _values(session, rows)


def show(context: RequestContext, name: str) -> LoginProfile:
    """Return a profile.

    Raises:
        NotFound: There is none of this name.
    """
    with context.reading() as session:
        return _values(session, [_find(session, name)])[0]


def save(
    context: RequestContext,
    name: str,
    method: str,
    values: Mapping[str, str],
    *,
    priority: int = 0,
    is_exclusive: bool = False,
) -> LoginProfile:
    """Make a profile, or replace what it says; who has it stays.

    Args:
        context: The request's.
        name: Up to 64 characters.
        method: A configured login method.
        values: Policies as the configuration writes them ("remove": "no").
        priority: Of several the highest counts.
        is_exclusive: Whether nothing but it counts, and what comes after it.

    Raises:
        InvalidField: The name is too long, there is no such method, or a policy can't be read.
    """
    if not (0 < len(name) <= LONGEST_NAME and name.isprintable()):
        raise InvalidField("name", f"must have 1 to {LONGEST_NAME} characters")
    if method not in context.cloud.config.auth.methods:
        raise InvalidField("method", f"there is no login method {method}")
    read = {policy: _read(policy, text) for policy, text in values.items()}
    with context.unit_of_work() as session:
        row = session.get(LoginProfileRow, name)
        if row is None:
            row = LoginProfileRow(name=name)
            session.add(row)
        row.method, row.values = method, read
        row.priority, row.is_exclusive = priority, is_exclusive
        session.flush()
        return _values(session, [row])[0]


def delete(context: RequestContext, name: str) -> None:
    """Delete a profile; who had it has what the configuration says."""
    with context.unit_of_work() as session:
        session.delete(_find(session, name))


def assign(context: RequestContext, name: str, actor: tuple[str, str]) -> None:
    """Give a profile to ("user" or "group", id); a second time does nothing.

    Raises:
        NotFound: There is no such profile, user or group.
    """
    kind, target_id = actor
    with context.unit_of_work() as session:
        _find(session, name)
        if session.get(UserRow if kind == USER else GroupRow, target_id) is None:
            raise NotFound(kind, target_id)
        session.merge(LoginProfileTargetRow(profile=name, kind=kind, target_id=target_id))


def unassign(context: RequestContext, name: str, actor: tuple[str, str]) -> None:
    """Take a profile from a user or group.

    Raises:
        NotFound: It does not have it.
    """
    kind, target_id = actor
    with context.unit_of_work() as session:
        row = session.get(LoginProfileTargetRow, (name, kind, target_id))
        if row is None:
            raise NotFound(f"login profile of the {kind}", name)
        session.delete(row)


def forget_actor(session: Session, kind: str, target_id: str) -> None:
    """Take all profiles from a user or group that is deleted."""
    target = LoginProfileTargetRow
    session.execute(removal(target).where(target.kind == kind, target.target_id == target_id))


def _read(policy: str, text: str) -> Any:
    try:
        return method_policies.checked(policy, text)
    except ValueError as cause:
        raise InvalidField(policy, str(cause)) from cause


def _find(session: Session, name: str) -> LoginProfileRow:
    row = session.get(LoginProfileRow, name)
    if row is None:
        noun = "login profile"
        raise NotFound(noun, name)
    return row


def _values(session: Session, rows: Sequence[LoginProfileRow]) -> list[LoginProfile]:
    target = LoginProfileTargetRow
    names = [row.name for row in rows]
    query = select(target).where(target.profile.in_(names)).order_by(target.target_id)
    targets = session.scalars(query).all()

    def have(name: str, kind: str) -> tuple[str, ...]:
        return tuple(t.target_id for t in targets if (t.profile, t.kind) == (name, kind))

    return [
        LoginProfile(
            name=row.name,
            method=row.method,
            values=dict(row.values),
            priority=row.priority,
            is_exclusive=row.is_exclusive,
            users=have(row.name, USER),
            groups=have(row.name, GROUP),
        )
        for row in rows
    ]
