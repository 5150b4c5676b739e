# SPDX-License-Identifier: Apache-2.0
"""Move a server to another cluster.

Its disks stay where they are: both clusters reach them. What runs is stopped for it, and started
there (:mod:`synnefo_compute.sagas.move_server`). Room is booked in both clusters while it goes on;
what the server costs does not change.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from functools import partial

from sqlalchemy.orm import Session

import synnefo_backends
import synnefo_network
from synnefo_backends import Backend, Demand, NoRoomAnywhere
from synnefo_compute import admission, flavor_specs, groups, names, servers, states, volumes
from synnefo_compute.kinds import MOVE
from synnefo_compute.models import FlavorRow, ServerRow
from synnefo_compute.rows import owned
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import ComputeBackend
from synnefo_core.contracts.driver import DriverError
from synnefo_core.contracts.moving import Lodging
from synnefo_core.errors import Conflict, InvalidField, Unavailable, Unbuilt

GIB_MIB = 1024


def move_server(context: RequestContext, server_id: str, to: str, *, may_stop: bool = True) -> None:
    """Have a server moved to the cluster of a name; one that runs is stopped for it.

    Raises:
        NotFound: There is no such server, or no such cluster.
        InvalidField: It is there already.
        InvalidState: It is neither running nor stopped, or something is being done to it.
        Conflict: Its disks or volumes can't be taken over there, or it runs and may not be stopped.
        NoRoomAnywhere: The cluster does not take it; says why, for operators.
        Unbuilt: One of the clusters hands no instances to others.
        Unavailable: One of the clusters can't be reached now.
    """
    target = synnefo_backends.find(context, to)
    with context.reading() as session:
        source_id = owned(context, session, server_id).backend_id
    if source_id == target.id:
        field = "host"
        raise InvalidField(field, f"the server is in the cluster {target.name} already")
    synnefo_backends.require_reachable(context, source_id)
    problem = unfit(context, source_id, [server_id], stores(context, target)).get(server_id)
    if problem:
        raise Conflict(problem)
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, states.MIGRATE)
        if row.backend_id != source_id:
            msg = "the server has just moved"
            raise Conflict(msg)
        if row.is_active_charged and not may_stop:
            msg = "the server runs, and moving it to another cluster stops it for a moment"
            raise Conflict(msg)
        _require_volumes(context, session, row, target)
        _begin(context, session, row, target)


def _require_volumes(
    context: RequestContext, session: Session, row: ServerRow, target: Backend
) -> None:
    if volumes.of_one(session, row.id) and not synnefo_backends.volume_template(context, target.id):
        msg = f"the server has volumes, and the cluster {target.name} gives its servers none"
        raise Conflict(msg)


def migrate_server(
    context: RequestContext, server_id: str, *, node: str = "", is_live: bool = True
) -> None:
    """Move a server to a node of its cluster (any one if it is empty), or to the cluster of this name.

    Live, only a running one moves, and nobody notices; else one that runs is shut down for it and
    started there, as always between clusters.

    Raises:
        InvalidField: It is to go to another cluster, live.
        CloudError: What :func:`move_server` and :func:`~synnefo_compute.servers.migrate_server` say.
    """
    cluster_id = synnefo_backends.id_of(context, node) if node else ""
    with context.reading() as session:
        is_there = owned(context, session, server_id).backend_id == cluster_id
    if not cluster_id or is_there:
        there = "" if is_there else node
        servers.migrate_server(context, server_id, node=there, is_live=is_live)
    elif is_live:
        field = "host"
        raise InvalidField(field, f"{node} is another cluster: servers don't move there live")
    else:
        move_server(context, server_id, node)


def _begin(context: RequestContext, session: Session, row: ServerRow, target: Backend) -> None:
    company = groups.company_of(context, row)
    demand = replace(demand_of(session, row), company=company)
    _require_room(context, demand, target)
    synnefo_backends.stay(context, row.id)
    there = replace(demand, together_with=frozenset({target.id}))
    synnefo_backends.place(context, row.id, there, is_moving=True)
    admission.begin(context, session, row, states.MIGRATE)
    data = {
        "source": row.backend_id,
        "target": target.id,
        "is_running": row.is_active_charged,
        "group_tags": groups.exclusion_tags(row.group_id, company, target.id),
    }
    sagas.begin(context, session, MOVE, subject_id=row.id, data=data)
    synnefo_network.note_device(context, row.id)


def _require_room(context: RequestContext, demand: Demand, target: Backend) -> None:
    verdicts = synnefo_backends.why(context, demand)
    here = next(each for each in verdicts if each.backend_id == target.id)
    if here.weight is None:
        msg = f"the cluster {target.name} does not take the server: {'; '.join(here.reasons.values())}"
        raise NoRoomAnywhere(msg)


def demand_of(session: Session, row: ServerRow) -> Demand:
    """Return what a server needs of another cluster, but for its group."""
    flavor = session.get(FlavorRow, row.flavor_id)
    return Demand(
        vcpus=row.vcpus,
        ram_mib=row.ram_mib,
        disk_mib=row.disk_gib * GIB_MIB,
        disk_template=flavor.disk_template if flavor else "",
        project_id=row.project_id,
        zone=row.pinned_zone,
        words=flavor_specs.of_aggregates(session, row.flavor_id),
    )


def stores(context: RequestContext, backend: Backend) -> frozenset[str]:
    """Return the stores of disks that a cluster reaches.

    Raises:
        Unbuilt: It takes no instances of others.
        Unavailable: It can't be reached now.
    """
    if not synnefo_backends.has_facet(context, backend.id, "movable"):
        what = f"moving servers to the cluster {backend.name}"
        raise Unbuilt(what)
    try:
        return synnefo_backends.call(context, backend.id, _stores)
    except DriverError as cause:
        msg = f"the cluster {backend.name} can't be reached now: {cause}"
        raise Unavailable(msg) from cause


def _stores(backend: ComputeBackend) -> frozenset[str]:
    return backend.movable.stores() if backend.movable else frozenset()


def unfit(
    context: RequestContext, backend_id: str, server_ids: Iterable[str], reached: frozenset[str]
) -> Mapping[str, str]:
    """Return which servers of a cluster can't go where these stores are reached, and why."""
    wanted = list(server_ids)
    found = lodgings(context, backend_id, wanted)
    problems = {server_id: _problem(found.get(server_id), reached) for server_id in wanted}
    return {server_id: problem for server_id, problem in problems.items() if problem}


