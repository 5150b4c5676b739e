# SPDX-License-Identifier: Apache-2.0
"""From what was granted to the holdings of the ledger (AST-072 to AST-074).

A project that is not active, and a member who does not use it, may have nothing more: the limit
is 0 while the usage stays, so that what they have goes on being charged and can be given back.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Limit
from synnefo_identity.life_models import LifeRow, LimitRow, MemberRow
from synnefo_identity.listing import by_id
from synnefo_identity.project_life import wishes
from synnefo_identity.project_life.states import INITIALIZED, USING, ProjectState
from synnefo_identity.project_life.values import Limits

Holding = tuple[str, str, str]
"""(holder, source, resource)"""


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


def fill_new(context: RequestContext) -> None:
    """Give projects that were applied for limits of resources that came after them (AST-055)."""
    for name in synnefo_quota.resources(context.cloud):
        has_one = select(LimitRow.project_id).where(LimitRow.resource == name)
        query = select(LifeRow.id).where(
            LifeRow.state.in_(INITIALIZED),
            LifeRow.id.in_(select(LimitRow.project_id)),
            LifeRow.id.not_in(has_one),
            LifeRow.is_personal.is_(False),
        )
        with context.reading() as session:
            ids = session.scalars(query.order_by(LifeRow.id)).all()
        for project_id in ids:
            with context.unit_of_work() as session:
                life = session.get_one(LifeRow, project_id, with_for_update=True)
                fill(context, session, project_id)
                session.flush()
                push(context, session, life)


def push(
    context: RequestContext,
    session: Session,
    life: LifeRow,
    members: Iterable[MemberRow] | None = None,
) -> None:
    """Set the limits in the ledger: of the project and all its members, or of some members."""
    if members is None and life.state != ProjectState.ACTIVE:
        _keep(context, session, life.id)
    for (holder, source, resource), limit in expected(session, life, members).items():
        synnefo_quota.set_limit(
            context, holder=holder, source=source, resource=resource, limit=limit
        )


def _keep(context: RequestContext, session: Session, project_id: str) -> None:
    """Write down limits that nobody granted: they are 0 from now on, and are to come back."""
    present = of(session, project_id)
    for name, holding in synnefo_quota.of_projects(context, [project_id])[project_id].items():
        if name not in present:
            wishes.set_limit(session, project_id, name, Limits(holding.limit, holding.limit))
    session.flush()


def regrant(context: RequestContext, project_id: str, resource: str, limit: int) -> bool:
    """Grant a project more or less of a resource, if anything of it was ever granted.

    Members may use what they could, but no more than the project; all of it, if they could.

    Returns:
        Whether something had been granted. Else the limit is the ledger's own affair.
    """
    with context.unit_of_work() as session:
        life = session.get(LifeRow, project_id, with_for_update=True)
        before = session.get(LimitRow, (project_id, resource))
        if life is None or before is None:
            return False
        is_whole = before.of_member >= before.of_project
        of_member = limit if is_whole else min(before.of_member, limit)
        wishes.set_limit(session, project_id, resource, Limits(limit, of_member))
        session.flush()
        push(context, session, life)
        return True


def expected(
    session: Session, life: LifeRow, members: Iterable[MemberRow] | None = None
) -> dict[Holding, int]:
    """Return the limits that follow from what was granted, of some members or of all there is."""
    found: dict[Holding, int] = {}
    is_active = life.state == ProjectState.ACTIVE
    limits, project = of(session, life.id), f"project:{life.id}"
    if members is None:
        for name, limit in limits.items():
            found[project, "", name] = limit.of_project if is_active else 0
        query = select(MemberRow).where(MemberRow.project_id == life.id, MemberRow.was_accepted)
        members = session.scalars(query)
    for member in members:
        uses = is_active and member.state in USING
        for name, limit in limits.items():
            found[f"user:{member.user_id}", project, name] = limit.of_member if uses else 0
    return found


def wanted(context: RequestContext, project_id: str | None = None) -> Iterator[Limit]:
    """Yield the limits of a project, or of all, as the ledger must have them."""
    for each in _governed(context) if project_id is None else [project_id]:
        with context.reading() as session:
            life = session.get(LifeRow, each)
            granted = expected(session, life) if life is not None else {}
        for (holder, source, resource), limit in granted.items():
            yield Limit(holder, source, resource, limit)


def _governed(context: RequestContext) -> Sequence[str]:
    """Return the projects whose limits were ever granted."""
    query = select(LifeRow.id).where(LifeRow.state.in_(INITIALIZED)).order_by(LifeRow.id)
    with context.reading() as session:
        return session.scalars(query.where(LifeRow.id.in_(select(LimitRow.project_id)))).all()


@dataclass(frozen=True)
class Difference:
    """A limit in the ledger that is not what was granted."""

    holder: str
    source: str
    resource: str
    limit: int | None
    granted: int


def verify(context: RequestContext, *, is_fixed: bool = False) -> list[Difference]:
    """Compare the limits of the ledger with what was granted, and set them right (AST-075).

    Args:
        context: Of an administrator.
        is_fixed: Whether what differs is set.
    """
    found: list[Difference] = []
    for project_id in _governed(context):
        with context.unit_of_work() if is_fixed else context.reading() as session:
            life = session.get(LifeRow, project_id, with_for_update=is_fixed)
            if life is None:
                continue
            differences = _compare(context, session, life)
            if differences and is_fixed:
                push(context, session, life)
        found += differences
    return found


def _compare(context: RequestContext, session: Session, life: LifeRow) -> list[Difference]:
    held = {
        (each.holder, each.source, each.resource): each.limit
        for each in synnefo_quota.holdings(context, life.id)
    }
    return [
        Difference(*holding, held.get(holding), limit)
        for holding, limit in sorted(expected(session, life).items())
        if held.get(holding) != limit
    ]
