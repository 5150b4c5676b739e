# SPDX-License-Identifier: Apache-2.0
"""Users. What a user may do is an assignment; how a user logs in, a login method's business."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core import outbox
from synnefo_core.context import RequestContext
from synnefo_core.contracts.auth import PreparedPassword
from synnefo_core.db.base import new_hex_id
from synnefo_core.errors import Conflict, Forbidden, NotFound, Unauthenticated
from synnefo_identity import (
    application_credentials,
    assignments,
    attributes,
    changes,
    ladder,
    letters,
    listing,
    lockout,
    login_profiles,
    methods,
    projects,
)
from synnefo_identity.changes import Change, Kind
from synnefo_identity.letters import Letter, tickets
from synnefo_identity.listing import EVERYTHING, WHOLE, Filter, Page
from synnefo_identity.models import (
    ComponentRow,
    DomainRow,
    MembershipRow,
    ProjectRow,
    RoleRow,
    UserRow,
)
from synnefo_identity.payload import Scope, ScopeKind
from synnefo_identity.standing import USER
from synnefo_identity.values import User

KNOWN = frozenset({"name", "email", "description", "default_project_id", "is_enabled"})


def create(
    context: RequestContext,
    domain_id: str,
    values: Mapping[str, Any],
    *,
    password: str | None = None,
) -> User:
    """Make a user of the attributes ``values``, with a personal project.

    Raises:
        NotFound: There is no such domain.
        Duplicate: The name is taken in the domain.
        InvalidField: The password breaks a rule.
    """
    prepared = None if password is None else methods.choose(context.cloud, password)
    with context.unit_of_work() as session:
        must_change = context.cloud.config.identity.change_passwords_first
        made = add(context, session, domain_id, values, prepared, must_change=must_change)
        return _with_ends(context, [made])[0]


def add(
    context: RequestContext,
    session: Session,
    domain_id: str,
    values: Mapping[str, Any],
    prepared: PreparedPassword | None,
    *,
    must_change: bool = False,
    user_id: str | None = None,
) -> User:
    """Make a user whose password is hashed already; the id may have been chosen before."""
    if session.get(DomainRow, domain_id) is None:
        raise NotFound("domain", domain_id)
    row = UserRow(id=user_id or new_hex_id(), domain_id=domain_id, extra={})
    attributes.apply(row, values, KNOWN)
    attributes.save(session, row, "user")
    projects.create_personal(context, session, row.id, domain_id)
    member = session.scalars(select(RoleRow.id).where(RoleRow.name == ladder.MEMBER)).one()
    scope = Scope(ScopeKind.PROJECT, row.id)
    assignments.add(context, session, (USER, row.id), scope, member)
    if prepared is not None:
        methods.keep(context.cloud, session, row.id, prepared, must_change=must_change)
    return User.of(row)


def show(context: RequestContext, user_id: str) -> User:
    """Return a user: to an administrator any, to others themselves.

    Raises:
        Forbidden: It is somebody else, or nobody.
        NotFound: There is none.
    """
    if not context.is_admin and context.user_id != user_id:
        raise Forbidden
    with context.reading() as session:
        return _with_ends(context, [User.of(find(session, user_id))])[0]


def index(context: RequestContext, only: Filter = EVERYTHING, page: Page = WHOLE) -> Sequence[User]:
    """Return a page of all users."""
    with context.reading() as session:
        found = listing.rows(session, select(UserRow), UserRow, only=only, page=page)
        return _with_ends(context, [User.of(row) for row in found])


def of_group(
    context: RequestContext, group_id: str, only: Filter = EVERYTHING, page: Page = WHOLE
) -> Sequence[User]:
    """Return a page of a group's users."""
    query = (
        select(UserRow)
        .join(MembershipRow, MembershipRow.user_id == UserRow.id)
        .where(MembershipRow.group_id == group_id)
    )
    with context.reading() as session:
        found = listing.rows(session, query, UserRow, only=only, page=page)
        return _with_ends(context, [User.of(row) for row in found])


def update(
    context: RequestContext,
    user_id: str,
    values: Mapping[str, Any],
    *,
    password: str | None = None,
) -> User:
    """Change attributes and the password; that, and disabling, makes all tokens invalid.

    Raises:
        Duplicate: The name is taken in the domain.
        InvalidField: The password breaks a rule.
    """
    prepared = None if password is None else methods.choose(context.cloud, password)
    with context.unit_of_work() as session:
        row = find(session, user_id)
        was_enabled = row.is_enabled
        attributes.apply(row, values, KNOWN)
        attributes.save(session, row, "user")
        _tell_of_switch(context, session, row, was_enabled=was_enabled)
        if prepared is not None:
            must_change = context.cloud.config.identity.change_passwords_first
            methods.keep(context.cloud, session, user_id, prepared, must_change=must_change)
        if prepared is not None or not row.is_enabled:
            row.token_epoch += 1
        changes.note(context, session, Change(Kind.USER, user_id))
        return _with_ends(context, [User.of(row)])[0]


