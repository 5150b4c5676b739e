# SPDX-License-Identifier: Apache-2.0
"""Groups of users: what a group may do, each of them may."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, NotFound
from synnefo_identity import assignments, attributes, changes, listing, login_profiles, users
from synnefo_identity.changes import Change, Kind
from synnefo_identity.listing import EVERYTHING, WHOLE, Filter, Page
from synnefo_identity.models import DomainRow, GroupRow, MembershipRow
from synnefo_identity.standing import GROUP
from synnefo_identity.values import Group

KNOWN = frozenset({"name", "description"})


def create(context: RequestContext, domain_id: str, values: Mapping[str, Any]) -> Group:
    """Make a group of the attributes ``values``.

    Raises:
        NotFound: There is no such domain.
        Duplicate: The name is taken in the domain.
    """
    with context.unit_of_work() as session:
        if session.get(DomainRow, domain_id) is None:
            raise NotFound("domain", domain_id)
        row = GroupRow(domain_id=domain_id, extra={})
        attributes.apply(row, values, KNOWN)
        attributes.save(session, row, "group")
        return Group.of(row)


def show(context: RequestContext, group_id: str) -> Group:
    """Return a group."""
    with context.reading() as session:
        return Group.of(find(session, group_id))


def index(
    context: RequestContext, only: Filter = EVERYTHING, page: Page = WHOLE
) -> Sequence[Group]:
    """Return a page of all groups."""
    with context.reading() as session:
        found = listing.rows(session, select(GroupRow), GroupRow, only=only, page=page)
        return [Group.of(row) for row in found]


def of_user(
    context: RequestContext, user_id: str, only: Filter = EVERYTHING, page: Page = WHOLE
) -> Sequence[Group]:
    """Return a page of the groups that a user is in.

    Raises:
        Forbidden: The caller is neither the user nor an administrator.
    """
    if not context.is_admin and context.user_id != user_id:
        raise Forbidden
    query = (
        select(GroupRow)
        .join(MembershipRow, MembershipRow.group_id == GroupRow.id)
        .where(MembershipRow.user_id == user_id)
    )
    with context.reading() as session:
        users.find(session, user_id)
        found = listing.rows(session, query, GroupRow, only=only, page=page)
        return [Group.of(row) for row in found]


def update(context: RequestContext, group_id: str, values: Mapping[str, Any]) -> Group:
    """Change attributes.

    Raises:
        Duplicate: The name is taken in the domain.
    """
    with context.unit_of_work() as session:
        row = find(session, group_id)
        attributes.apply(row, values, KNOWN)
        attributes.save(session, row, "group")
        return Group.of(row)


def delete(context: RequestContext, group_id: str) -> None:
    """Delete a group; its users lose what it gave them."""
    with context.unit_of_work() as session:
        remove(context, session, find(session, group_id))


def remove(context: RequestContext, session: Session, row: GroupRow) -> None:
    """Delete a group's rows."""
    assignments.forget_actor(session, GROUP, row.id)
    login_profiles.forget_actor(session, GROUP, row.id)
    changes.note(context, session, changes.EVERYTHING)
    session.delete(row)


def add_user(context: RequestContext, group_id: str, user_id: str) -> None:
    """Put a user into a group; who is in it already stays there."""
    with context.unit_of_work() as session:
        find(session, group_id)
        users.find(session, user_id)
        if session.get(MembershipRow, (group_id, user_id)) is None:
            session.add(MembershipRow(group_id=group_id, user_id=user_id))
            changes.note(context, session, Change(Kind.USER, user_id))


def require_user(context: RequestContext, group_id: str, user_id: str) -> None:
    """Refuse when a user is not in a group.

    Raises:
        NotFound: The user is not in it.
    """
    with context.reading() as session:
        _membership(session, group_id, user_id)


def remove_user(context: RequestContext, group_id: str, user_id: str) -> None:
    """Take a user out of a group.

    Raises:
        NotFound: The user is not in it.
    """
    with context.unit_of_work() as session:
        session.delete(_membership(session, group_id, user_id))
        changes.note(context, session, Change(Kind.USER, user_id))


def _membership(session: Session, group_id: str, user_id: str) -> MembershipRow:
    find(session, group_id)
    row = session.get(MembershipRow, (group_id, user_id))
    if row is None:
        raise NotFound("user", user_id)
    return row


def find(session: Session, group_id: str) -> GroupRow:
    """Return a group's row.

    Raises:
        NotFound: There is none.
    """
    row = session.get(GroupRow, group_id)
    if row is None:
        raise NotFound("group", group_id)
    return row
