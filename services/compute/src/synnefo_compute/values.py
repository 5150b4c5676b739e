# SPDX-License-Identifier: Apache-2.0
"""Servers as values, with what other tables and rooms tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy.orm import Session

import synnefo_network
from synnefo_compute import locks, states, tags, volumes
from synnefo_compute.volumes import ServerVolume
from synnefo_core.context import RequestContext
from synnefo_core.values import made
from synnefo_network import Port


@dataclass(frozen=True)
class Server:
    """A server as it stands; moments are seconds since the epoch, 0 for never."""

    id: str
    project_id: str
    user_id: str
    name: str
    description: str
    vm_state: str
    task_state: str
    is_running: bool
    flavor_id: str
    vcpus: int
    ram_mib: int
    disk_gib: int
    hints: Mapping[str, Any]
    image_id: str
    image_properties: Mapping[str, str]
    key_name: str
    backend_id: str
    node: str
    group_id: str
    metadata: Mapping[str, str]
    access_ipv4: str
    access_ipv6: str
    is_disk_auto: bool
    has_config_drive: bool
    is_hidden: bool
    is_locked: bool
    is_suspended: bool
    locked_reason: str
    pinned_zone: str
    hostname: str
    fault: str
    fault_at: float
    created_at: float
    updated_at: float
    launched_at: float
    deleted_at: float
    ports: tuple[Port, ...] = ()
    tags: tuple[str, ...] = ()
    volumes: tuple[ServerVolume, ...] = ()


def shown(
    row: Any,
    ports: Iterable[Port],
    own_tags: Iterable[str] = (),
    own_volumes: Iterable[ServerVolume] = (),
) -> Server:
    return made(
        Server,
        id=row.id,
        project_id=row.project_id,
        user_id=row.user_id,
        name=row.name,
        description=row.description,
        vm_state=row.vm_state,
        task_state=row.task_state,
        is_running=row.is_active_charged and row.vm_state in states.RUNNABLE,
        flavor_id=row.flavor_id,
        vcpus=row.vcpus,
        ram_mib=row.ram_mib,
        disk_gib=row.disk_gib,
        hints=row.hints,
        image_id=row.image_id,
        image_properties=row.image_properties,
        key_name=row.key_name,
        backend_id=row.backend_id,
        node=row.node,
        group_id=row.group_id,
        metadata=dict(row.metadata_),
        access_ipv4=row.access_ipv4,
        access_ipv6=row.access_ipv6,
        is_disk_auto=row.is_disk_auto,
        has_config_drive=row.has_config_drive,
        is_hidden=row.is_hidden,
        is_locked=bool(row.locked_by),
        is_suspended=row.locked_by == locks.SUSPENDED,
        locked_reason=row.locked_reason,
        pinned_zone=row.pinned_zone,
        hostname=row.hostname,
        fault=row.fault,
        fault_at=row.fault_at,
        created_at=row.created_at,
        updated_at=row.updated_at,
        launched_at=row.launched_at,
        deleted_at=row.deleted_at,
        ports=tuple(ports),
        tags=tuple(own_tags),
        volumes=tuple(own_volumes),
    )


def whole(context: RequestContext, session: Session, rows: Sequence[Any]) -> list[Server]:
    """Return servers with their ports, tags and volumes, in the order of their rows.

    Args:
        context: The caller, who may see them.
        session: The transaction.
        rows: Of :data:`synnefo_compute.rows.COLUMNS`.
    """
    ports = synnefo_network.ports_of(context, [row.id for row in rows])
    # Most servers have no tags, and those of a project often no volumes: then nothing is asked.
    words = tags.of(session, [row.id for row in rows if row.is_tagged])
    disks = volumes.of(session, [row.id for row in rows if row.has_volumes])
    return [
        shown(row, ports.get(row.id, ()), words.get(row.id, ()), disks.get(row.id, ()))
        for row in rows
    ]
