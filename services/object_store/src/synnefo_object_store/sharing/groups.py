# SPDX-License-Identifier: Apache-2.0
"""Groups of users that an account names, to share with all of them; they hold no other groups."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence

from sqlalchemy import Table, and_, delete, func, insert, or_, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid
from synnefo_object_store.limits import LIMITS, check_text
from synnefo_object_store.models import MemberRow

_member: Table = MemberRow.__table__  # type: ignore[assignment]  # declared as FromClause


def groups_of(context: RequestContext, account: str) -> dict[str, list[str]]:
    """Return the members of an account's groups, by the groups' names."""
    query = (
        select(_member.c.name, _member.c.user_id)
        .where(_member.c.account == account)
        .order_by(_member.c.name, _member.c.user_id)
    )
    groups: dict[str, list[str]] = {}
    with context.reading() as session:
        for name, user_id in session.execute(query):
            groups.setdefault(name, []).append(user_id)
    return groups


def check_groups(groups: Mapping[str, Sequence[str]]) -> None:
    """Refuse groups that can't be.

    Raises:
        Invalid: A name is none, or there are too many members.
    """
    for name, members in groups.items():
        check_text("group name", name, LIMITS.group_name_bytes)
        if ":" in name or "," in name or name != name.lower():
            msg = "the name of a group has no colons, commas and capitals"
            raise Invalid(msg)
        if len(members) > LIMITS.group_members:
            raise Invalid(f"a group has at most {LIMITS.group_members} members")
        for user_id in members:
            check_text("member of a group", user_id, LIMITS.user_id_bytes)


def update_groups(session: Session, account: str, groups: Mapping[str, Sequence[str]]) -> None:
    """Set groups, and remove those that are given empty; who calls has locked the account.

    Raises:
        Invalid: There would be too many.
    """
    is_of = _member.c.account == account
    session.execute(delete(_member).where(is_of, _member.c.name.in_(list(groups))))
    rows = [
        {"account": account, "name": name, "user_id": user_id}
        for name, members in groups.items()
        for user_id in dict.fromkeys(members)
    ]
    if not rows:
        return
    session.execute(insert(_member), rows)
    count = session.scalar(select(func.count(_member.c.name.distinct())).where(is_of))
    if (count or 0) > LIMITS.groups:
        raise Invalid(f"an account has at most {LIMITS.groups} groups")


def is_in_any(context: RequestContext, grantees: Iterable[str]) -> bool:
    """Say whether who asks is in one of the groups ``account:group``."""
    pairs = [grantee.split(":", 1) for grantee in grantees]
    if not pairs:
        return False
    query = select(_member.c.name).where(
        _member.c.user_id == context.user_id,
        or_(*(and_(_member.c.account == of, _member.c.name == name) for of, name in pairs)),
    )
    with context.reading() as session:
        return session.execute(query.limit(1)).first() is not None


def grantees_of(context: RequestContext) -> list[str]:
    """Return all names under which things may be shared with who asks."""
    query = select(_member.c.account, _member.c.name).where(_member.c.user_id == context.user_id)
    with context.reading() as session:
        groups = [f"{account}:{name}" for account, name in session.execute(query)]
    return [context.user_id, "*", *groups]
