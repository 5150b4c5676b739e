# SPDX-License-Identifier: Apache-2.0
"""Whether what is taken has somebody who took it, recomputed from all rows.

Nothing here should ever be found: the database's constraints and the order in which rows are
written exclude it. That is why somebody has to look.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address, ip_network
from itertools import combinations

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_network import prefixes, ranges
from synnefo_network.devices import FLOATING_IP, ROUTER_GATEWAY, ROUTER_INTERFACE
from synnefo_network.floating_models import FloatingIpRow
from synnefo_network.forwarding_models import PortForwardingRow
from synnefo_network.models import (
    AddressRow,
    MacPrefixRow,
    NetworkRow,
    PortRow,
    SubnetRow,
    VlanRow,
)
from synnefo_network.pool_models import SubnetPoolRow
from synnefo_network.rbac_models import RbacRow
from synnefo_network.router_models import RouterRow

_AT_ONCE = 5000


@dataclass(frozen=True)
class Leak:
    """Something that is taken and not used, or used and not taken.

    Attributes:
        kind: "address", "port", "floating IP", "MAC prefix", "VLAN", "range", "permission".
        id: Which one.
        problem: What is wrong with it.
        network_id: The network that holds too much or too little of a pool.
    """

    kind: str
    id: str
    problem: str
    network_id: str = ""


def verify_addresses(context: RequestContext) -> list[Leak]:
    """Return all that is wrong, of one moment; reads every address."""
    with context.reading(is_snapshot=True) as session:
        return [leak for check in _CHECKS for leak in check(session)]


def _addresses(session: Session) -> Iterator[Leak]:
    """Yield addresses that are nobody's, outside of their subnet or counted at another place."""
    is_held = select(PortRow.id).where(PortRow.id == AddressRow.port_id).exists()
    query = (
        select(AddressRow.id, AddressRow.ip, AddressRow.position, SubnetRow.cidr, is_held)
        .join(SubnetRow, SubnetRow.id == AddressRow.subnet_id)
        .execution_options(yield_per=_AT_ONCE)
    )
    for address_id, ip, position, cidr, has_port in session.execute(query):
        if not has_port:
            yield Leak("address", address_id, f"{ip} is of no port")
        network, address = ip_network(cidr), ip_address(ip)
        # A router's address may be link-local: the gateway of an IPv6 subnet.
        if address not in network and not address.is_link_local:
            yield Leak("address", address_id, f"{ip} is outside of {cidr}")
        elif position != ranges.position(network, address):
            yield Leak("address", address_id, f"{ip} is not at position {position} of {cidr}")


def _ports(session: Session) -> Iterator[Leak]:
    """Yield ports of routers and floating IPs that are not there or don't know them."""
    owners = {
        FLOATING_IP: select(FloatingIpRow.own_port_id),
        ROUTER_GATEWAY: select(RouterRow.gateway_port_id).where(
            RouterRow.gateway_port_id.is_not(None)
        ),
    }
    for owner, known in owners.items():
        ports = select(PortRow.id).where(PortRow.device_owner == owner, PortRow.id.not_in(known))
        for port_id in session.scalars(ports):
            yield Leak("port", port_id, f"no device has this port of {owner}")
    lost = select(PortRow.id).where(
        PortRow.device_owner == ROUTER_INTERFACE, PortRow.device_id.not_in(select(RouterRow.id))
    )
    for port_id in session.scalars(lost):
        yield Leak("port", port_id, "its router is not there")


