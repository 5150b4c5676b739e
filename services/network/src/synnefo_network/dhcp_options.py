# SPDX-License-Identifier: Apache-2.0
"""DHCP options of single ports: by names or numbers, as they are said and as nodes are told them.

Names are those of dnsmasq, which are what clients of Neutron say.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from ipaddress import ip_address, ip_network
from typing import Any

from synnefo_core.contracts.dhcp import KINDS, DhcpOption, Kind
from synnefo_core.contracts.nodes import InvalidDocument
from synnefo_core.errors import InvalidField
from synnefo_network.values import DhcpOptionChange, ExtraDhcpOption

MOST = 20
"""So many a port has."""

_NAMES: Mapping[tuple[int, str], int] = {
    (4, "router"): 3,
    (4, "dns-server"): 6,
    (4, "log-server"): 7,
    (4, "lpr-server"): 9,
    (4, "hostname"): 12,
    (4, "domain-name"): 15,
    (4, "root-path"): 17,
    (4, "mtu"): 26,
    (4, "broadcast"): 28,
    (4, "nis-domain"): 40,
    (4, "nis-server"): 41,
    (4, "ntp-server"): 42,
    (4, "netbios-ns"): 44,
    (4, "netbios-dd"): 45,
    (4, "tftp-server"): 66,
    (4, "bootfile-name"): 67,
    (4, "smtp-server"): 69,
    (4, "pop3-server"): 70,
    (4, "domain-search"): 119,
    (4, "classless-static-route"): 121,
    (4, "tftp-server-address"): 150,
    (6, "sip-server-domain"): 21,
    (6, "sip-server"): 22,
    (6, "dns-server"): 23,
    (6, "domain-search"): 24,
    (6, "nis-server"): 27,
    (6, "sntp-server"): 31,
    (6, "bootfile-url"): 59,
}


def changed(
    options: Iterable[Sequence[Any]], changes: Sequence[DhcpOptionChange]
) -> list[list[Any]]:
    """Return a port's options after changes, as its row has them.

    Args:
        options: ``[IP version, name, value]`` of each.
        changes: The later one of two about the same option counts.

    Raises:
        InvalidField: There is no such option, its value is none, or there are too many.
    """
    found = {(row[0], _number(row[0], row[1])): list(row) for row in options}
    for change in changes:
        # The same one may have been said by its name before and by its number now.
        key = (change.version, _number(change.version, change.name))
        if change.value is None:
            found.pop(key, None)
            continue
        told(ExtraDhcpOption(change.version, change.name, change.value))
        found[key] = [change.version, change.name, change.value]
    if len(found) > MOST:
        raise InvalidField("extra_dhcp_opts", f"a port can have {MOST} at most")
    return [found[key] for key in sorted(found)]


def told(option: ExtraDhcpOption) -> DhcpOption:
    """Return an option as nodes are told of it.

    Raises:
        InvalidField: There is no such option, or its value is none.
    """
    number = _number(option.version, option.name)
    values = tuple(_values(KINDS[option.version, number], option.value))
    try:
        return DhcpOption(option.version, number, values)
    except InvalidDocument as cause:
        problem = f"the value of {option.name} must be: {KINDS[option.version, number].value}"
        raise InvalidField("extra_dhcp_opts", problem) from cause


def _number(version: int, name: str) -> int:
    known = _NAMES.get((version, name))
    is_number = name.isascii() and name.isdecimal() and len(name) <= 3
    number = int(name) if known is None and is_number else known
    if number is None or (version, number) not in KINDS:
        problem = f"guests can be told no option {name} of IPv{version}"
        raise InvalidField("extra_dhcp_opts", problem)
    return number


def _values(kind: Kind, text: str) -> Iterable[str]:
    """Yield the parts of a value, addresses in their canonical form where they are any."""
    if kind in (Kind.TEXT, Kind.NUMBER):
        yield text
        return
    for part in text.split(","):
        value = part.strip()
        try:
            is_range = kind is Kind.ROUTES and "/" in value
            yield str(ip_network(value)) if is_range else str(ip_address(value.strip("[]")))
        except ValueError:
            yield value
