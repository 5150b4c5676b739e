# SPDX-License-Identifier: Apache-2.0
"""All rules of a node, as one text that nftables puts in place at once.

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
send, ``in-`` what may reach it. What may pass returns, so that a packet between two guests of this
node has to please both.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from synnefo_core.contracts.nodes import Direction
from synnefo_node_ganeti.net import guards, matches
from synnefo_node_ganeti.net.cards import Card, Server

TABLE = "synnefo"
KNOWN, BROKEN = 0x10000, 0x20000

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
    cards: Sequence[Card], servers: Sequence[Server] = (), closed: Sequence[str] = ()
) -> str:
    """Return what makes the rules of these cards, and of no others, those of the node.

    Connections that are known already stay so.

    Args:
        cards: In any order.
        servers: The interfaces behind which guests are told what they ask.
        closed: Interfaces of which nothing is known: nothing passes.
    """
    ordered = sorted(cards, key=lambda card: card.tap)
    bridged = [card for card in ordered if not card.is_routed]
    routed = [card for card in ordered if card.is_routed]
    lines = [
        *_table("bridge", [*_closed(closed), *_bridge(bridged, servers)]),
        *_table("inet", [*_closed(closed), *_inet(bridged, routed)]),
    ]
    return "\n".join(lines) + "\n"


def render_nothing() -> str:
    """Return what takes all rules of the node away."""
    lines = [f"{verb} {family} {TABLE}" for family in ("bridge", "inet") for verb in _ANEW]
    return "\n".join(lines) + "\n"


# What is not there can't be deleted, so it is made first.
_ANEW = ("table", "delete table")


def _table(family: str, content: Iterable[str]) -> list[str]:
    anew = [f"{verb} {family} {TABLE}" for verb in _ANEW]
    return [*anew, f"table {family} {TABLE} {{", *_indented(content), "}"]


def _closed(taps: Sequence[str]) -> Iterable[str]:
    if taps:
        these = _set(sorted(taps))
        yield from _base("closed-in", -400, [f"iifname {these} drop"], hook="prerouting")
        yield from _base("closed-out", -400, [f"oifname {these} drop"], hook="postrouting")


def _bridge(cards: Sequence[Card], servers: Sequence[Server]) -> Iterable[str]:
    yield from _chains(cards, _BRIDGE)
    yield from _base("prerouting", -300, _to(cards, "iifname", "src", "goto"), _zones(cards))
    yield from _base("forward", -200, _between(cards, servers), _passing(cards))
    # To and from the node itself.
    yield from _base("input", -200, _to(cards, "iifname", "out", "jump"))
    yield from _base("output", -200, _to(cards, "oifname", "in", "jump"))


def _inet(bridged: Sequence[Card], routed: Sequence[Card]) -> Iterable[str]:
    yield from _chains(routed, _INET)
    yield from _base("source", -300, _to(routed, "iifname", "src", "goto"), hook="prerouting")
    yield from _base("forward", 0, _passing(routed))
    yield from _base("input", 0, _to(routed, "iifname", "out", "jump"))
    yield from _base("output", 0, _to(routed, "oifname", "in", "jump"))
    zones = {card.bridge: str(card.zone) for card in bridged if not card.is_filtered}
    for hook, interface in (("prerouting", "iifname"), ("output", "oifname")):
        yield from _base(f"zone-{hook}", -310, _tracked(bridged, zones, interface), hook=hook)
        yield from _base(f"state-{hook}", -150, _marked(bridged, interface), hook=hook)


def _tracked(cards: Sequence[Card], zones: Mapping[str, str], interface: str) -> Iterable[str]:
    """Yield rules that tell the networks' connections apart."""
    if zones:
        yield f"ct zone set {interface} {_map(zones)}"
    shared = sorted({card.bridge for card in cards if card.is_filtered})
    marks = {str(card.zone): str(card.zone) for card in cards if card.is_filtered}
    if shared:
        yield f"{interface} {_set(shared)} ct zone set meta mark {_numbers(marks)}"


def _marked(cards: Sequence[Card], interface: str) -> Iterable[str]:
    """Yield rules that tell the bridge what is known of a packet's connection."""
    bridges = sorted({card.bridge for card in cards})
    if bridges:
        of_ours = f"{interface} {_set(bridges)}"
        yield f"{of_ours} ct state established,related meta mark set meta mark | {KNOWN:#x}"
        yield f"{of_ours} ct state invalid meta mark set meta mark | {BROKEN:#x}"


def _zones(cards: Sequence[Card]) -> Iterable[str]:
    """Yield what tells to which network a frame from elsewhere belongs, on bridges of several."""
    zones = {
        f"{card.document.network.mac_prefix}:00:00:00": str(card.zone)
        for card in cards
        if card.is_filtered
    }
    if zones:
        yield f"meta mark set ether saddr & ff:ff:ff:00:00:00 {_numbers(zones)}"


