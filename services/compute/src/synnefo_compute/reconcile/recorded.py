# SPDX-License-Identifier: Apache-2.0
"""What the cloud has written down of its servers, as values to compare."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

import synnefo_network
import synnefo_volume
from synnefo_compute import observed, states, volumes
from synnefo_compute.models import ServerRow
from synnefo_compute.volumes import ServerVolume
from synnefo_core import underway
from synnefo_core.context import RequestContext
from synnefo_network import Port


@dataclass(frozen=True)
class Card:
    """A network card as promised: its port, MAC and IPv4 address, if it has one.

    One that ``is_awaited`` was asked for, and the cluster has not said yet that it is there.
    """

    port_id: str
    mac: str
    ip: str | None
    is_awaited: bool = False


@dataclass(frozen=True)
class Disk:
    """A volume as promised; ``is_awaited`` as with cards. The server starts from its root."""

    volume_id: str
    attachment_id: str
    size_gib: int
    is_awaited: bool
    is_root: bool


@dataclass(frozen=True)
class Recorded:
    """A server as the cloud has written it down.

    Attributes:
        is_busy: Whether a saga is under way: then the cluster is ahead of the row, or behind.
        is_lost: Whether it is in error because its instance had vanished.
        was_made: Whether there ever was an instance.
        is_running: Whether it is charged as one that runs, which is how a resized or
            rescued one is known.
        updated_at: When the row last changed.
        own_boot: From what it is to start again once nobody rescues it any more, in order of the
            words; empty for one that was not rescued.
    """

    id: str
    backend_id: str
    vm_state: str
    task_state: str
    is_busy: bool
    is_lost: bool
    was_made: bool
    is_running: bool
    vcpus: int
    ram_mib: int
    disk_gib: int
    node: str
    cards: tuple[Card, ...]
    updated_at: float
    own_boot: tuple[tuple[str, str | int | bool], ...] = ()
    volumes: tuple[Disk, ...] = ()


def of_backend(context: RequestContext, backend_id: str, part: str = "") -> dict[str, Recorded]:
    """Return a cluster's servers whose ids begin with ``part``, by id."""
    query = select(ServerRow).where(
        ServerRow.backend_id == backend_id, ServerRow.is_deleted.is_(False)
    )
    if part:
        query = query.where(ServerRow.id.startswith(part, autoescape=True))
    return _read(context, query)


def of_server(context: RequestContext, server_id: str) -> Recorded | None:
    """Return one server, None when it is not there (any more)."""
    query = select(ServerRow).where(ServerRow.id == server_id, ServerRow.is_deleted.is_(False))
    return _read(context, query).get(server_id)


def of_servers(context: RequestContext, server_ids: Iterable[str]) -> dict[str, Recorded]:
    """Return some servers, by id, without those that are not there (any more)."""
    query = select(ServerRow).where(
        ServerRow.id.in_(list(server_ids)), ServerRow.is_deleted.is_(False)
    )
    return _read(context, query)


def elsewhere(context: RequestContext, server_ids: Iterable[str]) -> frozenset[str]:
    """Return which of some ids are those of servers, in whatever cluster."""
    query = select(ServerRow.id).where(
        ServerRow.id.in_(list(server_ids)), ServerRow.is_deleted.is_(False)
    )
    with context.reading() as session:
        return frozenset(session.scalars(query))


def settled(context: RequestContext, server_ids: Iterable[str], *, since: float) -> frozenset[str]:
    """Return those of some servers to which nothing is being done, and was not since a moment."""
    found = of_servers(context, server_ids).values()
    return frozenset(
        each.id
        for each in found
        if not each.is_busy and not each.task_state and each.updated_at < since
    )


def _read(context: RequestContext, query: Select[ServerRow]) -> dict[str, Recorded]:
    with context.reading(is_snapshot=True) as session:
        return {each.id: each for each in of_rows(context, session, list(session.scalars(query)))}


def of_rows(
    context: RequestContext, session: Session, rows: Sequence[ServerRow]
) -> Iterable[Recorded]:
    """Yield what rows say that were read or locked in this transaction."""
    ids = [row.id for row in rows]
    busy = underway.subjects(session, ids)
    ports = synnefo_network.ports_of(context, ids)
    disks = _disks(context, session, ids)
    for row in rows:
        yield Recorded(
            id=row.id,
            backend_id=row.backend_id,
            vm_state=row.vm_state,
            task_state=row.task_state,
            is_busy=row.id in busy,
            is_lost=row.vm_state == states.ERROR and row.fault == observed.LOST,
            was_made=row.launched_at > 0,
            is_running=row.is_active_charged,
            vcpus=row.vcpus,
            ram_mib=row.ram_mib,
            disk_gib=row.disk_gib,
            node=row.node,
            cards=tuple(_card(port) for port in ports.get(row.id, ())),
            updated_at=row.updated_at,
            own_boot=tuple(sorted(row.own_boot.items())),
            volumes=disks.get(row.id, ()),
        )


def _disks(
    context: RequestContext, session: Session, ids: Sequence[str]
) -> Mapping[str, tuple[Disk, ...]]:
    found = volumes.of(session, ids)
    wanted = [each.volume_id for some in found.values() for each in some]
    sizes_gib = synnefo_volume.sizes_of(context, wanted)
    return {
        server_id: tuple(_disk(each, sizes_gib.get(each.volume_id, 0)) for each in some)
        for server_id, some in found.items()
    }


def _disk(volume: ServerVolume, size_gib: int) -> Disk:
    return Disk(
        volume.volume_id,
        volume.attachment_id,
        size_gib=size_gib,
        is_awaited=volume.is_awaited,
        is_root=volume.boot_index == 0,
    )


def _card(port: Port) -> Card:
    ip = next((fixed.ip for fixed in port.fixed_ips if fixed.version == 4), None)
    return Card(port.id, port.mac, ip, port.is_awaited)
