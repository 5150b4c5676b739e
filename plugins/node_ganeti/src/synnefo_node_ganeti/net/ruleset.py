# SPDX-License-Identifier: Apache-2.0
"""All rules of a node, as what is in its tables of nftables.

Bridged frames are judged where both of their interfaces are known: in the bridge's own forward
hook. Whether a packet belongs to a connection is only known to the IP layer, through which
``br_netfilter`` leads each bridged packet before; there it gets a mark that says so. (A kernel with
connection tracking for bridges would not need the detour; not every kernel has it.)

=============  ============================================================
bits of mark   meaning, for packets of our bridges
=============  ============================================================
0 to 15        the zone, where one bridge has several networks
16             it belongs to a connection that was let through
17             it can't belong to any
=============  ============================================================

For each card there are three chains: ``src-`` what the guest says who it is, ``out-`` what it may
send, ``in-`` what may reach it. Each accepts what may pass, and the next one judges it then, so a
packet between two guests of this node has to please both. What a chain says nothing of is dropped.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import product

from synnefo_core.contracts.nodes import Direction, Mode, Network
from synnefo_node_ganeti.net import guards, matches
from synnefo_node_ganeti.net.cards import Card, Joint, Server
from synnefo_node_ganeti.net.tables import BROKEN, KNOWN, Table

_NEIGHBOURS = "nd-neighbor-solicit, nd-neighbor-advert"
_LISTENERS = "mld-listener-query, mld-listener-report, mld-listener-done, mld2-listener-report"


@dataclass(frozen=True)
class _Layer:
    """How a table's rules see connections."""

    known: str
    broken: str


_BRIDGE = _Layer(f"meta mark & {KNOWN:#x} == {KNOWN:#x}", f"meta mark & {BROKEN:#x} == {BROKEN:#x}")
_INET = _Layer("ct state established,related", "ct state invalid")


def render(
    cards: Sequence[Card],
    servers: Sequence[Server] = (),
    closed: Sequence[str] = (),
    joints: Sequence[Joint] = (),
) -> dict[str, Table]:
    """Return the tables of these cards, and of no others, by family.

    Args:
        cards: In any order.
        servers: The interfaces behind which guests are told what they ask.
        closed: Interfaces of which nothing is known: nothing passes.
        joints: Where routers are joined to bridges.
    """
    bridged = [card for card in cards if not card.is_routed]
    routed = [card for card in cards if card.is_routed]
    tables = {"bridge": Table(), "inet": Table()}
    for table in tables.values():
        for tap in closed:
            for where in ("sources", "senders", "receivers"):
                table.put(where, _quoted(tap), "drop")
    for card in bridged:
        _add(tables["bridge"], card, _BRIDGE)
    for card in routed:
        _add(tables["inet"], card, _INET)
    _serve(tables["bridge"], bridged, servers)
    for joint in joints:
        _let_in(tables["bridge"], joint)
    places = [(card.bridge, card.zone, card.document.network) for card in bridged]
    places += [(joint.bridge, joint.zone, joint.network) for joint in joints]
    _tell_apart(tables, places)
    return tables


def _add(table: Table, card: Card, layer: _Layer) -> None:
    """Have a card's packets judged by its chains."""
    for one in matches.sets_of(card.document).values():
        table.sets[one.name] = one.definition
    tap = _quoted(card.tap)
    for where, kind, rules in (
        ("sources", "src", _source(card)),
        ("senders", "out", _out(card, layer)),
        ("receivers", "in", _in(card, layer)),
    ):
        table.put(where, tap, f"jump {table.chain(f'{kind}-{card.tap}', rules)}")


