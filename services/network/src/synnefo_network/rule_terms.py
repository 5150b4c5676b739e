# SPDX-License-Identifier: Apache-2.0
"""What a rule of a security group may say, and when two say the same.

Source: OpenStack Networking API v2.0, "Security group rules"; protocol numbers: IANA.
"""

from __future__ import annotations

from dataclasses import dataclass
from ipaddress import ip_network

from synnefo_core.errors import InvalidField
from synnefo_network.values import SecurityRuleSpec

PROTOCOLS = {
    "ip": 0,
    "hopopt": 0,
    "icmp": 1,
    "igmp": 2,
    "ipip": 4,
    "tcp": 6,
    "egp": 8,
    "udp": 17,
    "dccp": 33,
    "ipv6-encap": 41,
    "ipv6-route": 43,
    "ipv6-frag": 44,
    "rsvp": 46,
    "gre": 47,
    "esp": 50,
    "ah": 51,
    "icmpv6": 58,
    "ipv6-icmp": 58,
    "ipv6-nonxt": 59,
    "ipv6-opts": 60,
    "ospf": 89,
    "vrrp": 112,
    "pgm": 113,
    "sctp": 132,
    "udplite": 136,
}
"""Numbers of the protocols that have a name."""

_ICMP, _ICMP_SIX = 1, 58
_WITH_PORTS = frozenset(PROTOCOLS[name] for name in ("tcp", "udp", "dccp", "sctp", "udplite"))
_ONLY_SIX = frozenset(n for name, n in PROTOCOLS.items() if name.startswith("ipv6-"))
_MOST_OF_PROTOCOL, _MOST_OF_PORT, _MOST_OF_ICMP = 255, 65535, 255
_MOST_DIGITS = 3


@dataclass(frozen=True)
class Terms:
    """What a rule allows, in one form for all ways to say it.

    Attributes:
        protocol: The number, None for each.
        prefix: The range of remote addresses, None for each.
    """

    direction: str
    ethertype: str
    protocol: int | None
    port_min: int | None
    port_max: int | None
    remote_group_id: str | None
    prefix: str | None

    def meaning(self) -> str:
        """Return a text that is the same for two rules that allow the same."""
        parts = (
            self.direction,
            self.ethertype,
            self.protocol,
            self.port_min,
            self.port_max,
            self.remote_group_id,
            self.prefix,
        )
        return " ".join("*" if part is None else str(part) for part in parts)


def check(spec: SecurityRuleSpec) -> Terms:
    """Return what a rule allows.

    Raises:
        InvalidField: It makes no sense.
    """
    protocol = protocol_number(spec.protocol, spec.ethertype)
    for port in (spec.port_min, spec.port_max):
        if port is not None and not 0 <= port <= _MOST_OF_PORT:
            raise InvalidField("port_range", f"Invalid value for port {port}")
    if spec.port_min is not None or spec.port_max is not None:
        _require_range(spec, protocol)
    if spec.remote_group_id is not None and spec.remote_prefix is not None:
        problem = "only one of remote_ip_prefix and remote_group_id may be given"
        raise InvalidField("remote_ip_prefix", problem)
    return Terms(
        direction=spec.direction,
        ethertype=spec.ethertype,
        protocol=protocol,
        port_min=spec.port_min,
        port_max=spec.port_max,
        remote_group_id=spec.remote_group_id,
        prefix=None if spec.remote_prefix is None else _prefix(spec, spec.remote_prefix),
    )


def protocol_number(text: str | None, ethertype: str) -> int | None:
    """Return the number of a protocol that is given by its name or number; None for each.

    Raises:
        InvalidField: There is none, or it is not of the IP version.
    """
    if text is None:
        return None
    number = PROTOCOLS.get(text)
    # int() would take blanks, signs and digits of other scripts.
    if number is None and text.isascii() and text.isdigit() and len(text) <= _MOST_DIGITS:
        number = int(text)
    if number is None or number > _MOST_OF_PROTOCOL:
        problem = f"{text!r} is neither a protocol's name nor a number from 0 to 255"
        raise InvalidField("protocol", problem)
    if number in _ONLY_SIX and ethertype == "IPv4":
        raise InvalidField("ethertype", f"{text} is not of IPv4")
    # Both names of ICMP mean the one of the rule's own version.
    return _ICMP_SIX if number == _ICMP and ethertype == "IPv6" else number


def _require_range(spec: SecurityRuleSpec, protocol: int | None) -> None:
    """Refuse ports, or types and codes, that the protocol does not have."""
    if protocol is None:
        raise InvalidField("protocol", "must be given when ports are")
    if protocol in (_ICMP, _ICMP_SIX):
        _require_icmp(spec)
    elif protocol not in _WITH_PORTS:
        raise InvalidField("port_range", f"protocol {spec.protocol} has no ports")
    elif spec.port_min == 0 or spec.port_max == 0:
        raise InvalidField("port_range", "Invalid value for port 0")
    elif spec.port_min is None or spec.port_max is None or spec.port_min > spec.port_max:
        problem = "For TCP/UDP protocols, port_range_min must be <= port_range_max"
        raise InvalidField("port_range", problem)


def _require_icmp(spec: SecurityRuleSpec) -> None:
    for field, value in (("type", spec.port_min), ("code", spec.port_max)):
        if value is not None and value > _MOST_OF_ICMP:
            problem = f"Invalid value for ICMP {field}: {value}, it must be 0 to 255"
            raise InvalidField("port_range", problem)
    if spec.port_min is None:
        problem = f"ICMP type (port-range-min) is missing beside the code {spec.port_max}"
        raise InvalidField("port_range", problem)


def _prefix(spec: SecurityRuleSpec, text: str) -> str:
    try:
        network = ip_network(text, strict=False)
    except ValueError as cause:
        raise InvalidField("remote_ip_prefix", f"{text!r} is not a range of addresses") from cause
    if spec.ethertype != f"IPv{network.version}" or "%" in text:
        raise InvalidField("remote_ip_prefix", f"{text} is not of {spec.ethertype}")
    return str(network)
