# SPDX-License-Identifier: Apache-2.0
"""All that documents say of ports, read for many of them at once."""

from __future__ import annotations

import base64
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.contracts.dhcp import DhcpOption
from synnefo_core.contracts.guests import Guest
from synnefo_core.contracts.nodes import (
    Address,
    Direction,
    Group,
    Ipv6,
    Mode,
    Network,
    Pair,
    PortDocument,
    Route,
    Rule,
    Subnet,
)
from synnefo_core.db.among import among
from synnefo_network import dhcp_options, rule_terms
from synnefo_network.models import (
    MAC_FILTERED,
    AddressRow,
    NetworkRow,
    PortGroupRow,
    PortRow,
    SecurityRuleRow,
    SubnetRow,
)
from synnefo_network.values import ExtraDhcpOption
from synnefo_network.wiring import PHYSICAL_VLAN

SERVERS = "compute:"
_MODES = {"", "bridged", "routed"}
"""What nodes know; of others' cards they are not told."""

_VERSIONS = {"IPv4": 4, "IPv6": 6}


@dataclass(frozen=True)
class Facts:
    """What the network says of a port of a device; see :class:`PortDocument`."""

    port: str
    device: str
    network: Network
    mac: str
    addresses: tuple[Address, ...]
    subnets: tuple[Subnet, ...]
    pairs: tuple[Pair, ...]
    rules: tuple[Rule, ...]
    groups: tuple[Group, ...]
    is_up: bool
    is_guarded: bool
    dhcp_options: tuple[DhcpOption, ...] = ()


def render(facts: Facts, guest: Guest, *, version: int, expires_at: float) -> PortDocument:
    """Return the document of a port."""
    return PortDocument(
        port=facts.port,
        version=version,
        expires_at=expires_at,
        network=facts.network,
        mac=facts.mac,
        addresses=facts.addresses,
        subnets=facts.subnets,
        pairs=facts.pairs,
        rules=facts.rules,
        groups=facts.groups,
        host_name=guest.host_name,
        is_up=facts.is_up,
        is_guarded=facts.is_guarded,
        dhcp_options=facts.dhcp_options,
        metadata={
            path: base64.b64encode(content).decode() for path, content in guest.files.items()
        },
    )


_NOWHERE = Network("gone", Mode.BRIDGED, "", 1500, "02:00:00")


def render_gone(port_id: str, *, version: int, expires_at: float) -> PortDocument:
    """Return the document that says that a port is not there any more."""
    return PortDocument(
        port=port_id,
        version=version,
        expires_at=expires_at,
        network=_NOWHERE,
        mac="02:00:00:00:00:00",
        is_up=False,
        is_gone=True,
    )


def facts_of(session: Session, port_ids: Collection[str]) -> dict[str, Facts]:
    """Return what is known of those ports that servers have, by id."""
    query = (
        select(PortRow, NetworkRow)
        .join(NetworkRow, NetworkRow.id == PortRow.network_id)
        .where(
            among(PortRow.id, port_ids),
            PortRow.device_owner.startswith(SERVERS),
            PortRow.device_id != "",
            NetworkRow.mode.in_(_MODES),
        )
    )
    rows = [(port, network) for port, network in session.execute(query)]
    ids = [port.id for port, _ in rows]
    networks = {network.id: network_of(network) for _, network in rows}
    addresses, subnets = _addresses(session, ids)
    guards = _guards(session, ids)
    return {
        port.id: _facts(
            port,
            networks[network.id],
            addresses=addresses.get(port.id, ()),
            subnets=subnets,
            guard=guards.get(port.id, _NO_GUARD),
        )
        for port, network in rows
    }


@dataclass(frozen=True)
class _Guard:
    rules: tuple[Rule, ...]
    groups: tuple[Group, ...]


_NO_GUARD = _Guard((), ())


def _facts(
    port: PortRow,
    network: Network,
    *,
    addresses: Sequence[Address],
    subnets: Mapping[str, Subnet],
    guard: _Guard,
) -> Facts:
    used = dict.fromkeys(address.subnet for address in addresses)
    return Facts(
        port=port.id,
        device=port.device_id,
        network=network,
        mac=port.mac,
        addresses=tuple(addresses),
        subnets=tuple(subnets[subnet_id] for subnet_id in used),
        pairs=tuple(Pair(str(ip_network(source)), mac) for mac, source in port.address_pairs),
        rules=guard.rules,
        groups=guard.groups,
        is_up=port.is_admin_up,
        is_guarded=port.is_secured,
        dhcp_options=tuple(
            dhcp_options.told(ExtraDhcpOption(*option)) for option in port.dhcp_options
        ),
    )


def network_of(row: Any) -> Network:
    """Return a network as nodes know it.

    On the bridge of many networks these are kept apart by their MAC prefixes; not so one that
    leads outside, where there are MACs that are not ours.
    """
    mode = Mode.BRIDGED
    if row.mode == "routed":
        mode = Mode.ROUTED
    elif row.kind == MAC_FILTERED and not row.is_external:
        mode = Mode.FILTERED
    vlan = row.segmentation_id if row.kind == PHYSICAL_VLAN else None
    return Network(row.id, mode, row.link, row.mtu, row.mac_prefix, vlan)


