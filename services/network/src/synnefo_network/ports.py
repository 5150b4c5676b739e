# SPDX-License-Identifier: Apache-2.0
"""Ports: cards on networks, with a MAC and addresses of their own."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from functools import partial
from types import SimpleNamespace
from typing import Any, TypedDict

from sqlalchemy import ColumnElement, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_core import outbox
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, NotFound
from synnefo_network import (
    addresses,
    claims,
    dhcp_options,
    dns_names,
    floating_links,
    history,
    macs,
    networks,
    policies,
    port_rows,
    port_security,
    sharing,
    shown_ports,
)
from synnefo_network.addresses import Assignment
from synnefo_network.devices import (
    OWN,
    RESERVED,
    require_not_withheld,
    require_unmanaged,
)
from synnefo_network.errors import MacInUse, NetworkDrained, PortInUse
from synnefo_network.models import NetworkRow, PortRow
from synnefo_network.nodes import changes as told
from synnefo_network.nodes.changes import Kind
from synnefo_network.port_rows import Place
from synnefo_network.values import (
    AddressPair,
    DhcpOptionChange,
    FixedIp,
    FixedIpRequest,
    Port,
    PortSpec,
)

_MAC_TRIES = 16
SERVERS = "compute:"
"""How the kinds of devices begin whose cards servers are."""


class PortChanges(TypedDict, total=False):
    """What is to become of a port; what is left out stays."""

    name: str
    description: str
    is_admin_up: bool
    device_id: str
    device_owner: str
    fixed_ips: Sequence[FixedIpRequest]
    is_secured: bool
    security_group_ids: Sequence[str]
    address_pairs: Sequence[AddressPair]
    dhcp_options: Sequence[DhcpOptionChange]
    dns_name: str
    dns_domain: str


_OF_OWNER = frozenset({"is_secured", "address_pairs"})
"""What nobody but a network's owner decides about ports on it."""


_TOLD = PortChanges.__annotations__.keys() - {"name", "description", "dns_name", "dns_domain"}
"""What nodes are told of."""


def visible(context: RequestContext) -> list[ColumnElement[bool]]:
    """Return what makes a port visible: it is the caller's project's."""
    return [] if context.is_admin else [PortRow.project_id == context.project_id]


def create_port(context: RequestContext, spec: PortSpec) -> Port:
    """Make a port on a network that the caller may use.

    Raises:
        AddressInUse: An address that was asked for is taken.
        Forbidden: On another's network nobody chooses a MAC or an address; ports of servers are
            plugged in by these.
        MacInUse: The MAC that was asked for is taken.
        NetworkDrained: The network gets no new ports.
        NoAddressLeft: No address is free.
        NotFound: There is no such network, or the caller may not see it.
    """
    with context.unit_of_work() as session:
        place = usable_place(context, session, spec.network_id, spec.project_id)
        _require_device(context, spec.device_id, spec.device_owner)
        require_choices(context, place.network, spec)
        made = add(context, session, place, spec, is_temporary=False)
        history.note(context, session, [made.device_id], because="port made")
        return made


def _require_device(context: RequestContext, device_id: str, device_owner: str) -> None:
    """Refuse to have a port be used by the cloud itself, or by a server whose nobody says it is.

    Raises:
        Forbidden: The caller is no administrator.
    """
    is_of_server = bool(device_id) and device_owner.startswith(SERVERS)
    if is_of_server or device_owner.startswith(OWN):
        context.cloud.policy.require(context, policies.OWN_DEVICE)


def usable_place(
    context: RequestContext, session: Session, network_id: str, project_id: str | None
) -> Place:
    """Return where the caller may have ports, of a project or its own: on a network own or shared.

    Raises:
        Forbidden: It can be seen because it leads outside, but it is not shared.
        NotFound: There is none, or the caller may not see it.
    """
    owner_id = context.project_id if project_id is None else project_id
    place = port_rows.open_place(context, session, network_id, owner_id or "")
    if place is not None:
        return place
    query = select(NetworkRow).where(NetworkRow.id == network_id, *networks.visible(context))
    network = session.scalar(query)
    if network is None:
        raise NotFound("network", network_id)
    if not network.is_shared and not sharing.shared_among(context, session, [network]):
        networks.require_own(context, network)
    return Place(network, (), None)


def require_choices(context: RequestContext, network: NetworkRow, spec: PortSpec) -> None:
    """Refuse choices that are the network's owner's.

    Raises:
        Forbidden: The caller is not the owner.
    """
    chosen = spec.mac is not None or any(fixed.ip for fixed in spec.fixed_ips or ())
    if chosen or spec.is_secured is not None or spec.address_pairs:
        networks.require_own(context, network)