def _floating_ips(session: Session) -> Iterator[Leak]:
    """Yield floating IPs without their address, or that mean one that is not there."""
    held = select(AddressRow.id).where(
        AddressRow.port_id == FloatingIpRow.own_port_id, AddressRow.ip == FloatingIpRow.ip
    )
    for found in session.execute(select(FloatingIpRow.id, FloatingIpRow.ip).where(~held.exists())):
        yield Leak("floating IP", found.id, f"{found.ip} is not its port's")
    meant = select(AddressRow.id).where(
        AddressRow.port_id == FloatingIpRow.port_id, AddressRow.ip == FloatingIpRow.fixed_ip
    )
    query = select(FloatingIpRow.id, FloatingIpRow.fixed_ip).where(
        FloatingIpRow.port_id.is_not(None), ~meant.exists()
    )
    for lost in session.execute(query):
        yield Leak("floating IP", lost.id, f"{lost.fixed_ip} is not the port's that it means")
    led = select(AddressRow.id).where(
        AddressRow.port_id == PortForwardingRow.port_id, AddressRow.ip == PortForwardingRow.fixed_ip
    )
    for lost in session.execute(
        select(PortForwardingRow.id, PortForwardingRow.fixed_ip).where(~led.exists())
    ):
        yield Leak("port forwarding", lost.id, f"{lost.fixed_ip} is not the port's that it means")


def _mac_prefixes(session: Session) -> Iterator[Leak]:
    """Yield MAC prefixes without a network, and networks without one."""
    networks = select(NetworkRow.id)
    for row in session.scalars(
        select(MacPrefixRow).where(MacPrefixRow.network_id.not_in(networks))
    ):
        problem = f"network {row.network_id} is not there"
        yield Leak("MAC prefix", str(row.position), problem, row.network_id)
    taken = select(MacPrefixRow.network_id)
    for network in session.scalars(select(NetworkRow).where(NetworkRow.id.not_in(taken))):
        problem = f"network {network.id} has not taken it"
        yield Leak("MAC prefix", network.mac_prefix, problem, network.id)


def _vlans(session: Session) -> Iterator[Leak]:
    """Yield VLANs without the network that has them, and networks without theirs."""
    having = select(NetworkRow.id).where(NetworkRow.segmentation_id == VlanRow.position)
    for row in session.scalars(select(VlanRow).where(VlanRow.network_id.not_in(having))):
        problem = f"network {row.network_id} has not this VLAN"
        yield Leak("VLAN", str(row.position), problem, row.network_id)
    taken = select(VlanRow.network_id)
    lost = NetworkRow.segmentation_id.is_not(None) & NetworkRow.id.not_in(taken)
    for network in session.scalars(select(NetworkRow).where(lost)):
        problem = f"network {network.id} has not taken it"
        yield Leak("VLAN", str(network.segmentation_id), problem, network.id)


def _ranges(session: Session) -> Iterator[Leak]:
    """Yield subnets that were cut twice, or from a pool that has not their range."""
    pools = {row.id: row for row in session.scalars(select(SubnetPoolRow))}
    cut: dict[str, list[tuple[str, ranges.Range]]] = {}
    query = select(SubnetRow.id, SubnetRow.cidr, SubnetRow.pool_id)
    for subnet_id, cidr, pool_id in session.execute(query):
        if pool_id is None:
            continue
        pool = pools.get(pool_id)
        if pool is None or not prefixes.holds(map(ip_network, pool.prefixes), ip_network(cidr)):
            yield Leak("range", subnet_id, f"subnet pool {pool_id} has not {cidr}")
        cut.setdefault(pool_id, []).append((subnet_id, ip_network(cidr)))
    for pool_id, given in cut.items():
        for (subnet_id, one), (_, other) in combinations(given, 2):
            if one.overlaps(other):
                yield Leak("range", subnet_id, f"subnet pool {pool_id} gave {one} and {other}")


def _permissions(session: Session) -> Iterator[Leak]:
    """Yield permissions for networks that are not there."""
    lost = select(RbacRow).where(RbacRow.network_id.not_in(select(NetworkRow.id)))
    for row in session.scalars(lost):
        yield Leak("permission", row.id, f"network {row.network_id} is not there")


_CHECKS: tuple[Callable[[Session], Iterator[Leak]], ...] = (
    _addresses,
    _ports,
    _floating_ips,
    _mac_prefixes,
    _vlans,
    _ranges,
    _permissions,
)
