# SPDX-License-Identifier: Apache-2.0
"""From what was granted to the holdings of the ledger (AST-072 to AST-074).

A project that is not active, and a member who does not use it, may have nothing more: the limit
is 0 while the usage stays, so that what they have goes on being charged and can be given back.
"""

from __future__ import annotations

from collections.abc import Iterable

from sqlalchemy import select
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_identity.life_models import LifeRow, LimitRow, MemberRow
from synnefo_identity.listing import by_id
from synnefo_identity.project_life import wishes
from synnefo_identity.project_life.states import USING, ProjectState
from synnefo_identity.project_life.values import Limits


def of_many(session: Session, project_ids: Iterable[str]) -> dict[str, dict[str, Limits]]:
    """Return the limits of projects, by resource."""
    found: dict[str, dict[str, Limits]] = {}
    for (row,) in by_id(session, LimitRow.project_id, project_ids, LimitRow):
        found.setdefault(row.project_id, {})[row.resource] = Limits(row.of_project, row.of_member)
    return found


def of(session: Session, project_id: str) -> dict[str, Limits]:
    """Return the limits of one project by resource."""
    return of_many(session, [project_id]).get(project_id, {})


def fill(context: RequestContext, session: Session, project_id: str) -> None:
    """Give a project the default limits of the resources that nobody asked for (AST-081)."""
    present = of(session, project_id)
    for name, owned in synnefo_quota.resources(context.cloud).items():
        if name not in present:
            default = owned.resource.project_default
            wishes.set_limit(session, project_id, name, Limits(default, default))


def push(
    context: RequestContext,
    session: Session,
    life: LifeRow,
    members: Iterable[MemberRow] | None = None,
) -> None:
    """Set the limits in the ledger: of the project and all its members, or of some members."""
    is_active = life.state == ProjectState.ACTIVE
    limits, project = of(session, life.id), f"project:{life.id}"
    if members is None:
        for name, limit in limits.items():
            most = limit.of_project if is_active else 0
            synnefo_quota.set_limit(context, holder=project, resource=name, limit=most)
        query = select(MemberRow).where(MemberRow.project_id == life.id, MemberRow.was_accepted)
        members = session.scalars(query)
    for member in members:
        uses = is_active and member.state in USING
        for name, limit in limits.items():
            synnefo_quota.set_limit(
                context,
                holder=f"user:{member.user_id}",
                source=project,
                resource=name,
                limit=limit.of_member if uses else 0,
            )
