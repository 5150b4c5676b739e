# SPDX-License-Identifier: Apache-2.0
"""How many people there are."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import case, func, select

from synnefo_core.context import RequestContext
from synnefo_identity.accounts.models import RegistrationRow
from synnefo_identity.models import LinkRow, UserRow


@dataclass(frozen=True)
class Count:
    """Users in all, and those who get in."""

    total: int
    active: int


@dataclass(frozen=True)
class Statistics:
    """Users in all and by login method, and who has registered only."""

    users: Count
    methods: Mapping[str, Count]
    registrations: int


_ACTIVE = func.sum(case((UserRow.is_enabled, 1), else_=0))


def count(context: RequestContext) -> Count:
    """Count the users."""
    with context.reading() as session:
        total, active = session.execute(select(func.count(UserRow.id), _ACTIVE)).one()
    return Count(total, active or 0)


def detail(context: RequestContext) -> Statistics:
    """Count them by login methods, too; who has several counts for each."""
    query = (
        select(LinkRow.method, func.count(), _ACTIVE)
        .join(UserRow, UserRow.id == LinkRow.user_id)
        .group_by(LinkRow.method)
    )
    with context.reading(is_snapshot=True) as session:
        users = count(context)
        methods = {method: Count(all_, active) for method, all_, active in session.execute(query)}
        waiting = session.scalar(select(func.count(RegistrationRow.id))) or 0
    return Statistics(users, methods, waiting)


def by_method(context: RequestContext) -> Mapping[str, Sequence[str]]:
    """Return the ids of the users who have each login method."""
    found: dict[str, list[str]] = {}
    query = select(LinkRow.method, LinkRow.user_id).distinct().order_by(LinkRow.method)
    with context.reading() as session:
        for method, user_id in session.execute(query):
            found.setdefault(method, []).append(user_id)
    return found
