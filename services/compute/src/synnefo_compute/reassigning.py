# SPDX-License-Identifier: Apache-2.0
"""Give a server to another project of its owner's (CYC-030), or hide it from the others of its project (CYC-007).

The server moves with its disk, and leaves its group. Its ports, networks and images stay where they are: they belong to
the old project, whose networks the server goes on using.
"""

from __future__ import annotations

from dataclasses import replace

from sqlalchemy.orm import Session

import synnefo_backends
import synnefo_quota
from synnefo_compute import actions, charges, flavors, locks, policies, states, volumes
from synnefo_compute.models import FlavorRow, ServerRow
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, Forbidden, Invalid

REASSIGN = "reassign"

_SETTLED = frozenset({states.ACTIVE, states.STOPPED, states.ERROR})


def reassign_server(
    context: RequestContext, server_id: str, project_id: str, *, is_hidden: bool | None = None
) -> None:
    """Have another project own a server, and be charged for it.

    Args:
        context: The caller.
        server_id: The server.
        project_id: The project; the server's own if only what follows is to change.
        is_hidden: Whether of the project only the server's user, and administrators, may know of
            it; None leaves that as it is.

    Raises:
        NotFound: The caller has no server of this id.
        Forbidden: The caller is not its user, or may not make servers in the project, or it is suspended.
        InvalidState: It is locked, waits for a decision, or something is being done to it.
        Invalid: There is no such project.
        Conflict: The other project may use neither its cluster nor its flavor.
        QuotaExceeded: The other project, or its user in it, has not enough left.
    """
    _require_say(context, project_id)
    with context.unit_of_work() as session:
        row = owned(context, session, server_id, is_locked=True)
        if not context.is_admin and row.user_id != context.user_id:
            msg = "only the user of a server gives it to another project"
            raise Forbidden(msg)
        is_going, is_hiding = row.project_id != project_id, is_hidden not in (None, row.is_hidden)
        if not is_going and not is_hiding:
            return
        locks.require_unlocked(context, row, REASSIGN)
        if is_going:
            _require_movable(context, session, row, project_id)
        before = charges.of_server(row, -1)
        if is_hidden is not None:
            row.is_hidden = is_hidden
        if is_going:
            row.project_id, row.group_id = project_id, ""
        row.updated_at = context.now()
        actions.record(context, session, row, REASSIGN, is_done=True)
        synnefo_quota.charge(context, [*before, *charges.of_server(row)] if is_going else [])


def hide_server(context: RequestContext, server_id: str, *, is_hidden: bool) -> None:
    """Decide for its user, as an operator, who of a server's project may know of it.

    Raises:
        NotFound: There is none of this id.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, server_id, is_locked=True)
        if row.is_hidden != is_hidden:
            row.is_hidden, row.updated_at = is_hidden, context.now()
            actions.record(context, session, row, REASSIGN, is_done=True)


def _require_movable(
    context: RequestContext, session: Session, row: ServerRow, project_id: str
) -> None:
    """Refuse to give away what another project could not have, or what something is done to."""
    states.require(REASSIGN, _SETTLED, vm_state=row.vm_state, task_state=row.task_state)
    flavor = session.get_one(FlavorRow, row.flavor_id)
    if not flavors.is_for(session, flavor, project_id):
        msg = "the project may not use the flavor of the server"
        raise Conflict(msg)
    if not synnefo_backends.serves(context, row.backend_id, project_id):
        msg = "the cluster of the server is not for the project"
        raise Conflict(msg)
    if volumes.of_one(session, row.id):
        msg = "the server has volumes, which are its project's: detach them first"
        raise Conflict(msg)


def _require_say(context: RequestContext, project_id: str) -> None:
    """Refuse to give something to a project for which the caller could not have made it."""
    directory = context.cloud.directory
    if directory is None:
        return
    if project_id not in directory.projects([project_id]):
        msg = f"there is no project {project_id}"
        raise Invalid(msg)
    if not context.is_admin:
        roles = directory.roles(context.user_id, project_id)
        there = replace(context, project_id=project_id, roles=roles)
        context.cloud.policy.require(there, policies.CREATE)