def _between(cards: Sequence[Card], servers: Sequence[Server]) -> Iterable[str]:
    """Yield rules that keep what a server says among the cards of its network."""
    for server in sorted(servers, key=lambda server: server.interface):
        taps = [card.tap for card in cards if card.document.network.id == server.network]
        for inward, outward in (("iifname", "oifname"), ("oifname", "iifname")):
            others = f"{outward} != {_set(taps)} " if taps else ""
            yield f'{inward} "{server.interface}" {others}drop'
        yield f'oifname "{server.interface}" tcp dport 80 {_askers(cards, server)}drop'


def _askers(cards: Sequence[Card], server: Server) -> str:
    """Return what matches who asks in another's name, guarded or not."""
    known = [
        f'"{card.tap}" . {card.document.mac} . {address.ip}'
        for card in cards
        if card.document.network.id == server.network
        for address in card.document.addresses
        if "." in address.ip
    ]
    return f"iifname . ether saddr . ip saddr != {{ {', '.join(known)} }} " if known else ""


def _passing(cards: Sequence[Card]) -> Iterable[str]:
    yield from _to(cards, "iifname", "out", "jump")
    yield from _to(cards, "oifname", "in", "jump")


def _chains(cards: Sequence[Card], layer: _Layer) -> Iterable[str]:
    sets = {one.name: one for card in cards for one in matches.sets_of(card.document).values()}
    for name in sorted(sets):
        yield from sets[name].lines()
    for card in cards:
        yield from _chain(f"src-{card.tap}", _source(card))
        yield from _chain(f"out-{card.tap}", _out(card, layer))
        yield from _chain(f"in-{card.tap}", _in(card, layer))


def _source(card: Card) -> Iterable[str]:
    if not card.is_open:
        yield "drop"
        return
    if card.is_routed:
        yield from guards.packets(card)
        return
    yield f"meta mark set {card.zone if card.is_filtered else 0}"
    yield from guards.frames(card)


def _out(card: Card, layer: _Layer) -> Iterable[str]:
    if not card.document.is_guarded:
        return
    # Here a packet has been put together from its fragments.
    yield "udp sport 67 udp dport 68 drop"
    yield "udp sport 547 udp dport 546 drop"
    yield "icmpv6 type { nd-router-advert, nd-redirect } drop"
    yield f"{layer.known} return"
    yield f"{layer.broken} drop"
    if not card.is_routed:
        yield "meta protocol arp return"
    yield f"icmpv6 type {{ {_NEIGHBOURS}, nd-router-solicit, {_LISTENERS} }} return"
    yield "udp sport 68 udp dport 67 return"
    yield "udp sport 546 udp dport 547 return"
    yield "ip daddr 169.254.169.254 tcp dport 80 return"
    yield from _allowed(card, Direction.EGRESS)


def _in(card: Card, layer: _Layer) -> Iterable[str]:
    if not card.is_open:
        yield "drop"
        return
    if card.is_filtered:
        prefix = card.document.network.mac_prefix
        yield f"ether saddr & ff:ff:ff:00:00:00 != {prefix}:00:00:00 drop"
    if not card.document.is_guarded:
        return
    yield f"{layer.known} return"
    yield f"{layer.broken} drop"
    if not card.is_routed:
        yield "meta protocol arp return"
    yield f"icmpv6 type {{ {_NEIGHBOURS}, nd-router-advert, {_LISTENERS} }} return"
    yield "udp sport 67 udp dport 68 return"
    yield "udp sport 547 udp dport 546 return"
    yield from _allowed(card, Direction.INGRESS)


def _allowed(card: Card, direction: Direction) -> Iterable[str]:
    document = card.document
    for match in matches.rules_of(document, direction, matches.sets_of(document)):
        yield f"{match} return"
    yield "drop"


def _to(cards: Sequence[Card], interface: str, kind: str, verb: str) -> Iterable[str]:
    """Yield the rule that leads each card's packets to its chain."""
    if cards:
        ways = ", ".join(f'"{card.tap}" : {verb} {kind}-{card.tap}' for card in cards)
        yield f"{interface} vmap {{ {ways} }}"


def _base(name: str, priority: int, *parts: Iterable[str], hook: str = "") -> list[str]:
    """Return a chain that the kernel enters by itself; none without rules."""
    rules = [rule for part in parts for rule in part]
    entry = f"type filter hook {hook or name} priority {priority}; policy accept;"
    return _chain(name, [entry, *rules]) if rules else []


def _chain(name: str, rules: Iterable[str]) -> list[str]:
    return [f"chain {name} {{", *_indented(rules), "}"]


def _indented(lines: Iterable[str]) -> list[str]:
    return [f"    {line}" for line in lines]


def _set(interfaces: Sequence[str]) -> str:
    return "{ " + ", ".join(f'"{interface}"' for interface in interfaces) + " }"


def _map(values: Mapping[str, str]) -> str:
    pairs = (f'"{key}" : {value}' for key, value in sorted(values.items()))
    return "map { " + ", ".join(pairs) + " }"


def _numbers(values: Mapping[str, str]) -> str:
    return "map { " + ", ".join(f"{key} : {value}" for key, value in sorted(values.items())) + " }"
