# SPDX-License-Identifier: Apache-2.0
"""What can be done about servers that cost more than their project has: CYC-093, CYC-094.

Processors and memory in use are got back by stopping, all else by deleting. A disk is a part
of its server here, so it only goes with the server, if that is allowed. What failed or was not
made yet is taken first, what runs last.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import partial

from sqlalchemy import select

from synnefo_compute import charges, servers, states
from synnefo_compute.models import ServerRow
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Relief, Severity

STOP, DELETE = "stop", "delete"

ACTIVE = frozenset({"cyclades.cpu", "cyclades.ram"})
"""What a server costs only while it is not stopped."""

RANKS = {states.ERROR: 0, states.BUILDING: 1, states.STOPPED: 2, states.ACTIVE: 3}


def reliefs(
    context: RequestContext, resource: str, project_id: str, severity: Severity
) -> Iterable[Relief]:
    """Yield what can be done to each server of a project."""
    action = _action(resource, severity)
    if not action:
        return
    query = select(ServerRow).where(
        ServerRow.project_id == project_id, ServerRow.is_deleted.is_(False)
    )
    with context.reading() as session:
        for row in session.scalars(query):
            if action == DELETE or _can_stop(row):
                yield _relief(row, resource, action, severity)


def _action(resource: str, severity: Severity) -> str:
    if resource not in {known.name for known in charges.RESOURCES}:
        return ""
    if resource in ACTIVE or severity.is_soft:
        return STOP
    if resource == "cyclades.disk" and not severity.may_cascade:
        return ""
    return DELETE


def _can_stop(row: ServerRow) -> bool:
    if row.task_state in (states.STOPPING, states.DELETING):
        return True
    is_stoppable = row.vm_state in states.STOP.sources and row.task_state == states.NO_TASK
    return is_stoppable and row.is_active_charged and bool(row.launched_at)


def _relief(row: ServerRow, resource: str, action: str, severity: Severity) -> Relief:
    # Soft: stopping stands for the deletion that it spares, so it counts for all.
    lost = charges.of_activity(row) if action == STOP else charges.of_server(row)
    frees = {charge.resource: charge.amount for charge in lost}
    if severity.is_soft and resource not in ACTIVE:
        frees |= {c.resource: c.amount for c in charges.of_server(row) if c.resource == resource}
    under_way = {STOP: (states.STOPPING, states.DELETING), DELETE: (states.DELETING,)}[action]
    return Relief(
        project_id=row.project_id,
        user_id=row.user_id,
        kind="server",
        id=row.id,
        name=row.name,
        action=action,
        frees=frees,
        apply=_apply(row.id, action, severity),
        rank=RANKS.get(row.vm_state, RANKS[states.ACTIVE]),
        created_at=row.created_at,
        state=row.vm_state,
        place=row.backend_id,
        is_under_way=row.task_state in under_way,
    )


def _apply(server_id: str, action: str, severity: Severity) -> Callable[[RequestContext], None]:
    if action == STOP:
        return partial(servers.stop_server, server_id=server_id, grace_s=severity.grace_s)
    return partial(servers.delete_server, server_id=server_id)
