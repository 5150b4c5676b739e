# SPDX-License-Identifier: Apache-2.0
"""Writing to the rows of servers what their clusters have.

Each repair looks again at both sides and writes in one transaction, under the lock of the row:
what was found before only says where to look (GNT-040).
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from functools import partial
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

import synnefo_backends
import synnefo_network
import synnefo_volume
from synnefo_compute import (
    actions,
    attaching,
    cards,
    growing,
    names,
    observed,
    resizing,
    root_disks,
    states,
    volumes,
)
from synnefo_compute.kinds import DELETE
from synnefo_compute.models import ServerRow
from synnefo_compute.reconcile import recorded
from synnefo_compute.reconcile.differences import (
    Difference,
    Disks,
    Medium,
    Nics,
    Node,
    PendingTask,
    Power,
    Size,
    Stale,
    Volumes,
    of_server,
)
from synnefo_compute.reconcile.recorded import Recorded
from synnefo_core import outbox, sagas
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import (
    ComputeBackend,
    Instance,
    InstanceMissing,
    PowerState,
)

log = logging.getLogger(__name__)

Write = Callable[[RequestContext, Session, ServerRow, Any], None]

ABANDONED = "nobody works on this any more"
NEVER_MADE = "nobody works on the creation of this server any more"


def _power(context: RequestContext, _: Session, row: ServerRow, found: Power) -> None:
    is_running = found.power is PowerState.RUNNING
    observed.settle(context, row, is_running=is_running, is_forced=True)
    if row.held_flavor_id:
        row.vm_state = states.RESIZED  # still to be confirmed or reverted
    elif row.own_boot:
        row.vm_state = states.RESCUED  # still to be put back
    if row.fault == observed.LOST:
        row.fault, row.fault_at = "", 0.0


def _medium(context: RequestContext, _: Session, row: ServerRow, found: Medium) -> None:
    row.updated_at = context.now()
    if found.is_rescued:
        row.vm_state = states.RESCUED
        return
    row.vm_state = states.ACTIVE if row.is_active_charged else states.STOPPED
    row.own_boot = {}


def _size(context: RequestContext, _: Session, row: ServerRow, found: Size) -> None:
    vcpus, ram_mib = found.vcpus[1], found.ram_mib[1]
    observed.resize(context, row, vcpus=vcpus, ram_mib=ram_mib, disk_gib=row.disk_gib)


def _disks(context: RequestContext, _: Session, row: ServerRow, found: Disks) -> None:
    observed.resize(context, row, vcpus=row.vcpus, ram_mib=row.ram_mib, disk_gib=found.found_gib[0])


def _nics(context: RequestContext, session: Session, row: ServerRow, found: Nics) -> None:
    """Write down which cards are gone or there, and have the cluster do what was cut off.

    One card at a time: the next look tells of the others.
    """
    synnefo_network.unplug(context, device_id=row.id, port_ids=found.missing)
    row.updated_at = context.now()
    if not found.awaited:
        synnefo_network.settle(context, device_id=row.id)
    if not cards.can_change(context, row.backend_id):
        return
    if found.awaited:
        ports = synnefo_network.ports_of(context, [row.id])[row.id]
        port = next(each for each in ports if each.id == found.awaited[0])
        cards.begin_attaching(context, session, row, port)
    elif found.left:
        cards.begin_detaching(context, session, row, card=found.left[0], port=None)


def _volumes(context: RequestContext, session: Session, row: ServerRow, found: Volumes) -> None:
    """Write down which volumes are gone or there, and have the cluster do what was cut off.

    One disk at a time, as with cards.
    """
    row.updated_at = context.now()
    known = {each.volume_id: each for each in volumes.of_one(session, row.id)}
    for volume_id in found.missing:
        attaching.release(context, session, known[volume_id])
    for volume_id in found.arrived:
        attaching.complete(context, session, known[volume_id])
    for volume_id in found.outgrown:
        outbox.emit(context, session, growing.OUTGROWN, subject_id=volume_id)
    if not synnefo_backends.volume_template(context, row.backend_id):
        return
    if found.awaited:
        attaching.begin_attaching(context, session, row, known[found.awaited[0]])
    elif found.left:
        attaching.begin_detaching(context, session, row, volume_id="", attachment_id=found.left[0])


def _node(context: RequestContext, _: Session, row: ServerRow, found: Node) -> None:
    row.node, row.updated_at = found.found, context.now()


def _task(context: RequestContext, session: Session, row: ServerRow, found: PendingTask) -> None:
    if row.task_state == states.DELETING:
        sagas.begin(context, session, DELETE, subject_id=row.id)
        return
    actions.give_up(context, session, row.id, ABANDONED)
    synnefo_backends.stay(context, row.id)
    with resizing.recharged(context, row):
        resizing.drop(row)
    if found.power is None:
        observed.fail(context, row, observed.LOST if row.launched_at else NEVER_MADE)
    else:
        is_running = found.power is PowerState.RUNNING
        observed.settle(context, row, is_running=is_running, is_forced=True)
        if row.own_boot:
            row.vm_state = states.RESCUED
        row.launched_at = row.launched_at or context.now()


def _lost(context: RequestContext, _: Session, row: ServerRow, _found: Stale) -> None:
    observed.fail(context, row, observed.LOST)


WRITES: dict[type[Difference], Write] = {
    PendingTask: _task,
    Stale: _lost,
    Power: _power,
    Medium: _medium,
    Size: _size,
    Disks: _disks,
    Nics: _nics,
    Volumes: _volumes,
    Node: _node,
}
"""How each kind is repaired, in the order in which kinds of one server are."""

AUTOMATIC = frozenset(kind.kind for kind in WRITES)
"""The kinds that are repaired without anybody asking."""


def is_repairable(difference: Difference) -> bool:
    """Return whether what the cluster has is enough to know what to write."""
    match difference:
        case Stale():
            return not difference.is_marked
        case PendingTask():
            return difference.power is not PowerState.UNKNOWN
        case Nics():
            known = difference.missing, difference.awaited, difference.arrived, difference.left
            return any(known)
        case Disks():
            return len(difference.recorded_gib) == len(difference.found_gib) == 1
    return type(difference) in WRITES


def _is_feasible(context: RequestContext, server: Recorded, difference: Difference) -> bool:
    """Return whether what is wrong can be put right where the server is."""
    if not isinstance(difference, Nics | Volumes) or difference.missing or difference.arrived:
        return True
    if isinstance(difference, Volumes):
        return bool(synnefo_backends.volume_template(context, server.backend_id))
    return cards.can_change(context, server.backend_id)


def repair(
    context: RequestContext, server_id: str, *, kinds: Collection[str] = AUTOMATIC
) -> list[Difference]:
    """Write to a server's row what its cluster has; return what was repaired.

    Nothing is, if something is being done to the server, or its row changed meanwhile: then
    the next look tells more.

    Raises:
        DriverError: The cluster did not answer, or not sensibly.
    """
    before = recorded.of_server(context, server_id)
    if before is None or before.is_busy:
        return []
    wanted = _wanted(context, before, instance=find(context, before), kinds=kinds)
    return _write(context, {before: wanted} if wanted else {}).get(server_id, [])


def repair_all(
    context: RequestContext, backend_id: str, server_ids: Iterable[str]
) -> dict[str, list[Difference]]:
    """Do the same for servers of one cluster, together; return what was repaired, by id.

    The cluster is asked once, and what differs is written in one transaction: all or nothing.

    Raises:
        DriverError: The cluster did not answer, or not sensibly.
    """
    before = recorded.of_servers(context, server_ids)
    idle = [each for each in before.values() if not each.is_busy and each.backend_id == backend_id]
    by_name = {names.of_instance(context.cloud, each.id): each for each in idle}
    there = synnefo_backends.call(context, backend_id, partial(_instances, list(by_name)))
    differing = {
        each: _wanted(context, each, instance=there.get(name), kinds=AUTOMATIC)
        for name, each in by_name.items()
    }
    return _write(context, {each: wanted for each, wanted in differing.items() if wanted})


def _instances(wanted: Sequence[str], backend: ComputeBackend) -> Mapping[str, Instance]:
    return backend.inventory.some(wanted)


def _wanted(
    context: RequestContext, before: Recorded, *, instance: Instance | None, kinds: Collection[str]
) -> list[Difference]:
    """Return what is to be repaired of a server, in the order in which that is done."""
    found = [
        each
        for each in of_server(before, instance)
        if each.kind in kinds and is_repairable(each) and _is_feasible(context, before, each)
    ]
    return sorted(found, key=lambda each: list(WRITES).index(type(each)))


def _write(
    context: RequestContext, differing: Mapping[Recorded, list[Difference]]
) -> dict[str, list[Difference]]:
    """Write what differs to the rows of servers, but to those that changed; return it, by id."""
    by_id = {before.id: before for before in differing}
    # Everybody who locks several locks them in this order.
    query = select(ServerRow).where(ServerRow.id.in_(by_id)).order_by(ServerRow.id)
    written: dict[str, list[Difference]] = {}
    if not by_id:
        return written
    with context.unit_of_work() as session:
        rows = {row.id: row for row in session.scalars(query.with_for_update())}
        for now in list(recorded.of_rows(context, session, list(rows.values()))):
            if now == by_id[now.id]:
                written[now.id] = differing[now]
        for server_id, wanted in written.items():
            for each in wanted:
                WRITES[type(each)](context, session, rows[server_id], each)
    for server_id, wanted in written.items():
        for each in wanted:
            log.info(
                "server repaired",
                extra={"server": server_id, "kind": each.kind, "difference": str(each)},
            )
    return written


def forget(context: RequestContext, server_id: str) -> list[Difference]:
    """Delete a server whose instance is gone, and give back what it held; return why.

    Raises:
        DriverError: The cluster did not answer, or not sensibly.
    """
    before = recorded.of_server(context, server_id)
    if before is None or find(context, before) is not None:
        return []
    found = [each for each in of_server(before, None) if isinstance(each, Stale)]
    if found:
        root_disks.remove_seed(context, server_id)
    with context.unit_of_work() as session:
        row = session.get_one(ServerRow, server_id, with_for_update=True)
        if not found or [before] != list(recorded.of_rows(context, session, [row])):
            return []
        actions.give_up(context, session, row.id, observed.LOST)
        observed.forget(context, row)
        synnefo_volume.give_up_own_disk(context, row.id)
    log.info("server without an instance deleted", extra={"server": server_id})
    return list(found)


def find(context: RequestContext, server: Recorded) -> Instance | None:
    """Return a server's instance, or None when the cluster has none of this name.

    Raises:
        DriverError: The cluster did not answer, or not sensibly.
    """
    name = names.of_instance(context.cloud, server.id)
    try:
        return synnefo_backends.call(context, server.backend_id, partial(_instance, name))
    except InstanceMissing:
        return None


def _instance(name: str, backend: ComputeBackend) -> Instance:
    return backend.inventory.instance(name)