def add(
    context: RequestContext,
    session: Session,
    place: Place,
    spec: PortSpec,
    *,
    is_temporary: bool,
    is_awaited: bool = False,
) -> Port:
    """Make the rows of a port on a network that was checked before."""
    project_id = networks.owner_of(context, spec.project_id)
    given = {"project_id": project_id, "is_temporary": is_temporary, "is_awaited": is_awaited}
    values = _values(context, place.network, spec) | given
    groups = port_security.groups_of_new(
        context,
        session,
        spec,
        project_id=project_id,
        default_id=place.default_group_id,
        is_secured=values["is_secured"],
    )
    wanted = addresses.propose(place.subnets, values["id"]) if spec.fixed_ips is None else []
    insert = partial(port_rows.insert_whole, session, group_ids=groups, proposals=wanted)
    row, got = _insert(place.network, spec, values, insert)
    # Read again: from here on no automatic subnet comes that would not find the port.
    assignment = Assignment(session, row, port_rows.subnets_of(session, place.network.id))
    wishes = spec.fixed_ips
    fixed = assignment.give_any(got) if wishes is None else assignment.give(wishes)
    return shown_ports.shown(row, place.network, fixed, groups=groups)


def add_own(context: RequestContext, session: Session, network: NetworkRow, spec: PortSpec) -> Port:
    """Make a port of the cloud's own, on any network, of the project that the specification says."""
    row = insert_own(context, session, network, spec)
    assignment = Assignment(session, row, port_rows.subnets_of(session, network.id))
    given = assignment.give_any() if spec.fixed_ips is None else assignment.give(spec.fixed_ips)
    return shown_ports.shown(row, network, given, groups={})


def insert_own(
    context: RequestContext, session: Session, network: NetworkRow, spec: PortSpec
) -> PortRow:
    """Make a port of the cloud's own that has no address yet; nothing filters its traffic."""
    values = _values(context, network, replace(spec, is_secured=False))

    def insert(whole: Mapping[str, Any]) -> tuple[bool, None]:
        return claims.insert_unless_taken(session, PortRow, whole), None

    row, _ = _insert(network, spec, values, insert)
    return PortRow(**vars(row))


def _values(context: RequestContext, network: NetworkRow, spec: PortSpec) -> dict[str, Any]:
    """Return the row of a new port, but for its MAC and what is sent under it.

    Raises:
        NetworkDrained: The network gets no new ports.
    """
    if network.is_drained and spec.device_owner != RESERVED:
        raise NetworkDrained(network.id)
    now = context.now()
    return {
        "id": new_id(),
        "network_id": network.id,
        "project_id": spec.project_id,
        "name": spec.name,
        "description": spec.description,
        "is_admin_up": spec.is_admin_up,
        "device_id": spec.device_id,
        "device_owner": spec.device_owner,
        "is_temporary": False,
        "is_awaited": False,
        "is_secured": port_security.is_secured(network, spec),
        "dhcp_options": dhcp_options.changed([], spec.dhcp_options),
        "dns_name": dns_names.parse_name(spec.dns_name),
        "dns_domain": dns_names.parse_domain(spec.dns_domain),
        "revision": 1,
        "created_at": now,
        "updated_at": now,
    }


def _insert(
    network: NetworkRow,
    spec: PortSpec,
    values: Mapping[str, Any],
    insert: Callable[[Mapping[str, Any]], tuple[bool, FixedIp | None]],
) -> tuple[SimpleNamespace, FixedIp | None]:
    """Insert a port under a MAC that no other port of the network has.

    Args:
        network: Whose MAC prefix it gets.
        spec: What is wanted.
        values: Of the row.
        insert: Inserts it unless its MAC is taken; says whether it did, and what address it gave.
    """
    wanted = None if spec.mac is None else macs.parse(spec.mac)
    for _ in range(_MAC_TRIES):
        mac = wanted or macs.random_mac(network.mac_prefix)
        pairs = port_security.parse_pairs(spec.address_pairs, mac)
        whole = {**values, "mac": mac, "address_pairs": pairs}
        try:
            is_new, given = insert(whole)
        except IntegrityError as cause:
            problem = f"network {network.id}, or what a port on it needs, was deleted meanwhile"
            raise Conflict(problem) from cause
        if is_new:
            return SimpleNamespace(**whole), given
        if wanted:
            break
    raise MacInUse(wanted or f"{network.mac_prefix}:…")


