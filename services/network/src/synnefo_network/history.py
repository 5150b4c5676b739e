# SPDX-License-Identifier: Apache-2.0
"""Which server had which public IPv4 address when (CYC-068).

Whoever changes something by which a server is reached calls :func:`note` in the same transaction. It
compares what is with what was written down last, so that it may be called once too often.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import Table, insert, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.prepared import Prepared
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.models import AddressRow, IpHistoryRow, NetworkRow, PortRow
from synnefo_network.values import Port

_episode: Table = IpHistoryRow.__table__  # type: ignore[assignment]  # declared as FromClause
_ADD = Prepared(insert(_episode))

SERVERS = "compute:"
"""How the kinds of devices begin that are servers."""


@dataclass(frozen=True)
class Episode:
    """A server got an address, or lost it.

    Attributes:
        at: Seconds since the epoch.
        device_id: The server, which may be gone.
        project_id: Whose port it was.
        user_id: Who did it; empty for the cloud itself.
        because: What was done, in a word or two.
    """

    at: float
    ip: str
    device_id: str
    project_id: str
    user_id: str
    is_attached: bool
    because: str


def note(
    context: RequestContext, session: Session, device_ids: Iterable[str], *, because: str
) -> None:
    """Write down which public addresses servers have got and lost since this was called last.

    Other devices than servers have none.
    """
    for device_id in sorted({each for each in device_ids if each}):
        known, there = _known(session, device_id), _there(session, device_id)
        lost = {ip: known[ip] for ip in known.keys() - there.keys()}
        got = {ip: there[ip] for ip in there.keys() - known.keys()}
        for episodes, is_attached in ((lost, False), (got, True)):
            for ip, project_id in sorted(episodes.items()):
                whose = {"device_id": device_id, "project_id": project_id}
                _add(context, session, ip, **whose, is_attached=is_attached, because=because)


def note_new(context: RequestContext, session: Session, port: Port, *, because: str) -> None:
    """Write down which public addresses a server has got with a port that was just made for it."""
    if not (port.is_external and port.device_owner.startswith(SERVERS)):
        return
    whose = {"device_id": port.device_id, "project_id": port.project_id}
    for ip in sorted(fixed.ip for fixed in port.fixed_ips if fixed.version == 4):
        _add(context, session, ip, **whose, is_attached=True, because=because)


def _add(
    context: RequestContext,
    session: Session,
    ip: str,
    *,
    device_id: str,
    project_id: str,
    is_attached: bool,
    because: str,
) -> None:
    values = {
        "at": context.now(),
        "ip": ip,
        "device_id": device_id,
        "project_id": project_id,
        "user_id": context.user_id,
        "is_attached": is_attached,
        "because": because,
    }
    _ADD.execute(session, values)


def _known(session: Session, device_id: str) -> Mapping[str, str]:
    """Return what a server has as far as was written down: projects, by address."""
    rows = session.scalars(
        select(IpHistoryRow).where(IpHistoryRow.device_id == device_id).order_by(IpHistoryRow.id)
    )
    last = {row.ip: row for row in rows}
    return {ip: row.project_id for ip, row in last.items() if row.is_attached}


def _there(session: Session, device_id: str) -> Mapping[str, str]:
    """Return what a server has: projects of its ports, by address."""
    of_device = PortRow.device_id == device_id, PortRow.device_owner.startswith(SERVERS)
    direct = (
        select(AddressRow.ip, PortRow.project_id)
        .join(PortRow, PortRow.id == AddressRow.port_id)
        .join(NetworkRow, NetworkRow.id == PortRow.network_id)
        .where(*of_device, NetworkRow.is_external, ~AddressRow.ip.contains(":"))
    )
    floating = (
        select(FloatingIpRow.ip, PortRow.project_id)
        .join(PortRow, PortRow.id == FloatingIpRow.port_id)
        .where(*of_device)
    )
    return dict(session.execute(direct.union(floating)).all())


def list_history(
    context: RequestContext, *, ip: str = "", device_id: str = "", limit: int
) -> list[Episode]:
    """Return the newest episodes of an address, of a server or of all, the newest first."""
    query = select(IpHistoryRow).order_by(IpHistoryRow.id.desc()).limit(limit)
    if ip:
        query = query.where(IpHistoryRow.ip == ip)
    if device_id:
        query = query.where(IpHistoryRow.device_id == device_id)
    with context.reading() as session:
        return [
            Episode(
                at=row.at,
                ip=row.ip,
                device_id=row.device_id,
                project_id=row.project_id,
                user_id=row.user_id,
                is_attached=row.is_attached,
                because=row.because,
            )
            for row in session.scalars(query)
        ]
