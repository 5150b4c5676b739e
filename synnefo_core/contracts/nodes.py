# SPDX-License-Identifier: Apache-2.0
"""What a node is told of a port: whose card it is, what it may send and what may reach it.

A document says all that a node needs to know of one port, so nothing has to be asked while the
cloud is away. Every value that is made has been checked: texts in it are identifiers, canonical
addresses and names, so no field can mean more than it says where it is written into a ruleset
or a configuration file. ``docs/decisions/0011-*`` tells how documents travel and when they count.

As JSON a value is an object with the names of its attributes, a tuple a list, an enumeration its
text. A name that is not known is refused: a rule that is not understood must not be passed over.
"""

from __future__ import annotations

import hashlib
import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from synnefo_core.contracts import reading
from synnefo_core.contracts.dhcp import DhcpOption
from synnefo_core.contracts.reading import (
    ID,
    LATER,
    MAC,
    ip_of,
    is_base64,
    network_of,
    require,
)

PURPOSE = "synnefo port document"
"""What documents are signed for."""

DOCUMENT = "node.document"
"""The topic of what is told to all nodes of a cluster, ``{"document": signed}``; with ``.NAME`` after
it to one node. Documents of routers go to one gateway after the other."""
ASK = "node.ask"
"""The topic, with ``.NAME`` after it, of the question which documents a node knows."""
HELLO = "node.hello"
"""The topic under which a node says ``{"node": its name, "documents": how many, "digest": …}`` of
:func:`digest_of`; about ports that are gone it says nothing. A gateway says ``"gateway": true``, and its number
and digest are about ports and routers together; of who is none any more, also about the routers that it still has.
What is not as it should be there is said as ``"problem": text``; without one all is."""
PROBLEM_LENGTH = 500
"""So much of a problem is said, in characters."""
KNOWN = "node.known"
"""The topic of the answer to :data:`ASK`: ``{"node": …, "after": …, "until": …, "known": {port:
version}}``, all between two ports' ids, the second one included; None for no bound. Messages like
this together tell all. A gateway says ``"routers": {router: version}``, too, with ids between the same
bounds; so does who is none any more and still has some."""

TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
WITH_PORTS = frozenset({TCP, UDP, 33, 132, 136})
"""Protocols whose headers begin with a source and a destination port."""

InvalidDocument = reading.InvalidDocument

_LINK = re.compile(r"(?:[0-9A-Za-z][0-9A-Za-z_.-]{0,63})?")
_PATH = re.compile(r"[0-9A-Za-z_.-]+(?:/[0-9A-Za-z_.-]+)*")
_HOST = re.compile(r"[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?")


class Mode(StrEnum):
    """How a card is attached on its node."""

    BRIDGED = "bridged"
    """To a bridge that has no other network's cards."""
    FILTERED = "filtered"
    """To a bridge of many networks, which are kept apart by the first three bytes of their MACs."""
    ROUTED = "routed"
    """To no bridge: the node answers for the world (ARP, ND) and routes by a table per link."""


class Direction(StrEnum):
    """Where a packet goes, seen from the guest."""

    INGRESS = "ingress"
    EGRESS = "egress"


class Ipv6(StrEnum):
    """How guests of an IPv6 subnet get their addresses."""

    NONE = ""
    SLAAC = "slaac"
    STATELESS = "dhcpv6-stateless"
    STATEFUL = "dhcpv6-stateful"


@dataclass(frozen=True)
class Network:
    """The network that a port is on.

    Attributes:
        link: The bridge, or the routing table of a routed one; empty for the node's default.
        vlan: Of the bridge's uplink, 1 to 4094, for those who make bridges; None for untagged.
        mtu: Bytes, 68 to 65535.
        mac_prefix: ``aa:bb:cc``; what keeps filtered networks apart.
    """

    id: str
    mode: Mode
    link: str
    mtu: int
    mac_prefix: str
    vlan: int | None = None

    def __post_init__(self) -> None:
        require(bool(ID.fullmatch(self.id)), "network.id")
        require(bool(_LINK.fullmatch(self.link)), "network.link")
        require(68 <= self.mtu <= 65535, "network.mtu")
        require(self.vlan is None or 1 <= self.vlan <= 4094, "network.vlan")
        require(bool(MAC.fullmatch(f"{self.mac_prefix}:00:00:00")), "network.mac_prefix")


@dataclass(frozen=True)
class Route:
    """A way to a destination (CIDR) that is not the default one."""

    destination: str
    next_hop: str

    def __post_init__(self) -> None:
        network, hop = (
            network_of(self.destination, "route.destination"),
            ip_of(self.next_hop, "route"),
        )
        require(network.version == hop.version, "route.next_hop")


@dataclass(frozen=True)
class Subnet:
    """A range of addresses of which the port has one or more.

    Attributes:
        gateway: The router's address; None for none.
        has_dhcp: Whether guests are told of it at all.
        ra_mode: What router advertisements say, for IPv6; empty when some router of the site says it.
        address_mode: How guests get addresses, for IPv6.
    """

    id: str
    cidr: str
    gateway: str | None = None
    has_dhcp: bool = True
    dns_servers: tuple[str, ...] = ()
    routes: tuple[Route, ...] = ()
    ra_mode: Ipv6 = Ipv6.NONE
    address_mode: Ipv6 = Ipv6.NONE

    def __post_init__(self) -> None:
        require(bool(ID.fullmatch(self.id)), "subnet.id")
        network = network_of(self.cidr, "subnet.cidr")
        if self.gateway is not None:
            gateway = ip_of(self.gateway, "subnet.gateway")
            require(gateway.version == network.version, "subnet.gateway")
        for server in self.dns_servers:
            ip_of(server, "subnet.dns_servers")

    @property
    def version(self) -> int:
        """4 or 6."""
        return ipaddress.ip_network(self.cidr).version


