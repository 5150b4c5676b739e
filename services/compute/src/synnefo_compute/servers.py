# SPDX-License-Identifier: Apache-2.0
"""Servers: what a request reserves in one transaction, and what the worker then does."""

from __future__ import annotations

import socket
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

import synnefo_backends
import synnefo_network
import synnefo_quota
from synnefo_backends import Demand
from synnefo_compute import (
    actions,
    admission,
    charges,
    first_cards,
    first_disks,
    flavor_specs,
    flavors,
    groups,
    images,
    keypairs,
    locks,
    metadata,
    root_disks,
    states,
    tags,
)
from synnefo_compute.first_boot import keeping, wishes
from synnefo_compute.first_boot.wishes import FirstBoot
from synnefo_compute.first_disks import DiskWish
from synnefo_compute.flavors import Flavor
from synnefo_compute.kinds import ACT, CREATE, DELETE, GIVEN_UP
from synnefo_compute.models import ServerRow
from synnefo_compute.rows import owned, seen
from synnefo_compute.values import Server, shown, whole
from synnefo_core import sagas
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import InvalidField, NotFound, Unbuilt
from synnefo_network import PlugRequest

GIB_MIB = 1024


@dataclass(frozen=True)
class ServerSpec:
    """A server to be made.

    Attributes:
        name: For people; need not be unique.
        flavor_id: Its size.
        image_id: What its disk begins with; empty for nothing.
        key_name: One of the caller's keypairs, or empty.
        nics: Networks, ports and addresses; None for the only network that there is.
        description: For people too; empty for none.
        metadata: Up to 128 keys of the owner's.
        access_ipv4: Where the owner says that it is reached; empty for nowhere.
        access_ipv6: The same.
        zone: The availability zone that it must be in; empty for any.
        hints: Ids of servers that it must be with ("same_host") or apart from ("different_host").
        said_hints: All hints as they were given, only to be shown.
        group_id: The server group that it comes to; empty for none.
        host: The cluster that it must be on, by its name; empty for any.
        hostname: What its guest is to call itself; empty for its name.
        tags: Words of the owner's.
        security_groups: Names or ids of its new ports' groups; None for the project's default one.
        network_policy: What is done when ``nics`` is None: see :mod:`synnefo_compute.first_cards`.
        is_disk_auto: Whether the guest's disk is to be fitted to the flavor; only remembered.
        has_config_drive: Whether the guest is told of itself in OpenStack's form.
        is_hidden: Whether of its project only the caller, and administrators, may know of it.
        first_boot: What the guest is told beside.
        disks: Volumes that it has, or is to be given, for disks; without one to start from it starts
            from a disk of its own.
    """

    name: str
    flavor_id: str
    image_id: str = ""
    key_name: str = ""
    nics: Sequence[PlugRequest] | None = None
    description: str = ""
    metadata: Mapping[str, str] = field(default_factory=dict)
    access_ipv4: str = ""
    access_ipv6: str = ""
    zone: str = ""
    hints: Mapping[str, Sequence[str]] = field(default_factory=dict)
    said_hints: Mapping[str, Any] = field(default_factory=dict)
    group_id: str = ""
    host: str = ""
    hostname: str = ""
    tags: Sequence[str] = ()
    security_groups: Sequence[str] | None = None
    network_policy: str = ""
    is_disk_auto: bool = False
    has_config_drive: bool = False
    is_hidden: bool = False
    first_boot: FirstBoot = wishes.NOTHING
    disks: Sequence[DiskWish] = ()


def create_server(context: RequestContext, spec: ServerSpec) -> Server:
    """Reserve all that a server needs and have the worker make it.

    Raises:
        InvalidField: The flavor, image, keypair, zone, host, group or a server of the hints is not
            there or does not fit, or the IPv6 address is none.
        Forbidden: There is more metadata, or there are more files, than a server may have, or the
            group is full.
        QuotaExceeded: The project or the user has not enough left.
        NoRoomAnywhere: No cluster takes it now.
    """
    context.require_project()
    metadata.check_size(spec.metadata)
    wishes.check(spec.first_boot.files)
    first_disks.check(spec.disks, image_id=spec.image_id)
    _check_zone(context, spec.zone)
    flavor = flavors.usable(context, spec.flavor_id)
    if first_disks.has_root(spec.disks):
        # What is a volume is paid for as one.
        flavor = replace(flavor, disk_gib=0)
    size = {"ram_mib": flavor.ram_mib, "disk_gib": flavor.disk_gib}
    properties = images.require_bootable(context, spec.image_id, **size)
    require_key(context, spec.key_name)
    server_id = new_id()
    with context.unit_of_work() as session:
        company = groups.company(context, spec.group_id)
        words = flavor_specs.of_aggregates(session, flavor.id)
        demand = replace(_demand(context, spec, flavor), company=company, words=words)
        backend_id = synnefo_backends.place(context, server_id, demand)
        row = _row(context, spec, flavor, id=server_id, backend_id=backend_id)
        row.image_properties = dict(properties)
        session.add(row)
        keeping.keep(context.cloud, session, server_id, spec.first_boot)
        actions.record(context, session, row, actions.CREATE)
        tags.put(session, server_id, spec.tags)
        ports = first_cards.plug(
            context,
            server_id,
            spec.nics,
            policy=spec.network_policy,
            groups=spec.security_groups,
        )
        session.flush()  # the columns that nothing was said of have their values from here on
        synnefo_quota.charge(context, charges.of_server(row))
        template = synnefo_backends.disk_template(context, backend_id, flavor.disk_template)
        data = {
            "disk_template": template,
            "tags": groups.exclusion_tags(spec.group_id, company, backend_id),
            **root_disks.reserve(context, row, template=template),
            **first_disks.reserve(context, session, row, spec.disks, template=template),
        }
        sagas.begin(context, session, CREATE, subject_id=server_id, data=data)
        session.flush()
        return shown(row, ports, sorted(set(spec.tags)))


