# SPDX-License-Identifier: Apache-2.0
"""How what was seen of a server in its cluster is written to its row, and paid for.

Sagas, notices and reconciliation all write it like this, in a unit of work of theirs that has
locked the row.
"""

from __future__ import annotations

import synnefo_backends
import synnefo_network
import synnefo_quota
from synnefo_backends import Demand
from synnefo_compute import attaching, charges, flavors, states, tags
from synnefo_compute.figures import series
from synnefo_compute.first_boot import keeping
from synnefo_compute.models import ServerRow
from synnefo_compute.servers import GIB_MIB
from synnefo_core.context import RequestContext

LOST = "the cluster has no instance of this server any more"
"""The fault of a server that vanished; by it is known who is shown again when it comes back."""


def settle(
    context: RequestContext, row: ServerRow, *, is_running: bool, is_forced: bool = False
) -> None:
    """Show a server as running or stopped, done with its task, and charge for it accordingly.

    What nobody asked the cloud for is charged by force: it is in use already (GNT-047).
    """
    row.vm_state = states.ACTIVE if is_running else states.STOPPED
    row.task_state, row.updated_at = states.NO_TASK, context.now()
    if is_running != row.is_active_charged:
        sign = 1 if is_running else -1
        synnefo_quota.charge(context, charges.of_activity(row, sign), is_forced=is_forced)
        row.is_active_charged = is_running


def resize(
    context: RequestContext, row: ServerRow, *, vcpus: int, ram_mib: int, disk_gib: int
) -> None:
    """Show a server in the size that it has; charges and room on the cluster follow by force."""
    synnefo_quota.charge(context, charges.of_server(row, -1), is_forced=True)
    template = flavors.show(context, row.flavor_id).disk_template
    row.vcpus, row.ram_mib, row.disk_gib = vcpus, ram_mib, disk_gib
    row.flavor_id = flavors.of_size(
        context, vcpus=vcpus, ram_mib=ram_mib, disk_gib=disk_gib, disk_template=template
    )
    row.updated_at = context.now()
    synnefo_quota.charge(context, charges.of_server(row), is_forced=True)
    synnefo_backends.release(context, row.id)
    demand = Demand(
        vcpus=vcpus, ram_mib=ram_mib, disk_mib=disk_gib * GIB_MIB, disk_template=template
    )
    synnefo_backends.book(context, row.id, row.backend_id, demand)


def fail(context: RequestContext, row: ServerRow, problem: str) -> None:
    """Show a server in error, done with its task; it stays charged until it is deleted."""
    row.vm_state, row.task_state = states.ERROR, states.NO_TASK
    row.fault, row.fault_at = problem, context.now()
    row.updated_at = context.now()


def forget(context: RequestContext, row: ServerRow) -> None:
    """Give back all that a server held, and mark its row as deleted."""
    tags.forget(context, row.id)
    with context.unit_of_work() as session:
        keeping.forget(session, row.id)
        series.forget(session, row.id)
    synnefo_quota.charge(context, charges.of_server(row, -1))
    synnefo_network.unplug(context, device_id=row.id)
    attaching.release_all(context, row)
    synnefo_backends.release(context, row.id)
    now = context.now()
    row.vm_state, row.task_state = states.DELETED, states.NO_TASK
    row.is_deleted, row.deleted_at, row.updated_at = True, now, now
