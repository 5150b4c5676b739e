# SPDX-License-Identifier: Apache-2.0
"""What the compute service asks for: cards for a device, and to have them back."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, Table, bindparam, select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.patterns import matching
from synnefo_core.db.prepared import Prepared
from synnefo_core.errors import InvalidField
from synnefo_network import history, ports, sharing, shown_ports
from synnefo_network.errors import AmbiguousNetwork
from synnefo_network.models import AddressRow, NetworkRow, PortRow
from synnefo_network.nodes import changes
from synnefo_network.nodes.changes import Kind
from synnefo_network.values import FixedIpRequest, PlugRequest, Port, PortSpec

_OF_SERVERS = PortRow.device_owner.startswith(ports.SERVERS)
"""What a project says of its own ports plugs in none: device ids of others are no secret."""

_PLUGGED = "plugged in"

_network: Table = NetworkRow.__table__  # type: ignore[assignment]  # declared as FromClause
_usable = (
    ((_network.c.project_id == bindparam("project_id")) & ~_network.c.is_external)
    | _network.c.is_shared
    | _network.c.id.in_(sharing.SHARED_BY_NAME)
)
_USABLE = Prepared(select(_network.c.id).where(_usable & ~_network.c.is_drained).limit(2))


def plug(
    context: RequestContext,
    *,
    device_id: str,
    device_owner: str,
    requests: Sequence[PlugRequest] | None,
    is_awaited: bool = False,
    project_id: str | None = None,
    security_group_ids: Sequence[str] | None = None,
) -> list[Port]:
    """Give a device its cards, in the caller's unit of work; return them in order.

    Args:
        context: Whose device it is.
        device_id: What is plugged in.
        device_owner: What kind of thing it is: "compute:nova".
        requests: Where; none for the only network that the project can use, if there is one.
        is_awaited: Whether the device is there already and has still to get the cards: their ports
            are not active before :func:`settle` says so.
        project_id: Whose new ports are, if not the caller's; for administrators.
        security_group_ids: The groups of new ports whose networks are secured; None for the
            project's default one.

    Raises:
        AddressInUse: An address that was asked for is taken.
        AmbiguousNetwork: Nothing was asked for, and there are several networks.
        InvalidField: A request names neither a port nor a network.
        NoAddressLeft: A network has no free address.
        NotFound: A network or port is not there for the caller.
        PortInUse: A port belongs to another device.
    """
    with context.unit_of_work() as session:
        wanted = requests or _automatic(context, session)
        given = sorted({request.port_id for request in wanted if request.port_id})
        # In the order of their ids: two devices that want the same ports don't wait in a circle.
        locked = {port_id: ports.lock(context, session, port_id) for port_id in given}
        use = _Use(device_id, device_owner, is_awaited, project_id, security_group_ids)
        plugged = [
            _bind(context, session, locked[request.port_id], use)
            if request.port_id
            else _make(context, session, request, use)
            for request in wanted
        ]
        if given:
            history.note(context, session, [device_id], because=_PLUGGED)
        return plugged


@dataclass(frozen=True)
class _Use:
    """Who uses a port, whether that is still to be, whose a new one is and what its groups are."""

    device_id: str
    device_owner: str
    is_awaited: bool
    project_id: str | None
    security_group_ids: Sequence[str] | None


def _automatic(context: RequestContext, session: Session) -> Sequence[PlugRequest]:
    """Return the only network that the project can use, if there is one."""
    session.flush()  # what is prepared does not ask for it
    found = _USABLE.all(session, {"project_id": context.project_id or ""})
    if len(found) > 1:
        raise AmbiguousNetwork
    return [PlugRequest(network_id=row.id) for row in found]


def _bind(context: RequestContext, session: Session, row: PortRow, use: _Use) -> Port:
    ports.require_free(row)
    row.device_id, row.device_owner = use.device_id, use.device_owner
    row.is_awaited = use.is_awaited
    row.revision += 1
    row.updated_at = context.now()
    changes.note(session, Kind.PORT, row.id)
    return shown_ports.changed(session, row)


def _make(context: RequestContext, session: Session, request: PlugRequest, use: _Use) -> Port:
    if request.network_id is None:
        raise InvalidField("networks", "each entry names a port or a network")
    place = ports.usable_place(context, session, request.network_id, use.project_id)
    network = place.network
    spec = PortSpec(
        network_id=network.id,
        project_id=use.project_id,
        fixed_ips=None if request.fixed_ip is None else [FixedIpRequest(ip=request.fixed_ip)],
        device_id=use.device_id,
        device_owner=use.device_owner,
        security_group_ids=use.security_group_ids if network.is_port_secured else None,
    )
    ports.require_choices(context, network, spec)
    made = ports.add(context, session, place, spec, is_temporary=True, is_awaited=use.is_awaited)
    # Floating IPs can only stand for ports that were there before.
    history.note_new(context, session, made, because=_PLUGGED)
    return made


def settle(context: RequestContext, *, device_id: str) -> None:
    """Say that a device has got all cards of its ports."""
    awaited = [PortRow.device_id == device_id, PortRow.is_awaited]
    with context.unit_of_work() as session:
        session.execute(
            update(PortRow)
            .where(*awaited)
            .values(is_awaited=False, revision=PortRow.revision + 1, updated_at=context.now())
        )


def unplug(
    context: RequestContext, *, device_id: str, port_ids: Sequence[str] | None = None
) -> None:
    """Take a device's cards away: those made for it go, the others are free again.

    A device that has none is not an error, so a job that was cut off may simply run again. With
    ``port_ids`` only the cards of these ports are taken.
    """
    theirs = [PortRow.device_id == device_id, _OF_SERVERS]
    if port_ids is not None:
        theirs.append(PortRow.id.in_(port_ids))
    with context.unit_of_work() as session:
        query = select(PortRow.id).where(*theirs, PortRow.is_temporary)
        ports.remove(session, list(session.scalars(query)))
        changes.note(session, Kind.PORT, *session.scalars(select(PortRow.id).where(*theirs)))
        session.execute(
            update(PortRow)
            .where(*theirs)
            .values(
                device_id="",
                device_owner="",
                is_awaited=False,
                is_withheld=False,
                revision=PortRow.revision + 1,
                updated_at=context.now(),
            )
        )
        history.note(context, session, [device_id], because="unplugged")


def withhold(context: RequestContext, *, device_id: str, is_withheld: bool) -> None:
    """Keep the project of a device from changing its ports, or let it again.

    So are its floating IPs: whoever asks for that is no administrator.
    """
    with context.unit_of_work() as session:
        session.execute(
            update(PortRow)
            .where(PortRow.device_id == device_id, _OF_SERVERS)
            .values(is_withheld=is_withheld)
        )


def devices_with_address(pattern: str, *, ip_version: int) -> Select[str]:
    """Return the query for the ids of devices that have an address which matches a pattern.

    It is for a part of another query, which says whose devices they must be.

    Raises:
        InvalidField: The pattern can't be understood.
    """
    field = "ip" if ip_version == 4 else "ip6"
    is_six = AddressRow.ip.contains(":")
    return (
        select(PortRow.device_id)
        .join(AddressRow, AddressRow.port_id == PortRow.id)
        .where(~is_six if ip_version == 4 else is_six, PortRow.device_id != "", _OF_SERVERS)
        .where(matching(field, AddressRow.ip, pattern))
    )
