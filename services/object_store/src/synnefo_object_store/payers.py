# SPDX-License-Identifier: Apache-2.0
"""Which project pays for a container: the account's own, or another that is named (PIT-029, 030).

A writer holds the container while it is charged for, so who pays changes between two writes only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from sqlalchemy import Table, func, select
from sqlalchemy.orm import Session

import synnefo_quota
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import UNLIMITED, Charge
from synnefo_core.errors import Forbidden
from synnefo_object_store import access
from synnefo_object_store.models import ContainerRow, ObjectRow
from synnefo_object_store.rows import DISKSPACE
from synnefo_object_store.versions import PAYS, PROJECT

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause


def change(
    context: RequestContext,
    session: Session,
    account: str,
    number: int,
    *,
    before: Mapping[str, str],
    after: Mapping[str, str],
) -> None:
    """Have who pays by a container's new settings pay for all that is in it; nobody else from now.

    Who calls has locked the container. All is charged at once, at the end of the unit of work.

    Raises:
        Forbidden: The caller is no member of the new project.
        QuotaExceeded: At the end of the unit of work: the new project may not store so much.
    """
    paid, pays = before.get(PROJECT, account), after.get(PROJECT, account)
    if paid == pays:
        return
    access.require_owner(context, account)
    if pays != account:
        _require_member(context, pays)
    query = (
        select(_object.c.user_id, func.sum(_object.c.size_bytes))
        .where(_object.c.container_id == number, _object.c.size_bytes > 0, ~_object.c.is_free)
        .group_by(_object.c.user_id)
    )
    for user_id, amount in session.execute(query).all():
        moved = int(amount)
        charges = [
            Charge(paid, user_id, DISKSPACE, -moved),
            Charge(pays, user_id, DISKSPACE, moved),
        ]
        synnefo_quota.charge(context, charges)


def _require_member(context: RequestContext, project_id: str) -> None:
    """Refuse a caller who may not write objects as a member of a project.

    Raises:
        Forbidden: That is so, or there is no such project, or the token is for another one alone.
    """
    policy, rule = context.cloud.policy, "object_store:container:write"
    if policy.allows(context, rule, project_id=project_id):
        return
    directory, claims = context.cloud.directory, context.claims
    is_bound = claims is not None and claims.application_credential_id is not None
    if directory is not None and not is_bound:
        roles = directory.roles(context.user_id, project_id)
        there = replace(context, project_id=project_id, roles=roles)
        if policy.allows(there, rule, project_id=project_id):
            return
    msg = "only a member of a project has it pay"
    raise Forbidden(msg)


def limits(context: RequestContext, account: str) -> Mapping[str, int]:
    """Return how many bytes each project may store that pays for something in an account."""
    query = select(PAYS).where(_container.c.account == account).distinct()
    with context.reading() as session:
        projects = {account, *session.scalars(query)}
        found = synnefo_quota.of_projects(context, projects)
    return {
        project_id: min(found[project_id][DISKSPACE].limit, UNLIMITED)
        for project_id in sorted(projects)
    }
