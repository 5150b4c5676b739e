# SPDX-License-Identifier: Apache-2.0
"""Subnets: ranges of addresses of a network."""

from __future__ import annotations

from collections.abc import Sequence
from ipaddress import ip_network
from typing import TypedDict

from sqlalchemy import ColumnElement, delete, or_, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.errors import Forbidden, InvalidField, NotFound
from synnefo_network import addresses, networks, ranges, sharing, subnet_pools, tag_filters
from synnefo_network.addresses import AUTOMATIC_MODES, is_automatic
from synnefo_network.devices import RESERVED, ROUTER_INTERFACE
from synnefo_network.errors import GatewayInUse, SubnetInUse
from synnefo_network.models import AddressRow, NetworkRow, PortRow, SubnetRow
from synnefo_network.nodes import changes as told
from synnefo_network.nodes.changes import Kind
from synnefo_network.pages import select_page
from synnefo_network.values import FIRST_ADDRESS, Listing, Subnet, SubnetSpec

_AUTOMATIC_PREFIX = 64

_COLUMNS = {
    "id": SubnetRow.id,
    "name": SubnetRow.name,
    "description": SubnetRow.description,
    "project_id": SubnetRow.project_id,
    "network_id": SubnetRow.network_id,
    "ip_version": SubnetRow.ip_version,
    "cidr": SubnetRow.cidr,
    "pool_id": SubnetRow.pool_id,
    "gateway_ip": SubnetRow.gateway_ip,
    "is_dhcp_enabled": SubnetRow.is_dhcp_enabled,
    "ipv6_ra_mode": SubnetRow.ipv6_ra_mode,
    "ipv6_address_mode": SubnetRow.ipv6_address_mode,
    "revision": SubnetRow.revision,
    "created_at": SubnetRow.created_at,
    "updated_at": SubnetRow.updated_at,
}


class SubnetChanges(TypedDict, total=False):
    """What is to become of a subnet; what is left out stays."""

    name: str
    description: str
    gateway_ip: str | None
    pools: Sequence[tuple[str, str]]
    is_dhcp_enabled: bool
    dns_servers: Sequence[str]
    host_routes: Sequence[tuple[str, str]]


def _visible(context: RequestContext) -> list[ColumnElement[bool]]:
    """Return what makes a subnet visible: it or its network is."""
    if context.is_admin:
        return []
    open_networks = select(NetworkRow.id).where(sharing.open_to(context))
    through_network = SubnetRow.network_id.in_(open_networks)
    return [or_(SubnetRow.project_id == context.project_id, through_network)]


def create_subnet(context: RequestContext, spec: SubnetSpec) -> Subnet:
    """Make a subnet of a network that the caller owns.

    Raises:
        Forbidden: The network is another's.
        InvalidField: The range, or what is to lie in it, makes no sense, or it overlaps
            another subnet of the network.
        NotFound: There is no such network, or the caller may not see it.
        PoolConflict: Pools overlap each other or hold the gateway.

    Further errors are those of :func:`synnefo_network.subnet_pools.allot`.
    """
    now = context.now()
    with context.unit_of_work() as session:
        if spec.pool_id is not None:
            spec = subnet_pools.allot(context, session, spec)
        cidr = ranges.parse_cidr(spec.cidr, spec.ip_version)
        _require_modes(spec, cidr)
        gateway = _gateway(cidr, spec.gateway_ip)
        if spec.pools is None:
            pools = ranges.default_pools(cidr, gateway)
        else:
            pools = ranges.parse_pools(cidr, spec.pools, gateway)
        # Ports that are made at once know of no address that follows from their MAC: they wait.
        network = networks.lock_own(
            context,
            session,
            spec.network_id,
            is_for_delete=spec.ipv6_address_mode in AUTOMATIC_MODES,
        )
        _require_room(session, network.id, cidr, pool_id=spec.pool_id)
        row = SubnetRow(
            id=new_id(),
            network_id=network.id,
            project_id=_owner(context, network, spec.project_id),
            name=spec.name,
            description=spec.description,
            ip_version=spec.ip_version,
            cidr=str(cidr),
            pool_id=spec.pool_id,
            gateway_ip=None if gateway is None else str(gateway),
            pools=[[str(first), str(last)] for first, last in pools],
            is_dhcp_enabled=spec.is_dhcp_enabled,
            dns_servers=_dns_servers(spec.dns_servers),
            host_routes=_host_routes(spec.host_routes, cidr.version),
            ipv6_ra_mode=spec.ipv6_ra_mode,
            ipv6_address_mode=spec.ipv6_address_mode,
            revision=1,
            created_at=now,
            updated_at=now,
        )
        session.add(row)
        if is_automatic(row):
            session.flush()
            addresses.give_automatic(session, row, now=now)
            told.note(session, Kind.NETWORK, network.id)
        return _shown(row)


