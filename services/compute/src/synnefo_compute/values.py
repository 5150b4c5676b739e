# SPDX-License-Identifier: Apache-2.0
"""Servers as values, with what other tables and rooms tell of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import Any

from sqlalchemy.orm import Session

import synnefo_network
from synnefo_compute import locks, rows, states, tags, volumes
from synnefo_compute.models import ServerRow
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


def shown(row: ServerRow, ports: Iterable[Port], own_tags: Iterable[str]) -> Server:
    """Return a server that has no volumes yet."""
    return _of_columns(_as_it_is(row), row, ports, own_tags, ())


_as_it_is = attrgetter(*rows.AS_IT_IS)


def _of_columns(
    columns: Iterable[Any],
    row: Any,
    ports: Iterable[Port],
    own_tags: Iterable[str],
    own_volumes: Iterable[ServerVolume],
) -> Server:
    return made(
        Server,
        rows.AS_IT_IS,
        columns,
        is_running=row.is_active_charged and row.vm_state in states.RUNNABLE,
        metadata=dict(row.metadata_),
        is_locked=bool(row.locked_by),
        is_suspended=row.locked_by == locks.SUSPENDED,
        ports=tuple(ports),
        tags=tuple(own_tags),
        volumes=tuple(own_volumes),
    )


def whole(context: RequestContext, session: Session, found: Sequence[Any]) -> list[Server]:
    """Return servers with their ports, tags and volumes, in the order of their rows.

    Args:
        context: The caller, who may see them.
        session: The transaction.
        found: Rows of :data:`synnefo_compute.rows.COLUMNS`.
    """
    ports = synnefo_network.ports_of(context, [row.id for row in found])
    # Most servers have no tags, and those of a project often no volumes: then nothing is asked.
    words = tags.of(session, [row.id for row in found if row.is_tagged])
    disks = volumes.of(session, [row.id for row in found if row.has_volumes])
    return [
        _of_columns(row, row, ports.get(row.id, ()), words.get(row.id, ()), disks.get(row.id, ()))
        for row in found
    ]
