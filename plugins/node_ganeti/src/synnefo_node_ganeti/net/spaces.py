# SPDX-License-Identifier: Apache-2.0
"""Name spaces that are routers. They stay when the daemon ends, and what is in them is asked, not remembered."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

from synnefo_core.contracts.gateways import GatewayDocument
from synnefo_node_ganeti.net import announcing, attaching, routers
from synnefo_node_ganeti.net.programs import ProgramFailed, ip, run
from synnefo_node_ganeti.net.routers import Link

_NAMED = Path("/run/netns")

_SETTINGS = (
    "net.ipv4.ip_forward=1",
    "net.ipv6.conf.all.forwarding=1",
    "net.ipv6.conf.all.accept_ra=0",
    "net.ipv6.conf.default.accept_ra=0",
    # The cloud says who has an address: nobody is asked.
    "net.ipv6.conf.default.accept_dad=0",
    "net.ipv4.conf.all.rp_filter=0",
    "net.ipv4.conf.default.rp_filter=0",
    # A network hears of the addresses in it, and of no others.
    "net.ipv4.conf.all.arp_ignore=1",
    "net.ipv4.conf.all.arp_announce=2",
    "net.ipv4.conf.all.accept_redirects=0",
    "net.ipv4.conf.all.send_redirects=0",
)


class Spaces:
    """Makes name spaces what documents say."""

    def __init__(self) -> None:
        self._put: dict[str, GatewayDocument] = {}

    def keep(self, names: set[str]) -> None:
        """Take all routers away but these."""
        for name in _existing():
            if name not in names:
                self._put.pop(name, None)
                _for_all("delete", name)

    def put(self, document: GatewayDocument) -> None:
        """Have a router be what its document says; connections that it has stay.

        Raises:
            ProgramFailed: The kernel does not want it.
        """
        name = routers.name_space(document.router)
        wanted = routers.links(document)
        if self._put.get(name) == document and _is_joined(name, wanted):
            return
        self._put.pop(name, None)
        _require(name)
        _put_rules(name, document)
        _put_links(name, wanted)
        came = [(link.inner, address) for link in wanted for address in _put_addresses(name, link)]
        for link in wanted:
            _join(name, link)
        for version in (4, 6):
            _put_ways(name, routers.ways(document), version)
        announcing.announce(path(name), came)
        self._put[name] = document


def path(name: str) -> Path:
    """Return the file by which a name space is entered."""
    return _NAMED / name


def _existing() -> list[str]:
    with suppress(FileNotFoundError):
        return [each.name for each in _NAMED.iterdir() if each.name.startswith(routers.PREFIX)]
    return []


def _is_joined(name: str, links: Sequence[Link]) -> bool:
    return (_NAMED / name).exists() and all(map(_has_bridge, links))


def _has_bridge(link: Link) -> bool:
    return attaching.bridge_of(link.outer) == link.leg.network.link


def _require(name: str) -> None:
    """Have a name space, with what all routers have."""
    if name in _existing():
        try:
            ip(f"-n {name} link show lo")
        except ProgramFailed:  # only its name: whoever made it was killed
            _for_all("delete", name)
    if name not in _existing():
        _for_all("add", name)
    _inside(name, ["sysctl", "-qw", *_SETTINGS])
    ip(f"-n {name} link set lo up")


def _put_rules(name: str, document: GatewayDocument) -> None:
    """Change a router's maps and sets at once; make what they are in where it is not there."""
    text = routers.content(document)
    there = [
        each["table"]["name"]
        for each in json.loads(_inside(name, ["nft", "-j", "list", "tables"]))["nftables"]
        if "table" in each
    ]
    if routers.TABLE not in there:
        text = routers.frame() + text
    others = [f"delete table inet {table}\n" for table in there if table != routers.TABLE]
    _inside(name, ["nft", "-f", "-"], text=text + "".join(others))


def _put_links(name: str, wanted: Sequence[Link]) -> None:
    """Have these cables, and no others; one that lies already stays."""
    found = {each["ifname"]: each for each in _said(f"-n {name} -json link show")}
    macs = {link.inner: link.leg.mac for link in wanted}
    for interface, about in found.items():
        if interface != "lo" and macs.get(interface) != about["address"]:
            ip(f"-n {name} link delete {interface}")
            found[interface] = {}
    for link in wanted:
        if not found.get(link.inner):
            _lay(name, link)
        mtu = link.leg.network.mtu
        if found.get(link.inner, {"mtu": mtu}).get("mtu", mtu) != mtu:
            ip(f"link set {link.outer} mtu {mtu}")
            ip(f"-n {name} link set {link.inner} mtu {mtu}")


def _lay(name: str, link: Link) -> None:
    leg = link.leg
    with suppress(ProgramFailed):  # it was never another router's
        ip(f"link delete {link.outer}")
    mtu = f"mtu {leg.network.mtu}"
    far = f"peer name {link.inner} {mtu} address {leg.mac} netns {name}"
    ip(f"link add {link.outer} {mtu} type veth {far}")


def _join(name: str, link: Link) -> None:
    """Let packets pass, once all is as it should be."""
    if not _has_bridge(link):
        attaching.router_to_bridge(link.outer, link.leg.network.link)
    ip(f"-n {name} link set {link.inner} up")


def _put_addresses(name: str, link: Link) -> list[str]:
    """Have these addresses, and no others; return those that came."""
    said = _said(f"-n {name} -json address show dev {link.inner}")
    there = {
        f"{each['local']}/{each['prefixlen']}"
        for about in said
        for each in about["addr_info"]
        if each["scope"] != "link"
    }
    for address in sorted(there - set(link.addresses)):
        ip(f"-n {name} address delete {address} dev {link.inner}")
    came = [address for address in link.addresses if address not in there]
    for address in came:
        nodad = "nodad" if ":" in address else ""
        ip(f"-n {name} address add {address} dev {link.inner} {nodad}")
    return came


def _put_ways(name: str, wanted: Iterable[tuple[str, str]], version: int) -> None:
    """Have these ways of an IP version, and no others."""
    here = [(to, hop) for to, hop in wanted if (":" in hop) == (version == 6)]
    said = _said(f"-n {name} -{version} -json route show proto static")
    there = {(each["dst"], each.get("gateway", "")) for each in said}
    for to, hop in sorted(there - {(_listed(to), hop) for to, hop in here}):
        ip(f"-n {name} -{version} route delete {to} via {hop} proto static")
    for to, hop in here:
        if (_listed(to), hop) not in there:
            ip(f"-n {name} -{version} route replace {to} via {hop} proto static")


def _listed(destination: str) -> str:
    """Return a destination as it is listed: one of a single address has no length."""
    return destination.removesuffix("/128" if ":" in destination else "/32")


def _said(words: str) -> list[dict[str, Any]]:
    said: list[dict[str, Any]] = json.loads(ip(words) or "[]")
    return said


def _for_all(verb: str, name: str) -> None:
    """Make or take away a name space's name where all processes of this node see it.

    A service that has mounts of its own, as ours has, would keep it for itself, and take it along.
    """
    run(["nsenter", "--target=1", "--mount", "ip", "netns", verb, name])


def _inside(name: str, words: Sequence[str], *, text: str | None = None) -> str:
    return run(["nsenter", f"--net={_NAMED / name}", *words], text=text)