def _owner(context: RequestContext, network: NetworkRow, asked: str | None) -> str:
    """Return whose a subnet is: its network's owner's, unless an administrator says else."""
    if asked is None or asked == network.project_id:
        return network.project_id
    return networks.owner_of(context, asked)


def _require_modes(spec: SubnetSpec, cidr: ranges.Range) -> None:
    modes = {spec.ipv6_ra_mode, spec.ipv6_address_mode} - {None}
    if not modes:
        return
    if cidr.version == 4:
        raise InvalidField("ipv6_address_mode", "an IPv4 subnet has no IPv6 modes")
    if len(modes) > 1:
        problem = "ipv6_ra_mode and ipv6_address_mode must be the same when both are given"
        raise InvalidField("ipv6_address_mode", problem)
    if not spec.is_dhcp_enabled:
        raise InvalidField("ipv6_address_mode", "IPv6 modes need enable_dhcp")
    if modes & AUTOMATIC_MODES and cidr.prefixlen != _AUTOMATIC_PREFIX:
        raise InvalidField("cidr", f"automatic addresses need a prefix of /64, not {cidr}")


def _gateway(cidr: ranges.Range, asked: str | None) -> ranges.Address | None:
    if asked is None:
        return None
    if asked == FIRST_ADDRESS:
        return ranges.hosts(cidr)[0]
    address = ranges.parse_address(asked, field="gateway_ip", version=cidr.version)
    if not ranges.is_host(cidr, address) and not address.is_link_local:
        raise InvalidField("gateway_ip", f"{asked} is not an address of a host in {cidr}")
    return address


def _require_room(
    session: Session, network_id: str, cidr: ranges.Range, *, pool_id: str | None
) -> None:
    """Refuse a range that overlaps another of the network, which the caller has locked.

    Subnets of one IP version are cut from one pool, or from none.
    """
    query = select(SubnetRow.cidr, SubnetRow.ip_version, SubnetRow.pool_id)
    for other in session.execute(query.where(SubnetRow.network_id == network_id)):
        if cidr.overlaps(ip_network(other.cidr)):
            # Clients look for these words, to try another range.
            problem = f"{cidr} overlaps with another subnet of network {network_id}: {other.cidr}"
            raise InvalidField("cidr", problem)
        if other.ip_version == cidr.version and other.pool_id != pool_id:
            problem = f"the subnets of network {network_id} are not of this pool"
            raise InvalidField("subnetpool_id", problem)


def _dns_servers(given: Sequence[str]) -> list[str]:
    parsed = [str(ranges.parse_address(ip, field="dns_nameservers")) for ip in given]
    if len(set(parsed)) != len(parsed):
        raise InvalidField("dns_nameservers", "a server is named twice")
    return parsed


def _host_routes(given: Sequence[tuple[str, str]], version: int) -> list[list[str]]:
    routes = []
    for destination, next_hop in given:
        try:
            target = ip_network(destination, strict=False)
        except ValueError as cause:
            raise InvalidField("host_routes", str(cause)) from cause
        hop = ranges.parse_address(next_hop, field="host_routes", version=version)
        if target.version != version:
            raise InvalidField("host_routes", f"{destination} is not of IP version {version}")
        routes.append([str(target), str(hop)])
    return routes


def show_subnet(context: RequestContext, subnet_id: str) -> Subnet:
    """Return a subnet.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    with context.reading() as session:
        return _shown(visible_row(context, session, subnet_id))


def visible_row(context: RequestContext, session: Session, subnet_id: str) -> SubnetRow:
    """Return the row of a subnet.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    row = session.scalar(select(SubnetRow).where(SubnetRow.id == subnet_id, *_visible(context)))
    if row is None:
        raise NotFound("subnet", subnet_id)
    return row


def list_subnets(context: RequestContext, listing: Listing) -> list[Subnet]:
    """Return a page of the subnets that the caller may see."""
    with context.reading() as session:
        rows = select_page(
            session,
            SubnetRow,
            listing,
            noun="subnet",
            columns=_COLUMNS,
            visible=_visible(context),
        )
        return [_shown(row) for row in rows]


