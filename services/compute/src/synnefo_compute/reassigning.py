# SPDX-License-Identifier: Apache-2.0
"""Give a server to another project of its owner's (CYC-030).

The server moves with its disk, and leaves its group. Its ports, networks and images stay where they are: they belong to
the old project, whose networks the server goes on using.
"""

from __future__ import annotations

from dataclasses import replace

import synnefo_backends
import synnefo_quota
from synnefo_compute import actions, charges, flavors, locks, policies, states, volumes
from synnefo_compute.models import FlavorRow
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, Forbidden, Invalid

REASSIGN = "reassign"

_SETTLED = frozenset({states.ACTIVE, states.STOPPED, states.ERROR})


def reassign_server(context: RequestContext, server_id: str, project_id: str) -> None:
    """Have another project own a server, and be charged for it.

    Raises:
        NotFound: The caller has no server of this id.
        Forbidden: The caller is not its user, or may not make servers in the other project.
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
        if row.project_id == project_id:
            return
        locks.require_unlocked(context, row, REASSIGN)
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
        before = charges.of_server(row, -1)
        row.project_id, row.group_id, row.updated_at = project_id, "", context.now()
        actions.record(context, session, row, REASSIGN, is_done=True)
        synnefo_quota.charge(context, [*before, *charges.of_server(row)])


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
