# SPDX-License-Identifier: Apache-2.0
"""Join a card's interface to its bridge, or have the node route for it."""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from synnefo_core.contracts.nodes import PortDocument
from synnefo_node_ganeti.net.programs import ProgramFailed, ip, run
from synnefo_node_ganeti.net.tables import GUESTS

_SYSCTL = Path("/proc/sys")
_INTERFACES = Path("/sys/class/net")

# Bridged packets are led through the IP layer only where this is on.
_FOR_BRIDGES = ("net/bridge/bridge-nf-call-iptables", "net/bridge/bridge-nf-call-ip6tables")


def is_there(interface: str) -> bool:
    """Whether there is such an interface."""
    return (_INTERFACES / interface).exists()


def to_group(interface: str) -> None:
    """Have rules know an interface for a guest's, whatever else they know of it."""
    if (_INTERFACES / interface / "netdev_group").read_text().strip() != str(GUESTS):
        ip(f"link set {interface} group {GUESTS}")


def require_connections_on_bridges() -> None:
    """Have the kernel look at bridged packets as at routed ones.

    Raises:
        ProgramFailed: It can't: its module is not loaded.
    """
    try:
        for name in _FOR_BRIDGES:
            _set(name, "1")
    except OSError as cause:
        raise ProgramFailed(f"the module br_netfilter is not loaded: {cause}") from cause


def to_bridge(tap: str, document: PortDocument, bridge: str) -> None:
    """Make an interface a port of a bridge."""
    to_group(tap)
    # The highest address: a bridge takes the lowest of its ports' for its own.
    ip(f"link set {tap} address fe{document.mac[2:]}")
    ip(f"link set {tap} mtu {document.network.mtu}")
    # With an address of the node's own here it would be a neighbour of the guest.
    _set(f"net/ipv6/conf/{tap}/disable_ipv6", "1")
    ip(f"link set {tap} master {bridge} up")


def router_to_bridge(interface: str, bridge: str) -> None:
    """Make the interface behind which a router's card is a port of a bridge."""
    _set(f"net/ipv6/conf/{interface}/disable_ipv6", "1")
    ip(f"link set {interface} group {GUESTS} master {bridge} up")


def bridge_of(interface: str) -> str:
    """Return what an interface is a port of; empty if it is of none, or not there."""
    try:
        return (_INTERFACES / interface / "master").readlink().name
    except FileNotFoundError:
        return ""


_TABLES = 29550 << 16
"""Where the numbers of tables that only this node has begin; the network's zone is added."""


def table_of(link: str, zone: int) -> str:
    """Return the routing table that a link names: by a number or a name that this node knows.

    Any other name stands for a table of the network's own on this node. Empty for the main table.
    """
    try:
        if link:
            ip(f"rule show table {link}")
    except ProgramFailed:  # not in rt_tables
        return str(_TABLES + zone)
    return link


def to_table(tap: str, document: PortDocument, table: str) -> None:
    """Route for an interface, by a table, and answer on it for the whole world."""
    to_group(tap)
    ip(f"link set {tap} mtu {document.network.mtu} up")
    for name in ("proxy_arp", "forwarding"):
        _set(f"net/ipv4/conf/{tap}/{name}", "1")
    for name in ("proxy_ndp", "forwarding"):
        _set(f"net/ipv6/conf/{tap}/{name}", "1")
    for version in (4, 6):
        # Nobody else could answer, so there is nothing to wait for.
        _set(f"net/ipv{version}/neigh/{tap}/proxy_delay", "0")
    in_table = f"table {table}" if table else ""
    for family, address in _addresses(document):
        ip(f"-{family} route replace {address} dev {tap} proto static {in_table}")
    for subnet in document.subnets:
        if subnet.version == 6 and subnet.gateway is not None:
            ip(f"-6 neighbour replace proxy {subnet.gateway} dev {tap}")
    for words in _beyond(tap, document, table):
        if words[1] == "rule":
            _run_away(words)
            run(["ip", words[0], "rule", "add", *words[3:]])
        else:
            run(["ip", words[0], "neighbour", "replace", *words[3:]])


def undo_of_table(tap: str, document: PortDocument, table: str) -> tuple[tuple[str, ...], ...]:
    """Return what takes away what :func:`to_table` makes beyond the interface itself."""
    return tuple(_beyond(tap, document, table))


def undo(steps: Iterable[tuple[str, ...]]) -> None:
    """Take away what is there of it."""
    for words in steps:
        _run_away(words)


def _beyond(tap: str, document: PortDocument, table: str) -> Iterable[tuple[str, ...]]:
    if table:
        for family in ("-4", "-6"):
            yield (family, "rule", "del", "iif", tap, "table", table)
    uplinks = {version: _uplink(version, table) for version in (4, 6)}
    for version, address in _addresses(document):
        uplink = uplinks[version]
        if uplink:
            yield (f"-{version}", "neighbour", "del", "proxy", address, "dev", uplink)


def _run_away(words: Iterable[str]) -> None:
    with suppress(ProgramFailed):  # not there
        run(["ip", *words])


def _uplink(version: int, table: str) -> str:
    """Return the interface of a table's default route; empty without one."""
    in_table = f"table {table}" if table else ""
    try:
        routes = json.loads(ip(f"-{version} -json route show default {in_table}") or "[]")
    except ProgramFailed:  # no route was ever put in it
        return ""
    return next((str(route["dev"]) for route in routes if "dev" in route), "")


def _addresses(document: PortDocument) -> Iterable[tuple[int, str]]:
    versions = {subnet.id: subnet.version for subnet in document.subnets}
    for address in document.addresses:
        yield versions[address.subnet], address.ip


def _set(name: str, value: str) -> None:
    (_SYSCTL / name).write_text(value)