def update_subnet(context: RequestContext, subnet_id: str, changes: SubnetChanges) -> Subnet:
    """Change a subnet and return it; addresses that ports have stay theirs.

    Raises:
        Forbidden: It is another's.
        InvalidField: A value makes no sense.
        NotFound: There is none, or the caller may not see it.
        PoolConflict: Pools overlap each other or hold the gateway.
    """
    with context.unit_of_work() as session:
        row = _lock_own(context, session, subnet_id)
        cidr = ip_network(row.cidr)
        row.name = changes.get("name", row.name)
        row.description = changes.get("description", row.description)
        row.is_dhcp_enabled = changes.get("is_dhcp_enabled", row.is_dhcp_enabled)
        if "dns_servers" in changes:
            row.dns_servers = _dns_servers(changes["dns_servers"])
        if "host_routes" in changes:
            row.host_routes = _host_routes(changes["host_routes"], cidr.version)
        asked = changes.get("gateway_ip", row.gateway_ip)
        gateway = _gateway(cidr, asked)
        _require_changeable(session, row, gateway)
        row.gateway_ip = None if gateway is None else str(gateway)
        pools = changes.get("pools", [(first, last) for first, last in row.pools])
        parsed = ranges.parse_pools(cidr, pools, gateway)
        row.pools = [[str(first), str(last)] for first, last in parsed]
        row.revision += 1
        row.updated_at = context.now()
        told.note(session, Kind.NETWORK, row.network_id)
        return _shown(row)


def _require_changeable(session: Session, row: SubnetRow, gateway: ranges.Address | None) -> None:
    """Refuse what would cut off a router, or those who were promised how they get addresses.

    Raises:
        GatewayInUse: A router is at the gateway's address, which would be another.
        InvalidField: DHCP would end on a subnet with IPv6 modes.
    """
    if not row.is_dhcp_enabled and (row.ipv6_ra_mode or row.ipv6_address_mode):
        raise InvalidField("enable_dhcp", "must stay on where there are IPv6 modes")
    if row.gateway_ip is None or (gateway is not None and str(gateway) == row.gateway_ip):
        return
    at_gateway = (
        select(AddressRow.port_id)
        .join(PortRow, PortRow.id == AddressRow.port_id)
        .where(AddressRow.subnet_id == row.id, AddressRow.ip == row.gateway_ip)
        .where(PortRow.device_owner == ROUTER_INTERFACE)
    )
    port_id = session.scalar(at_gateway)
    if port_id is not None:
        raise GatewayInUse(row.gateway_ip, port_id)


def delete_subnet(context: RequestContext, subnet_id: str) -> None:
    """Delete a subnet.

    Raises:
        Forbidden: It is another's.
        NotFound: There is none, or the caller may not see it.
        SubnetInUse: Ports have addresses of it.
    """
    with context.unit_of_work() as session:
        row = _lock_own(context, session, subnet_id, is_for_delete=True)
        if is_automatic(row):
            addresses.release_automatic(session, subnet_id)
            told.note(session, Kind.NETWORK, row.network_id)
        kept = select(PortRow.id).where(
            PortRow.network_id == row.network_id, PortRow.device_owner == RESERVED
        )
        of_it = AddressRow.subnet_id == subnet_id
        session.execute(delete(AddressRow).where(of_it, AddressRow.port_id.in_(kept)))
        in_use = select(AddressRow.id).where(of_it).limit(1)
        if session.scalar(in_use):
            raise SubnetInUse(subnet_id)
        tag_filters.forget(session, [row.id])
        session.delete(row)


def _lock_own(
    context: RequestContext, session: Session, subnet_id: str, *, is_for_delete: bool = False
) -> SubnetRow:
    """Lock a subnet that the caller may change."""
    query = select(SubnetRow).where(SubnetRow.id == subnet_id, *_visible(context))
    row = session.scalar(query.with_for_update(key_share=not is_for_delete))
    if row is None:
        raise NotFound("subnet", subnet_id)
    if not context.is_admin and row.project_id != context.project_id:
        msg = f"subnet {subnet_id} belongs to another project"
        raise Forbidden(msg)
    return row


def _shown(row: SubnetRow) -> Subnet:
    return Subnet(
        id=row.id,
        network_id=row.network_id,
        project_id=row.project_id,
        name=row.name,
        description=row.description,
        ip_version=row.ip_version,
        cidr=row.cidr,
        gateway_ip=row.gateway_ip,
        pools=tuple((first, last) for first, last in row.pools),
        is_dhcp_enabled=row.is_dhcp_enabled,
        dns_servers=tuple(row.dns_servers),
        host_routes=tuple((target, hop) for target, hop in row.host_routes),
        ipv6_ra_mode=row.ipv6_ra_mode,
        ipv6_address_mode=row.ipv6_address_mode,
        revision=row.revision,
        created_at=row.created_at,
        updated_at=row.updated_at,
        pool_id=row.pool_id,
    )