def _row(context: RequestContext, spec: ServerSpec, flavor: Flavor, **place: str) -> ServerRow:
    now = context.now()
    return ServerRow(
        **place,
        project_id=context.project_id,
        user_id=context.user_id,
        name=spec.name,
        description=spec.description,
        vm_state=states.BUILDING,
        task_state=states.SPAWNING,
        is_active_charged=True,
        flavor_id=flavor.id,
        vcpus=flavor.vcpus,
        ram_mib=flavor.ram_mib,
        disk_gib=flavor.disk_gib,
        image_id=spec.image_id,
        key_name=spec.key_name,
        group_id=spec.group_id,
        hints=dict(spec.said_hints),
        pinned_zone=spec.zone,
        hostname=spec.hostname,
        metadata_=dict(spec.metadata),
        access_ipv4=spec.access_ipv4,
        access_ipv6=_short_ipv6(spec.access_ipv6),
        is_disk_auto=spec.is_disk_auto,
        has_config_drive=spec.has_config_drive,
        is_hidden=spec.is_hidden,
        created_at=now,
        updated_at=now,
    )


def _demand(context: RequestContext, spec: ServerSpec, flavor: Flavor) -> Demand:
    return Demand(
        vcpus=flavor.vcpus,
        ram_mib=flavor.ram_mib,
        disk_mib=flavor.disk_gib * GIB_MIB,
        disk_template=flavor.disk_template,
        project_id=context.project_id,
        zone=spec.zone,
        together_with=_named_cluster(context, spec) or _clusters_of(context, spec, "same_host"),
        apart_from=_clusters_of(context, spec, "different_host"),
    )


def _check_zone(context: RequestContext, zone: str) -> None:
    if zone and not any(
        each.name == zone and each.is_available for each in synnefo_backends.zones(context)
    ):
        name = "availability_zone"
        raise InvalidField(name, "the requested availability zone is not available")


def _clusters_of(context: RequestContext, spec: ServerSpec, hint: str) -> frozenset[str]:
    """Return the clusters of the servers that a hint names; a cluster is what others call a host."""
    named = spec.hints.get(hint, ())
    if not named:
        return frozenset()
    with context.reading() as session:
        try:
            return frozenset(owned(context, session, each).backend_id for each in named)
        except NotFound as cause:
            name = "os:scheduler_hints"
            raise InvalidField(name, str(cause)) from cause


def _named_cluster(context: RequestContext, spec: ServerSpec) -> frozenset[str]:
    if not spec.host:
        return frozenset()
    backend_id = synnefo_backends.id_of(context, spec.host)
    if not backend_id:
        name = "host"
        raise InvalidField(name, f"compute host {spec.host} could not be found")
    return frozenset({backend_id})


def require_key(context: RequestContext, key_name: str) -> None:
    """Refuse a keypair that the caller has not; empty is none.

    Raises:
        InvalidField: There is none of this name.
    """
    if not key_name:
        return
    try:
        keypairs.show(context, key_name)
    except NotFound as cause:
        name = "key_name"
        raise InvalidField(name, f"you have no keypair {key_name}") from cause


def show_server(context: RequestContext, server_id: str) -> Server:
    """Return a server.

    Raises:
        NotFound: The caller has none of this id (any more).
    """
    with context.reading() as session:
        if context.cloud.database.is_writing:
            session.flush()  # of what was changed before, prepared statements do not see more
        (server,) = whole(context, session, [seen(context, session, server_id)])
        return server


