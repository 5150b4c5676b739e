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

import base64
import ipaddress
import json
import re
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, TypeVar, get_args, get_origin, get_type_hints

FORMAT = 1

TCP, UDP, ICMP, ICMP6 = 6, 17, 1, 58
WITH_PORTS = frozenset({TCP, UDP, 33, 132, 136})
"""Protocols whose headers begin with a source and a destination port."""

_ID = re.compile(r"[0-9A-Za-z](?:[0-9A-Za-z-]{0,62}[0-9A-Za-z])?")
_MAC = re.compile(r"[0-9a-f]{2}(?::[0-9a-f]{2}){5}")
_LINK = re.compile(r"(?:[0-9A-Za-z][0-9A-Za-z_.-]{0,14})?")
_PATH = re.compile(r"[0-9A-Za-z_.-]+(?:/[0-9A-Za-z_.-]+)*")
_HOST = re.compile(r"[0-9a-z](?:[0-9a-z-]{0,61}[0-9a-z])?")


class InvalidDocument(ValueError):
    """A document says what can't be; the message names the attribute and never the content."""


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
        _require(bool(_ID.fullmatch(self.id)), "network.id")
        _require(bool(_LINK.fullmatch(self.link)), "network.link")
        _require(68 <= self.mtu <= 65535, "network.mtu")
        _require(self.vlan is None or 1 <= self.vlan <= 4094, "network.vlan")
        _require(bool(_MAC.fullmatch(f"{self.mac_prefix}:00:00:00")), "network.mac_prefix")


@dataclass(frozen=True)
class Route:
    """A way to a destination (CIDR) that is not the default one."""

    destination: str
    next_hop: str

    def __post_init__(self) -> None:
        network, hop = _network(self.destination, "route.destination"), _ip(self.next_hop, "route")
        _require(network.version == hop.version, "route.next_hop")


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
        _require(bool(_ID.fullmatch(self.id)), "subnet.id")
        network = _network(self.cidr, "subnet.cidr")
        if self.gateway is not None:
            gateway = _ip(self.gateway, "subnet.gateway")
            _require(gateway.version == network.version, "subnet.gateway")
        for server in self.dns_servers:
            _ip(server, "subnet.dns_servers")

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
        _ip(self.ip, "address.ip")
        _require(bool(_ID.fullmatch(self.subnet)), "address.subnet")


@dataclass(frozen=True)
class Pair:
    """More addresses (CIDR) that the guest may send from, with the MAC it does so by."""

    prefix: str
    mac: str

    def __post_init__(self) -> None:
        _network(self.prefix, "pair.prefix")
        _require(bool(_MAC.fullmatch(self.mac)), "pair.mac")


@dataclass(frozen=True)
class Group:
    """The addresses (CIDR) of all ports in a security group that rules speak of."""

    id: str
    prefixes: tuple[str, ...]

    def __post_init__(self) -> None:
        _require(bool(_ID.fullmatch(self.id)), "group.id")
        for prefix in self.prefixes:
            _network(prefix, "group.prefixes")


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
        _require(self.version in (4, 6), "rule.version")
        _require(self.protocol is None or 0 <= self.protocol <= 255, "rule.protocol")
        _require(self._has_possible_range(), "rule.first")
        if self.remote_prefix is not None:
            remote = _network(self.remote_prefix, "rule.remote_prefix")
            _require(remote.version == self.version, "rule.remote_prefix")
        _require(self.remote_prefix is None or self.remote_group is None, "rule.remote_group")

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

    def __post_init__(self) -> None:
        _require(bool(_ID.fullmatch(self.port)), "port")
        _require(self.version >= 0, "version")
        _require(bool(_MAC.fullmatch(self.mac)) and not int(self.mac[1], 16) & 1, "mac")
        _require(not self.host_name or bool(_HOST.fullmatch(self.host_name)), "host_name")
        for path, content in self.metadata.items():
            _require(bool(_PATH.fullmatch(path)) and _is_base64(content), "metadata")
        subnets = {subnet.id: ipaddress.ip_network(subnet.cidr) for subnet in self.subnets}
        for address in self.addresses:
            network = subnets.get(address.subnet)
            is_inside = network is not None and ipaddress.ip_address(address.ip) in network
            _require(is_inside, "addresses")
        groups = {group.id for group in self.groups}
        for rule in self.rules:
            _require(rule.remote_group is None or rule.remote_group in groups, "rules")

    def to_json(self) -> str:
        """Return it as text, the same for the same document."""
        return json.dumps({"format": FORMAT, **asdict(self)}, sort_keys=True, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> PortDocument:
        """Read what :meth:`to_json` wrote.

        Raises:
            InvalidDocument: It is none, or one of another format.
        """
        try:
            content = json.loads(text)
        except (ValueError, RecursionError):
            raise InvalidDocument("no JSON") from None
        if not isinstance(content, dict) or content.pop("format", None) != FORMAT:
            raise InvalidDocument("format")
        return _read(cls, content, "document")


_Value = TypeVar("_Value")
_Json = Any  # what json.loads returns


def _read(kind: Callable[..., _Value], content: _Json, name: str) -> _Value:
    """Make a dataclass of a JSON object."""
    _require(isinstance(content, dict), name)
    kinds = _kinds(kind)
    _require(content.keys() <= kinds.keys(), name)
    try:
        return kind(**{key: _convert(kinds[key], value, key) for key, value in content.items()})
    except TypeError:  # something that has no default is not there
        raise InvalidDocument(name) from None


@cache
def _kinds(kind: Callable[..., object]) -> dict[str, Any]:
    return get_type_hints(kind)


def _convert(kind: Any, value: _Json, name: str) -> Any:
    """Return a JSON value as one of a type."""
    if get_origin(kind) is UnionType:
        return None if value is None else _convert(get_args(kind)[0], value, name)
    if get_origin(kind) is tuple:
        _require(isinstance(value, list), name)
        return tuple(_convert(get_args(kind)[0], each, name) for each in value)
    if get_origin(kind) is Mapping:
        _require(isinstance(value, dict), name)
        return {key: _convert(str, each, name) for key, each in value.items()}
    if kind is float:
        _require(type(value) in (int, float), name)
        return float(value)
    if kind in (str, int, bool):
        _require(type(value) is kind, name)
        return value
    if issubclass(kind, StrEnum):
        _require(value in list(kind), name)
        return kind(value)
    return _read(kind, value, name)


def _is_base64(text: str) -> bool:
    try:
        base64.b64decode(text, validate=True)
    except ValueError:
        return False
    return True


def _require(is_so: bool, name: str) -> None:
    if not is_so:
        raise InvalidDocument(name)


def _ip(text: str, name: str) -> ipaddress.IPv4Address | ipaddress.IPv6Address:
    """Read an address in its canonical form, without a zone."""
    try:
        address = ipaddress.ip_address(text)
    except ValueError:
        raise InvalidDocument(name) from None
    _require(str(address) == text and "%" not in text, name)
    return address


def _network(text: str, name: str) -> ipaddress.IPv4Network | ipaddress.IPv6Network:
    """Read a CIDR in its canonical form."""
    try:
        network = ipaddress.ip_network(text)
    except ValueError:
        raise InvalidDocument(name) from None
    _require(str(network) == text, name)
    return network
