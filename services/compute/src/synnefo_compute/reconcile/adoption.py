# SPDX-License-Identifier: Apache-2.0
"""Making a server of an instance that a cluster has already (CYC-085).

First the cluster is changed, then the row is made: whoever is cut off between leaves an instance
under a name of ours without a server, and adopts that.
"""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from functools import partial

import synnefo_backends
import synnefo_quota
from synnefo_backends import Backend, Demand
from synnefo_compute import charges, flavors, names, states
from synnefo_compute.models import ServerRow
from synnefo_compute.reconcile import labels
from synnefo_compute.servers import GIB_MIB
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import ComputeBackend, Instance, PowerState
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, InvalidField


@dataclass(frozen=True)
class Owner:
    """Whose server an instance becomes, and what it is called; an empty name for the instance's."""

    project_id: str
    user_id: str
    name: str = ""


def adopt(
    context: RequestContext, backend: Backend, instance: str, owner: Owner, *, flavor_id: str = ""
) -> str:
    """Make a server of an instance, charged to its owner beyond any limit; return its id.

    Without a flavor the server gets one of its size, as reconciliation would give it.

    Raises:
        NotFound: There is no such project or user.
        Conflict: It is a server's, nobody knows whether it runs, or it needs another name: because it
            runs, or because its cluster gives none.
        InvalidField: The flavor is not there or has another size.
        DriverError: The cluster has no such instance, did not answer, or could not do it.
    """
    synnefo_quota.require_people(
        context.cloud, user_ids=[owner.user_id], project_ids=[owner.project_id]
    )
    found = synnefo_backends.call(context, backend.id, partial(_instance, instance))
    if found.power is PowerState.UNKNOWN:
        msg = f"nobody knows whether {instance} runs"
        raise Conflict(msg)
    server_id = _own_id(context, instance) or new_id()
    flavor = flavors.usable(context, flavor_id) if flavor_id else None
    if flavor and (flavor.vcpus, flavor.ram_mib, flavor.disk_gib) != _size(found):
        name = "flavor"
        raise InvalidField(
            name, "it has another size than {}, {} MiB, {} GiB".format(*_size(found))
        )
    _make_ours(context, backend.id, found, server_id)
    _write(
        context,
        found,
        backend_id=backend.id,
        server_id=server_id,
        owner=owner,
        flavor_id=flavor_id,
    )
    return server_id


def _own_id(context: RequestContext, instance: str) -> str:
    """Return the id that a name of ours tells, if no server ever had it.

    Raises:
        Conflict: A server has it.
    """
    told = names.server_id(context.cloud, instance)
    try:
        if str(uuid.UUID(told)) != told:
            return ""
    except ValueError:
        return ""
    with context.reading() as session:
        row = session.get(ServerRow, told)
    if row is None:
        return told
    if not row.is_deleted:
        msg = f"{instance} is the instance of the server {told}"
        raise Conflict(msg)
    return ""


def _make_ours(context: RequestContext, backend_id: str, found: Instance, server_id: str) -> None:
    """Give an instance the tag and the name of a server."""
    new_name = names.of_instance(context.cloud, server_id)
    is_renamed, is_tagged = found.name != new_name, names.own_tag(server_id) not in found.tags
    can_do = synnefo_backends.has_facet(context, backend_id, "adoption")
    if (is_renamed or is_tagged) and not can_do:
        msg = "the cluster gives instances no other names and tags"
        raise Conflict(msg)
    if is_renamed and found.power is PowerState.RUNNING:
        msg = f"{found.name} runs: stop it in the cluster, since it needs another name"
        raise Conflict(msg)
    if is_tagged:
        job_id = labels.put(context, backend_id, instance=found.name, server_id=server_id)
        synnefo_backends.succeed(context, backend_id, job_id)
    if is_renamed:
        rename = partial(_rename, found.name, new_name)
        synnefo_backends.succeed(
            context, backend_id, synnefo_backends.call(context, backend_id, rename)
        )


def _write(
    context: RequestContext,
    found: Instance,
    *,
    backend_id: str,
    server_id: str,
    owner: Owner,
    flavor_id: str,
) -> None:
    vcpus, ram_mib, disk_gib = _size(found)
    is_running, now = found.power is PowerState.RUNNING, context.now()
    with context.unit_of_work() as session:
        row = ServerRow(
            id=server_id,
            project_id=owner.project_id,
            user_id=owner.user_id,
            name=owner.name or found.name,
            vm_state=states.ACTIVE if is_running else states.STOPPED,
            task_state=states.NO_TASK,
            is_active_charged=is_running,
            flavor_id=flavor_id
            or flavors.of_size(
                context, vcpus=vcpus, ram_mib=ram_mib, disk_gib=disk_gib, disk_template=""
            ),
            vcpus=vcpus,
            ram_mib=ram_mib,
            disk_gib=disk_gib,
            backend_id=backend_id,
            node=found.node,
            metadata_={},
            created_at=now,
            updated_at=now,
            launched_at=found.created_at or now,
        )
        session.add(row)
        session.flush()
        demand = Demand(vcpus=vcpus, ram_mib=ram_mib, disk_mib=disk_gib * GIB_MIB)
        synnefo_backends.book(context, server_id, backend_id, demand)
        synnefo_quota.charge(context, charges.of_server(row), is_forced=True)


def _size(found: Instance) -> tuple[int, int, int]:
    """Return processors, MiB of memory and GiB of disk, begun ones in full."""
    disk_gib = sum(-(-disk.size_mib // GIB_MIB) for disk in found.disks)
    return found.vcpus, found.ram_mib, disk_gib


def _instance(name: str, backend: ComputeBackend) -> Instance:
    return backend.inventory.instance(name)


def _rename(name: str, new_name: str, backend: ComputeBackend) -> str:
    return backend.adoption.rename(name, new_name) if backend.adoption else ""