def delete_server(context: RequestContext, server_id: str) -> None:
    """Have a server removed, whatever is being done to it; twice is not an error.

    Raises:
        NotFound: The caller has none of this id (any more).
        InvalidState: It is locked.
    """
    with context.unit_of_work() as session:
        owned(context, session, server_id)
        # The saga's row before the server's, as its own end locks them.
        is_live = sagas.cancel(context, session, server_id, GIVEN_UP)
        row = owned(context, session, server_id, is_locked=True)
        if row.task_state == states.DELETING:
            return
        locks.require_unlocked(context, row, "delete")
        row.task_state, row.updated_at = states.DELETING, context.now()
        actions.record(context, session, row, actions.DELETE)
        if not is_live:
            sagas.begin(context, session, DELETE, subject_id=server_id)


def start_server(context: RequestContext, server_id: str) -> None:
    """Start a stopped server; its processors and memory are charged again.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is locked, not stopped, or something is being done to it.
        QuotaExceeded: The project has not enough left.
    """
    _act(context, server_id, states.START)


def stop_server(context: RequestContext, server_id: str, *, grace_s: int | None = None) -> None:
    """Stop a running server; its processors and memory are given back once it is down.

    The guest is left ``grace_s`` seconds to shut down; None is the cluster's own time.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is locked, not running, or something is being done to it.
    """
    _act(context, server_id, states.STOP, grace_s=grace_s)


def reboot_server(context: RequestContext, server_id: str, *, is_hard: bool) -> None:
    """Restart a server; hard does not ask the guest, and starts one that is stopped.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It is locked, or can't be rebooted in this way now.
        QuotaExceeded: It was stopped and the project has not enough left.
    """
    _act(context, server_id, states.REBOOT_HARD if is_hard else states.REBOOT)


def migrate_server(
    context: RequestContext, server_id: str, *, node: str = "", is_live: bool = True
) -> None:
    """Move a server to a node of its cluster, or to one with room.

    Live, only a running one moves, and nobody notices; else one that runs is shut down for it and
    started there.

    Raises:
        NotFound: There is none of this id.
        InvalidState: It can't be moved in this way now, or something is being done to it.
        Unbuilt: Its cluster does not move servers.
    """
    with context.unit_of_work() as session:
        backend_id = owned(context, session, server_id).backend_id
        if not synnefo_backends.has_facet(context, backend_id, "migration"):
            what = "moving servers of this cluster"
            raise Unbuilt(what)
        transition = states.MIGRATE_LIVE if is_live else states.MIGRATE
        _act(context, server_id, transition, node=node, is_live=is_live)


def _act(
    context: RequestContext, server_id: str, transition: states.Transition, **settings: Any
) -> None:
    with context.unit_of_work() as session:
        row = admission.admitted(context, session, server_id, transition)
        was_charged = row.is_active_charged
        if transition.target == states.ACTIVE and not was_charged:
            synnefo_quota.charge(context, charges.of_activity(row))
            row.is_active_charged = True
        admission.begin(context, session, row, transition)
        about = {"task": transition.task, "from": row.vm_state, "was_charged": was_charged}
        data = {**about, **settings}
        sagas.begin(context, session, ACT, subject_id=server_id, data=data)


def update_server(
    context: RequestContext,
    server_id: str,
    *,
    name: str | None = None,
    description: str | None = None,
    access_ipv4: str | None = None,
    access_ipv6: str | None = None,
    is_disk_auto: bool | None = None,
    hostname: str | None = None,
) -> Server:
    """Change what is said of a server (see :class:`ServerSpec`); None leaves a thing as it is.

    Nova's rule: neither a lock nor a task stands in the way.

    Raises:
        NotFound: The caller has none of this id.
        InvalidField: The IPv6 address is none.
        Forbidden: It is suspended.
    """
    with context.unit_of_work() as session:
        row = owned(context, session, server_id, is_locked=True)
        locks.require_not_suspended(context, row)
        if name is not None:
            row.name = name
        if description is not None:
            row.description = description
        if access_ipv4 is not None:
            row.access_ipv4 = access_ipv4
        if access_ipv6 is not None:
            row.access_ipv6 = _short_ipv6(access_ipv6)
        if is_disk_auto is not None:
            row.is_disk_auto = is_disk_auto
        if hostname is not None:
            row.hostname = hostname
        row.updated_at = context.now()
        synnefo_network.note_device(context, server_id)
    return show_server(context, server_id)


def _short_ipv6(address: str) -> str:
    """Return the one way to write an address; ipaddress has two, by Python's version."""
    if not address:
        return ""
    try:
        return socket.inet_ntop(socket.AF_INET6, socket.inet_pton(socket.AF_INET6, address))
    except OSError as cause:
        name = "accessIPv6"
        raise InvalidField(name, "this is not an IPv6 address") from cause