def switch(
    context: RequestContext, session: Session, row: UserRow, *, is_enabled: bool, reason: str = ""
) -> None:
    """Let a user in or shut the user out; that makes all tokens invalid, and others are told."""
    was_enabled, row.is_enabled = row.is_enabled, is_enabled
    if not is_enabled:
        row.token_epoch += 1
    _tell_of_switch(context, session, row, was_enabled=was_enabled, reason=reason)
    changes.note(context, session, Change(Kind.USER, row.id))


def _tell_of_switch(
    context: RequestContext,
    session: Session,
    row: UserRow,
    *,
    was_enabled: bool,
    reason: str = "",
) -> None:
    """Tell other rooms of a user who gets in from now on, or does not any more."""
    if row.is_enabled != was_enabled:
        kind = "user.activated" if row.is_enabled else "user.deactivated"
        outbox.emit(context, session, kind, subject_id=row.id, payload={"reason": reason})


def change_password(
    context: RequestContext, user_id: str, *, original: str, new: str, source: str = ""
) -> None:
    """Replace one's own password by one who knows it; all tokens become invalid.

    Args:
        context: Of the request, which may be anonymous.
        user_id: Whose.
        original: The present one; that has ended is no matter.
        new: The one to be.
        source: Where the request comes from, for the count of failures.

    Raises:
        Unauthenticated: The original is wrong, or there is no such user, or there were too
            many failures.
        Invalid: The new one breaks a rule.
    """
    counted = lockout.key(user_id, source)
    lockout.require_open(context, counted)
    _, passwords = methods.store(context.cloud)
    with methods.bounded():
        is_right = passwords.verify(user_id, original)
    if not is_right:
        lockout.note(context, counted)
        raise Unauthenticated
    lockout.forgive(context, counted)
    prepared = methods.choose(context.cloud, new, subject=user_id)
    with context.unit_of_work() as session:
        row = find(session, user_id)
        if not row.is_enabled:
            raise Unauthenticated
        keep_password(context, session, row, prepared)


def keep_password(
    context: RequestContext, session: Session, row: UserRow, prepared: PreparedPassword
) -> None:
    """Give a user a password of their own choice; all tokens become invalid.

    So do the links in letters that were sent before: who sees to the password wants others out.
    """
    methods.keep(context.cloud, session, row.id, prepared)
    tickets.forget(session, row.id)
    row.token_epoch += 1
    changes.note(context, session, Change(Kind.USER, row.id))
    if row.email:
        letters.write(context, session, Letter("password_changed", row.email, {"login": row.name}))


def delete(context: RequestContext, user_id: str) -> None:
    """Delete a user, the personal project, and what roles the user had.

    Raises:
        NotFound: There is none.
        Conflict: It is a component, which is more than a user.
    """
    with context.unit_of_work() as session:
        find(session, user_id)
        if session.get(ComponentRow, user_id) is not None:
            msg = "the user is a component: remove that"
            raise Conflict(msg)
        remove(context, session, user_id)


def remove(context: RequestContext, session: Session, user_id: str) -> None:
    """Delete a user's rows and tell the other rooms."""
    personal = session.get(ProjectRow, user_id)
    if personal is not None:
        projects.remove(context, session, personal)
    assignments.forget_actor(session, USER, user_id)
    application_credentials.forget(context, session, user_id=user_id)
    methods.forget(context.cloud, user_id)
    login_profiles.forget_actor(session, USER, user_id)
    changes.note(context, session, Change(Kind.USER, user_id))
    outbox.emit(context, session, "user.deleted", subject_id=user_id)
    session.delete(find(session, user_id))


def _with_ends(context: RequestContext, users: Sequence[User]) -> list[User]:
    """Add when the users' passwords end."""
    ends = methods.ends(context.cloud, [user.id for user in users])
    return [replace(user, password_expires_at=ends.get(user.id)) for user in users]


def find(session: Session, user_id: str) -> UserRow:
    """Return a user's row.

    Raises:
        NotFound: There is none.
    """
    row = session.get(UserRow, user_id)
    if row is None:
        raise NotFound("user", user_id)
    return row