def _addresses(
    session: Session, port_ids: Collection[str]
) -> tuple[dict[str, list[Address]], dict[str, Subnet]]:
    query = (
        select(AddressRow.port_id, AddressRow.ip, SubnetRow)
        .join(SubnetRow, SubnetRow.id == AddressRow.subnet_id)
        .where(among(AddressRow.port_id, port_ids))
        .order_by(SubnetRow.ip_version, AddressRow.ip, AddressRow.id)
    )
    addresses: dict[str, list[Address]] = defaultdict(list)
    subnets: dict[str, Subnet] = {}
    for port_id, ip, row in session.execute(query):
        addresses[port_id].append(Address(str(ip_address(ip)), row.id))
        if row.id not in subnets:
            subnets[row.id] = subnet_of(row)
    return addresses, subnets


def subnet_of(row: Any) -> Subnet:
    """Return a subnet as nodes know it."""
    return Subnet(
        id=row.id,
        cidr=str(ip_network(row.cidr)),
        gateway=None if row.gateway_ip is None else str(ip_address(row.gateway_ip)),
        has_dhcp=row.is_dhcp_enabled,
        dns_servers=tuple(str(ip_address(server)) for server in row.dns_servers),
        routes=tuple(
            Route(str(ip_network(target)), str(ip_address(hop))) for target, hop in row.host_routes
        ),
        ra_mode=Ipv6(row.ipv6_ra_mode or ""),
        address_mode=Ipv6(row.ipv6_address_mode or ""),
    )


def _guards(session: Session, port_ids: Collection[str]) -> dict[str, _Guard]:
    """Return the rules of ports, and the groups that these speak of."""
    query = select(PortGroupRow.port_id, PortGroupRow.group_id).where(
        among(PortGroupRow.port_id, port_ids)
    )
    groups: dict[str, list[str]] = defaultdict(list)
    for port_id, group_id in session.execute(query.order_by(PortGroupRow.group_id)):
        groups[port_id].append(group_id)
    rules = _rules(session, {group_id for some in groups.values() for group_id in some})
    remote = {rule.remote_group for some in rules.values() for rule in some if rule.remote_group}
    members = _members(session, remote)
    # Ports in the same groups have the same guard: one value, made once.
    guards = {tuple(some): _guard(some, rules, members) for some in groups.values()}
    return {port_id: guards[tuple(some)] for port_id, some in groups.items()}


def _guard(
    group_ids: Iterable[str], rules: Mapping[str, Sequence[Rule]], members: Mapping[str, Group]
) -> _Guard:
    mine = dict.fromkeys(rule for group_id in group_ids for rule in rules.get(group_id, ()))
    spoken_of = {rule.remote_group for rule in mine if rule.remote_group}
    return _Guard(tuple(mine), tuple(members[group_id] for group_id in sorted(spoken_of)))


def _rules(session: Session, group_ids: Collection[str]) -> dict[str, list[Rule]]:
    query = (
        select(SecurityRuleRow)
        .where(among(SecurityRuleRow.group_id, group_ids))
        .order_by(SecurityRuleRow.meaning)
    )
    found: dict[str, list[Rule]] = defaultdict(list)
    for row in session.scalars(query):
        found[row.group_id].append(rule_of(row))
    return found


def rule_of(row: Any) -> Rule:
    """Return a rule as nodes know it: protocols by their numbers, ICMP as its version's."""
    prefix = row.remote_prefix
    return Rule(
        direction=Direction(row.direction),
        version=_VERSIONS[row.ethertype],
        protocol=rule_terms.protocol_number(row.protocol, row.ethertype),
        first=row.port_min,
        last=row.port_max,
        remote_prefix=None if prefix is None else str(ip_network(prefix, strict=False)),
        remote_group=row.remote_group_id,
    )


def _members(session: Session, group_ids: Collection[str]) -> dict[str, Group]:
    """Return groups with the addresses of the ports in them, of servers or of others."""
    found: dict[str, set[str]] = {group_id: set() for group_id in group_ids}
    addresses = (
        select(PortGroupRow.group_id, AddressRow.ip)
        .join(AddressRow, AddressRow.port_id == PortGroupRow.port_id)
        .where(among(PortGroupRow.group_id, group_ids))
    )
    for group_id, ip in session.execute(addresses):
        found[group_id].add(str(ip_network(ip)))
    pairs = (
        select(PortGroupRow.group_id, PortRow.address_pairs)
        .join(PortRow, PortRow.id == PortGroupRow.port_id)
        .where(among(PortGroupRow.group_id, group_ids))
    )
    for group_id, some in session.execute(pairs):
        found[group_id].update(str(ip_network(source)) for _, source in some)
    return {
        group_id: Group(group_id, tuple(sorted(prefixes))) for group_id, prefixes in found.items()
    }