def _serve(table: Table, cards: Sequence[Card], servers: Sequence[Server]) -> None:
    """Keep what a server says, and what it is asked, among the cards of its network."""
    for server, card in product(servers, cards):
        if card.document.network.id != server.network:
            continue
        pair = f"{_quoted(server.interface)} . {_quoted(card.tap)}"
        table.put("served", pair)
        for address in card.document.addresses:
            if "." in address.ip:
                # Who asks in another's name, guarded or not, is not heard.
                table.put("askers", f"{pair} . {card.document.mac} . {address.ip}")


def _let_in(table: Table, joint: Joint) -> None:
    """Let everything pass to and from a router but what is of other networks."""
    interface = _quoted(joint.interface)
    mark = f"meta mark set {joint.zone if joint.is_filtered else 0}"
    source = table.chain(f"src-{joint.interface}", [mark, "accept"])
    target = table.chain(f"in-{joint.interface}", [*_of_network(joint.network), "accept"])
    table.put("sources", interface, f"jump {source}")
    table.put("senders", interface, "accept")
    table.put("receivers", interface, f"jump {target}")


def _tell_apart(tables: dict[str, Table], places: Iterable[tuple[str, int, Network]]) -> None:
    """Have each network's connections be its own, though others use the same addresses."""
    inet = tables["inet"]
    for interface, zone, network in places:
        bridge = _quoted(interface)
        inet.put("bridges", bridge)
        if network.mode is Mode.FILTERED:
            inet.put("shared", bridge)
            inet.put("shared-zones", str(zone), str(zone))
            tables["bridge"].put("zones", f"{network.mac_prefix}:00:00:00", str(zone))
        else:
            inet.put("zones", bridge, str(zone))


def _of_network(network: Network) -> Iterable[str]:
    """Yield what keeps frames of other networks away where they share a bridge."""
    if network.mode is Mode.FILTERED:
        yield f"ether saddr & ff:ff:ff:00:00:00 != {network.mac_prefix}:00:00:00 drop"


def _source(card: Card) -> Iterable[str]:
    if not card.is_open:
        yield "drop"
        return
    if card.is_routed:
        yield from guards.packets(card)
    else:
        yield f"meta mark set {card.zone if card.is_filtered else 0}"
        yield from guards.frames(card)
    yield "accept"


def _out(card: Card, layer: _Layer) -> Iterable[str]:
    if not card.document.is_guarded:
        yield "accept"
        return
    # Here a packet has been put together from its fragments.
    yield "udp sport 67 udp dport 68 drop"
    yield "udp sport 547 udp dport 546 drop"
    yield "icmpv6 type { nd-router-advert, nd-redirect } drop"
    yield f"{layer.known} accept"
    yield f"{layer.broken} drop"
    if not card.is_routed:
        yield "meta protocol arp accept"
    yield f"icmpv6 type {{ {_NEIGHBOURS}, nd-router-solicit, {_LISTENERS} }} accept"
    yield "udp sport 68 udp dport 67 accept"
    yield "udp sport 546 udp dport 547 accept"
    yield "ip daddr 169.254.169.254 tcp dport 80 accept"
    yield from _allowed(card, Direction.EGRESS)


def _in(card: Card, layer: _Layer) -> Iterable[str]:
    if not card.is_open:
        yield "drop"
        return
    yield from _of_network(card.document.network)
    if not card.document.is_guarded:
        yield "accept"
        return
    yield f"{layer.known} accept"
    yield f"{layer.broken} drop"
    if not card.is_routed:
        yield "meta protocol arp accept"
    yield f"icmpv6 type {{ {_NEIGHBOURS}, nd-router-advert, {_LISTENERS} }} accept"
    yield "udp sport 67 udp dport 68 accept"
    yield "udp sport 547 udp dport 546 accept"
    yield from _allowed(card, Direction.INGRESS)


def _allowed(card: Card, direction: Direction) -> Iterable[str]:
    document = card.document
    for match in matches.rules_of(document, direction, matches.sets_of(document)):
        yield f"{match} accept"
    yield "drop"


def _quoted(interface: str) -> str:
    return f'"{interface}"'