@dataclass(frozen=True)
class Address:
    """An address of the port, and its subnet's id."""

    ip: str
    subnet: str

    def __post_init__(self) -> None:
        ip_of(self.ip, "address.ip")
        require(bool(ID.fullmatch(self.subnet)), "address.subnet")


@dataclass(frozen=True)
class Pair:
    """More addresses (CIDR) that the guest may send from, with the MAC it does so by."""

    prefix: str
    mac: str

    def __post_init__(self) -> None:
        network_of(self.prefix, "pair.prefix")
        require(bool(MAC.fullmatch(self.mac)), "pair.mac")


@dataclass(frozen=True)
class Group:
    """The addresses (CIDR) of all ports in a security group that rules speak of."""

    id: str
    prefixes: tuple[str, ...]

    def __post_init__(self) -> None:
        require(bool(ID.fullmatch(self.id)), "group.id")
        for prefix in self.prefixes:
            network_of(prefix, "group.prefixes")


@dataclass(frozen=True)
class Rule:
    """What may pass; what no rule lets pass may not, but answers always may.

    Attributes:
        version: 4 or 6.
        protocol: Its number; None for any.
        first, last: Ports of the destination, or type and code of ICMP; None for any.
        remote_prefix: CIDR of the other side; None for any.
        remote_group: Id of a group in the same document, instead; None for any.
    """

    direction: Direction
    version: int
    protocol: int | None = None
    first: int | None = None
    last: int | None = None
    remote_prefix: str | None = None
    remote_group: str | None = None

    def __post_init__(self) -> None:
        require(self.version in (4, 6), "rule.version")
        require(self.protocol is None or 0 <= self.protocol <= 255, "rule.protocol")
        require(self._has_possible_range(), "rule.first")
        if self.remote_prefix is not None:
            remote = network_of(self.remote_prefix, "rule.remote_prefix")
            require(remote.version == self.version, "rule.remote_prefix")
        require(self.remote_prefix is None or self.remote_group is None, "rule.remote_group")

    def _has_possible_range(self) -> bool:
        if self.first is None:
            return self.last is None
        if self.protocol in (ICMP, ICMP6):
            return 0 <= self.first <= 255 and (self.last is None or 0 <= self.last <= 255)
        if self.protocol not in WITH_PORTS or self.last is None:
            return False
        return 0 <= self.first <= self.last <= 65535


@dataclass(frozen=True)
class PortDocument:
    """All that a node is told of a port.

    Attributes:
        port: The port's id, by which its card is named in Ganeti.
        version: Grows with every change; an older one never replaces a newer one.
        expires_at: Seconds since the epoch. A node that has not got it by then takes it no more;
            one that has goes by it until it learns better.
        host_name: The guest's, in DHCP; empty for none.
        is_up: Whether anything may pass at all.
        is_gone: Whether the port was deleted; a node forgets that after the expiry, when no older
            document can come any more.
        is_guarded: Whether source addresses and security groups are looked at.
        metadata: The files that the guest finds at http://169.254.169.254: contents in base64, by
            path without a slash at the beginning ("openstack/latest/meta_data.json").
        dhcp_options: What the guest is told instead of what its subnets say, or besides.
    """

    port: str
    version: int
    expires_at: float
    network: Network
    mac: str
    addresses: tuple[Address, ...] = ()
    subnets: tuple[Subnet, ...] = ()
    pairs: tuple[Pair, ...] = ()
    rules: tuple[Rule, ...] = ()
    groups: tuple[Group, ...] = ()
    host_name: str = ""
    is_up: bool = True
    is_gone: bool = False
    is_guarded: bool = True
    metadata: Mapping[str, str] = field(default_factory=dict, repr=False)
    dhcp_options: tuple[DhcpOption, ...] = field(default=(), metadata=LATER)

    def __post_init__(self) -> None:
        require(bool(ID.fullmatch(self.port)), "port")
        require(self.version >= 0, "version")
        require(bool(MAC.fullmatch(self.mac)) and not int(self.mac[1], 16) & 1, "mac")
        require(not self.host_name or bool(_HOST.fullmatch(self.host_name)), "host_name")
        for path, content in self.metadata.items():
            require(bool(_PATH.fullmatch(path)) and is_base64(content), "metadata")
        subnets = {subnet.id: ipaddress.ip_network(subnet.cidr) for subnet in self.subnets}
        for address in self.addresses:
            network = subnets.get(address.subnet)
            is_inside = network is not None and ipaddress.ip_address(address.ip) in network
            require(is_inside, "addresses")
        groups = {group.id for group in self.groups}
        for rule in self.rules:
            require(rule.remote_group is None or rule.remote_group in groups, "rules")

    def to_json(self) -> str:
        """Return it as text, the same for the same document."""
        return reading.to_json(self)

    @classmethod
    def from_json(cls, text: str) -> PortDocument:
        """Read what :meth:`to_json` wrote.

        Raises:
            InvalidDocument: It is none, or one of another format.
        """
        return reading.from_json(cls, text)


def digest_of(known: Mapping[str, int]) -> str:
    """Return a text that is the same for those who know the same versions of the same things."""
    lines = "".join(f"{port} {version}\n" for port, version in sorted(known.items()))
    return hashlib.sha256(lines.encode()).hexdigest()
