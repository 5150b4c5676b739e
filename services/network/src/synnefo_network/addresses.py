# SPDX-License-Identifier: Apache-2.0
"""Which port has which address: rows of ``network_address``, and nothing else."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from ipaddress import ip_network
from typing import Any

from sqlalchemy import delete, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from synnefo_core.db.among import among
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, InvalidField, NotFound
from synnefo_network import claims, ranges
from synnefo_network.devices import OWN
from synnefo_network.errors import AddressInUse, AddressOutside, NoAddressLeft
from synnefo_network.models import AddressRow, PortRow, SubnetRow
from synnefo_network.values import FixedIp, FixedIpRequest

_FAMILIES = (4, 6)
_PROPOSED = 4
"""Of a subnet whose addresses are half taken, one of sixteen new ports finds none of them free."""

AUTOMATIC_MODES = frozenset({"slaac", "dhcpv6-stateless"})
"""Address modes in which the address follows from the prefix and the MAC."""


def is_automatic(subnet: SubnetRow) -> bool:
    """Return whether ports choose their own addresses on a subnet."""
    return subnet.ipv6_address_mode in AUTOMATIC_MODES


@dataclass(frozen=True)
class Proposal:
    """An address that a new port may get at once, if nobody has it.

    Attributes:
        fixed: The address.
        values: Its row.
        key: What is claimed with it.
    """

    fixed: FixedIp
    values: Mapping[str, Any]
    key: str


def propose(subnets: Sequence[SubnetRow], port_id: str) -> list[Proposal]:
    """Return some addresses of one subnet at random for a port that wants any."""
    for subnet in subnets:
        network = ip_network(subnet.cidr)
        drawn = [] if is_automatic(subnet) else claims.some_of(_spans(subnet, network), _PROPOSED)
        if drawn:
            first = network.network_address
            return [_proposal(subnet, network, first + each, port_id) for each in drawn]
    return []


def _proposal(
    subnet: SubnetRow, network: ranges.Range, address: ranges.Address, port_id: str
) -> Proposal:
    values = {
        "id": new_id(),
        "subnet_id": subnet.id,
        "port_id": port_id,
        "ip": str(address),
        "position": ranges.position(network, address),
    }
    fixed = FixedIp(subnet.id, str(address), subnet.ip_version)
    return Proposal(fixed, values, f"{subnet.id} {address}")


def _spans(subnet: SubnetRow, network: ranges.Range) -> list[claims.Span]:
    """Return the pools of a subnet as positions."""
    return ranges.spans(network, [(first, last) for first, last in subnet.pools])


class Assignment:
    """Giving addresses to one port, inside the unit of work that makes or changes it."""

    def __init__(self, session: Session, port: Any, subnets: Sequence[SubnetRow]) -> None:
        """Work for a port whose row is there already, with all subnets of its network."""
        self._session, self._port, self._subnets = session, port, subnets

    def give_any(self, had: FixedIp | None = None) -> list[FixedIp]:
        """Give the port an address of each version, as far as there are subnets; one it may have.

        Raises:
            NoAddressLeft: All pools of a version are used up.
        """
        given = [self._give_automatic(subnet) for subnet in self._subnets if is_automatic(subnet)]
        if had is not None:
            given.append(had)
        for version in (each for each in _FAMILIES if had is None or each != had.version):
            subnets = [s for s in self._subnets if s.ip_version == version and not is_automatic(s)]
            if subnets:
                given.append(self._give_of(subnets))
        return sorted(given, key=lambda fixed: fixed.version)

    def give(self, requests: Sequence[FixedIpRequest]) -> list[FixedIp]:
        """Give the port what was asked for.

        Raises:
            AddressInUse: Another port has an address.
            AddressOutside: An address is in no subnet of the network.
            NoAddressLeft: A subnet has none left.
            NotFound: A subnet is not one of the network's.
        """
        # What names its address first: a random one of the same request must not take it.
        ordered = sorted(requests, key=lambda request: request.ip is None)
        return [self._give_one(request) for request in ordered]

    def give_gateway(self, subnet: SubnetRow) -> FixedIp:
        """Give the port, a router's, the address of a subnet's gateway, which it must have.

        Raises:
            AddressInUse: Another port has it.
        """
        gateway = ranges.parse_address(subnet.gateway_ip or "", field="gateway_ip")
        if not self._take(subnet, ip_network(subnet.cidr), gateway):
            raise AddressInUse(str(gateway))
        return FixedIp(subnet.id, str(gateway), subnet.ip_version)

    def _give_one(self, request: FixedIpRequest) -> FixedIp:
        subnet = self._subnet(request)
        if request.ip is not None:
            return self._give_exact(subnet, request.ip)
        return self._give_automatic(subnet) if is_automatic(subnet) else self._give_of([subnet])

    def _subnet(self, request: FixedIpRequest) -> SubnetRow:
        if request.subnet_id is not None:
            for subnet in self._subnets:
                if subnet.id == request.subnet_id:
                    return subnet
            raise NotFound("subnet", request.subnet_id)
        if request.ip is None:
            raise InvalidField("fixed_ips", "an entry names a subnet_id, an ip_address or both")
        address = ranges.parse_address(request.ip, field="fixed_ips")
        for subnet in self._subnets:
            if address in ip_network(subnet.cidr):
                return subnet
        raise AddressOutside(request.ip)

    def _give_exact(self, subnet: SubnetRow, ip: str) -> FixedIp:
        network = ip_network(subnet.cidr)
        address = ranges.parse_address(ip, field="fixed_ips")
        if not ranges.is_host(network, address):
            raise AddressOutside(ip)
        if is_automatic(subnet) and address != ranges.eui64(network, self._port.mac):
            problem = f"on subnet {subnet.id} the address follows from the MAC address"
            raise InvalidField("fixed_ips", problem)
        if not self._take(subnet, network, address):
            raise AddressInUse(str(address))
        return FixedIp(subnet.id, str(address), subnet.ip_version)

    def _give_automatic(self, subnet: SubnetRow) -> FixedIp:
        address = ranges.eui64(ip_network(subnet.cidr), self._port.mac)
        return self._give_exact(subnet, str(address))

    def _give_of(self, subnets: Sequence[SubnetRow]) -> FixedIp:
        """Give an address from the pools of the first subnet that has one left."""
        for subnet in subnets:
            network = ip_network(subnet.cidr)
            drawn = claims.draw(
                _spans(subnet, network),
                claims.Book(self._session, AddressRow, {"subnet_id": subnet.id}),
                partial(self._take_position, subnet, network),
            )
            if drawn is not None:
                address = network.network_address + drawn
                return FixedIp(subnet.id, str(address), subnet.ip_version)
        raise NoAddressLeft(self._port.network_id)

    def _take_position(self, subnet: SubnetRow, network: ranges.Range, position: int) -> bool:
        return self._take(subnet, network, network.network_address + position)

    def _take(self, subnet: SubnetRow, network: ranges.Range, address: ranges.Address) -> bool:
        wanted = _proposal(subnet, network, address, self._port.id)
        try:
            return claims.claim(self._session, AddressRow, wanted.values, key=wanted.key)
        except IntegrityError as cause:
            raise Conflict(f"subnet {subnet.id} was deleted meanwhile") from cause


def of_ports(session: Session, port_ids: Iterable[str]) -> Mapping[str, list[FixedIp]]:
    """Return the addresses of many ports in one query, IPv4 first."""
    found: dict[str, list[FixedIp]] = {}
    query = (
        select(AddressRow.port_id, AddressRow.subnet_id, AddressRow.ip, SubnetRow.ip_version)
        .join(SubnetRow, SubnetRow.id == AddressRow.subnet_id)
        .where(among(AddressRow.port_id, list(port_ids)))
        .order_by(SubnetRow.ip_version, AddressRow.ip)
    )
    for port_id, subnet_id, ip, version in session.execute(query):
        found.setdefault(port_id, []).append(FixedIp(subnet_id, ip, version))
    return found


def release(session: Session, port_ids: Sequence[str]) -> None:
    """Free every address of some ports."""
    session.execute(delete(AddressRow).where(AddressRow.port_id.in_(port_ids)))


def release_some(session: Session, port_id: str, given: Iterable[FixedIp]) -> None:
    """Free these addresses of a port."""
    for fixed in given:
        session.execute(
            delete(AddressRow).where(
                AddressRow.port_id == port_id,
                AddressRow.subnet_id == fixed.subnet_id,
                AddressRow.ip == fixed.ip,
            )
        )


def give_automatic(session: Session, subnet: SubnetRow, *, now: float) -> None:
    """Give the ports that a network has already their addresses on a new automatic subnet."""
    network = ip_network(subnet.cidr)
    theirs = PortRow.network_id == subnet.network_id, ~PortRow.device_owner.startswith(OWN)
    rows = [
        {
            "id": new_id(),
            "subnet_id": subnet.id,
            "port_id": port_id,
            "ip": str(address := ranges.eui64(network, mac)),
            "position": ranges.position(network, address),
        }
        for port_id, mac in session.execute(select(PortRow.id, PortRow.mac).where(*theirs))
    ]
    if not rows:
        return
    session.execute(insert(AddressRow), rows)
    changed = update(PortRow).where(*theirs)
    session.execute(changed.values(revision=PortRow.revision + 1, updated_at=now))


def release_automatic(session: Session, subnet_id: str) -> None:
    """Free the addresses that cards gave themselves on a subnet, but for the cloud's own."""
    own = select(PortRow.id).where(PortRow.device_owner.startswith(OWN))
    theirs = AddressRow.subnet_id == subnet_id, AddressRow.port_id.not_in(own)
    session.execute(delete(AddressRow).where(*theirs))