def update_port(context: RequestContext, port_id: str, changes: PortChanges) -> Port:
    """Change a port and return it.

    Whoever takes a port away from a device that did not ask for it is heard: the event
    ``port.unbound`` tells what the device has lost.

    Raises:
        AddressInUse: An address that was asked for is taken.
        NoAddressLeft: A subnet has none left.
        NotFound: There is none, or the caller may not see it.
        PortInUse: It was to leave a router or a floating IP.
        PortWithheld: Its device is withheld from its project.
    """
    with context.unit_of_work() as session:
        row = lock(context, session, port_id)
        require_not_withheld(context, row)
        network = session.get_one(NetworkRow, row.network_id)
        device = (
            changes.get("device_id", row.device_id),
            changes.get("device_owner", row.device_owner),
        )
        if device != (row.device_id, row.device_owner):
            require_unmanaged(row)
            _require_device(context, *device)
        if "fixed_ips" in changes:
            _reassign(context, session, row, network, changes["fixed_ips"])
        if _TOLD & changes.keys():
            told.note(session, Kind.PORT, row.id)
        _secure(context, session, row, network, changes)
        was_of = row.device_id
        row.name = changes.get("name", row.name)
        row.description = changes.get("description", row.description)
        row.is_admin_up = changes.get("is_admin_up", row.is_admin_up)
        row.dhcp_options = dhcp_options.changed(row.dhcp_options, changes.get("dhcp_options", ()))
        row.dns_name = dns_names.parse_name(changes.get("dns_name", row.dns_name))
        row.dns_domain = dns_names.parse_domain(changes.get("dns_domain", row.dns_domain))
        row.device_id, row.device_owner = device
        row.revision += 1
        row.updated_at = context.now()
        if was_of and row.device_id != was_of:
            row.is_awaited = row.is_withheld = False
            _tell_unbound(context, session, row, was_of)
        if was_of != row.device_id or "fixed_ips" in changes:
            session.flush()
            history.note(context, session, [was_of, row.device_id], because="port changed")
        return shown_ports.changed(session, row)


def _secure(
    context: RequestContext,
    session: Session,
    row: PortRow,
    network: NetworkRow,
    changes: PortChanges,
) -> None:
    """Change how a port's traffic is filtered."""
    if _OF_OWNER & changes.keys():
        networks.require_own(context, network)
    row.is_secured = changes.get("is_secured", row.is_secured)
    if "address_pairs" in changes:
        row.address_pairs = port_security.parse_pairs(changes["address_pairs"], row.mac)
    if "security_group_ids" in changes:
        groups = port_security.require_groups(context, session, changes["security_group_ids"])
        port_security.leave(session, [row.id])
        port_security.join(session, row.id, groups)
    else:
        groups = port_security.groups_of(session, [row.id]).get(row.id, {})
    port_security.require_possible(row.is_secured, groups, row.address_pairs)


def _tell_unbound(context: RequestContext, session: Session, row: Any, device_id: str) -> None:
    payload = {"device_id": device_id, "network_id": row.network_id, "mac": row.mac}
    outbox.emit(context, session, "port.unbound", subject_id=row.id, payload=payload)


def _reassign(
    context: RequestContext,
    session: Session,
    row: PortRow,
    network: NetworkRow,
    wanted: Sequence[FixedIpRequest],
) -> None:
    """Give a port other addresses, keeping those that it has and shall have."""
    spare = list(addresses.of_ports(session, [row.id]).get(row.id, ()))
    missing = []
    for request in sorted(wanted, key=lambda request: request.ip is None):
        kept = next((fixed for fixed in spare if _fits(fixed, request)), None)
        if kept is None:
            missing.append(request)
        else:
            spare.remove(kept)
    if any(request.ip for request in missing):
        networks.require_own(context, network)
    addresses.release_some(session, row.id, spare)
    floating_links.end_some(session, row.id, [fixed.ip for fixed in spare])
    Assignment(session, row, port_rows.subnets_of(session, row.network_id)).give(missing)


def _fits(fixed: FixedIp, request: FixedIpRequest) -> bool:
    return request.subnet_id in (None, fixed.subnet_id) and request.ip in (None, fixed.ip)


def delete_port(context: RequestContext, port_id: str) -> None:
    """Delete a port and free its addresses; the event ``port.unbound`` tells who has lost it.

    Raises:
        NotFound: There is none, or the caller may not see it.
        PortInUse: It is part of a router or of a floating IP.
        PortWithheld: Its device is withheld from its project.
    """
    with context.unit_of_work() as session:
        row = port_rows.lock(context, session, port_id)
        if row is None:
            raise NotFound("port", port_id)
        require_not_withheld(context, row)
        require_unmanaged(row)
        if row.device_id:
            _tell_unbound(context, session, row, row.device_id)
        device_id = row.device_id
        remove(session, [row.id])
        history.note(context, session, [device_id], because="port deleted")


def remove(session: Session, port_ids: Sequence[str]) -> None:
    """Delete ports and free their addresses; no floating IP stands for these any more."""
    if not port_ids:
        return
    if port_rows.are_led_to(session, port_ids):
        floating_links.end(session, port_ids)
    port_rows.remove(session, port_ids)


def lock(context: RequestContext, session: Session, port_id: str) -> PortRow:
    """Lock a port of the caller's.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    query = select(PortRow).where(PortRow.id == port_id, *visible(context))
    row = session.scalar(query.with_for_update())
    if row is None:
        raise NotFound("port", port_id)
    return row


def require_free(row: PortRow) -> None:
    """Refuse a port that a device uses.

    Raises:
        PortInUse: One does.
    """
    if row.device_id:
        raise PortInUse(row.id, row.device_id)