def _problem(lodging: Lodging | None, reached: frozenset[str]) -> str:
    if lodging is None:
        return "its cluster has no instance of it"
    if lodging.problem:
        return lodging.problem
    if lodging.store not in ("", *reached):
        return "its disks are out of the other cluster's reach"
    return ""


def lodgings(
    context: RequestContext, backend_id: str, server_ids: Iterable[str]
) -> Mapping[str, Lodging]:
    """Return where the disks of a cluster's servers lie, by the servers' ids.

    Raises:
        Unbuilt: The cluster hands no instances to others.
        Unavailable: It can't be reached now.
    """
    if not synnefo_backends.has_facet(context, backend_id, "movable"):
        what = "moving servers of this cluster to another one"
        raise Unbuilt(what)
    by_name = {names.of_instance(context.cloud, each): each for each in server_ids}
    try:
        found = synnefo_backends.call(context, backend_id, partial(_lodgings, list(by_name)))
    except DriverError as cause:
        msg = f"the cluster of the server can't be reached now: {cause}"
        raise Unavailable(msg) from cause
    return {by_name[name]: lodging for name, lodging in found.items()}


def _lodgings(wanted: list[str], backend: ComputeBackend) -> Mapping[str, Lodging]:
    return backend.movable.lodgings(wanted) if backend.movable else {}
