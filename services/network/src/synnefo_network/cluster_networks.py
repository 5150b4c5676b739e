# SPDX-License-Identifier: Apache-2.0
"""What a network is in a cluster: its name, range, mode and link there.

A cluster's network has one range of IPv4, of /16 to /30. That of a network without such a subnet is one
that nobody has; cards with addresses elsewhere are on its bridge without being on it in the cluster.
"""

from __future__ import annotations

from collections.abc import Iterable
from ipaddress import IPv4Network, ip_address, ip_network

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.cloud import Cloud
from synnefo_core.contracts.networks import NetworkSpec
from synnefo_network.devices import OWN
from synnefo_network.models import AddressRow, NetworkRow, PortRow, SubnetRow

NOBODYS = "192.0.2.0/29"
"""The range of networks that have none of their own: kept for documentation (RFC 5737)."""
_LARGEST, _SMALLEST = 16, 30

OWN_TAG = "synnefo:network:"


def prefix(cloud: Cloud) -> str:
    """Return how the names of all our networks begin in clusters."""
    return str(cloud.config.network.cluster_prefix)


def name_of(cloud: Cloud, network_id: str) -> str:
    """Return what a network is called in clusters."""
    return f"{prefix(cloud)}{network_id}"


def id_of(cloud: Cloud, name: str) -> str:
    """Return the id of the network that a name tells; empty if it is not one of ours."""
    begin = prefix(cloud)
    return name.removeprefix(begin) if name.startswith(begin) else ""


def spec_of(cloud: Cloud, session: Session, network: NetworkRow) -> NetworkSpec:
    """Return a network as a cluster is asked for it."""
    subnets = _subnets(session, network.id)
    four = next((row for row in subnets if _fits(row)), None)
    six = next((row for row in subnets if row.ip_version == 6), None)
    cidr = four.cidr if four else NOBODYS
    return NetworkSpec(
        name=name_of(cloud, network.id),
        cidr=cidr,
        gateway=_gateway(four),
        cidr6=six.cidr if six else "",
        gateway6=_gateway(six) or "",
        mac_prefix=network.mac_prefix,
        mode=network.mode,
        link=network.link,
        tags=(f"{OWN_TAG}{network.id}", f"synnefo:type:{network.kind}"),
        reserved=tuple(own_addresses(session, network.id, cidr)),
    )


def own_addresses(session: Session, network_id: str, cidr: str) -> list[str]:
    """Return the addresses of a range that the cloud itself has on a network, in order.

    They are of routers, of floating IPs, and what operators keep: no card has them.
    """
    query = (
        select(AddressRow.ip)
        .join(PortRow, PortRow.id == AddressRow.port_id)
        .where(PortRow.network_id == network_id, PortRow.device_owner.startswith(OWN))
    )
    return sorted(inside(session.scalars(query), cidr), key=ip_address)


def inside(addresses: Iterable[str], cidr: str) -> list[str]:
    """Return those of some addresses that cards may have on a range: not its ends."""
    whole = IPv4Network(cidr)
    ends = whole[0], whole[-1]
    return [each for each in addresses if (one := ip_address(each)) in whole and one not in ends]


def _subnets(session: Session, network_id: str) -> list[SubnetRow]:
    query = select(SubnetRow).where(SubnetRow.network_id == network_id)
    return list(session.scalars(query.order_by(SubnetRow.created_at, SubnetRow.id)))


def _fits(subnet: SubnetRow) -> bool:
    return subnet.ip_version == 4 and _LARGEST <= ip_network(subnet.cidr).prefixlen <= _SMALLEST


def _gateway(subnet: SubnetRow | None) -> str | None:
    """Return the gateway of a subnet if it is one that a cluster takes: a host of the range."""
    if subnet is None or subnet.gateway_ip is None:
        return None
    whole, gateway = ip_network(subnet.cidr), ip_address(subnet.gateway_ip)
    is_host = gateway in whole and gateway not in (whole[0], whole[-1])
    return subnet.gateway_ip if is_host else None
