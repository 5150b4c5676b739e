# SPDX-License-Identifier: Apache-2.0
"""The tables of nftables that are ours, and the texts that make one state of them another.

What the kernel enters by stays as it is: base chains that look in maps by the name of an interface.
What changes is what is in the maps, and chains and sets that are named by their content, so one of
a name never changes. For a packet may look in a map of the one generation while it is judged by
rules of the other, and then

* a map that is replaced has nothing in it, and a chain that is new no rules: so a new chain is there
  before a map leads to it, and an old one for longer than any map does;
* whatever is not found, or comes back from a chain without a verdict, is dropped: the rule behind
  each search goes by the group that the interface is in, for which nothing has to be found.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

TABLE = "synnefo"
GUESTS, SERVERS = 29550, 29551
"""The groups (``ip link set … group``) of interfaces of guests, and of those behind which they are told."""

KNOWN, BROKEN = 0x10000, 0x20000
"""What a packet of our bridges is marked with; see :mod:`synnefo_node_ganeti.net.ruleset`."""

_CLOSING = f"{TABLE}-closing"

_MAPS = (
    "map sources { type ifname : verdict; }",
    "map senders { type ifname : verdict; }",
    "map receivers { type ifname : verdict; }",
)


def _base(name: str, hook: str, priority: int, *rules: str) -> list[str]:
    entry = f"type filter hook {hook} priority {priority}; policy accept;"
    return block(f"chain {name}", [entry, *rules])


def block(head: str, lines: Iterable[str]) -> list[str]:
    """Return lines in braces."""
    return [f"{head} {{", *(f"    {line}" for line in lines), "}"]


_SOURCES = ("iifname vmap @sources", f"iifgroup {GUESTS} drop")
_SENDERS = ("iifname vmap @senders", f"iifgroup {GUESTS} drop")
_RECEIVERS = ("oifname vmap @receivers", f"oifgroup {GUESTS} drop")


def _zoned(hook: str, interface: str) -> list[str]:
    """Return the chains that tell networks' connections apart, and the bridge what is known of them."""
    of_ours = f"{interface} @bridges ct state"
    return [
        *_base(
            f"zone-{hook}",
            hook,
            -310,
            f"ct zone set {interface} map @zones",
            f"{interface} @shared ct zone set meta mark map @shared-zones",
        ),
        *_base(
            f"state-{hook}",
            hook,
            -150,
            f"{of_ours} established,related meta mark set meta mark | {KNOWN:#x}",
            f"{of_ours} invalid meta mark set meta mark | {BROKEN:#x}",
        ),
    ]


FRAMES: Mapping[str, Sequence[str]] = {
    "bridge": (
        *_MAPS,
        # To which network a frame from elsewhere belongs, on bridges of several.
        "map zones { type ether_addr : mark; }",
        # Servers with the cards that they serve, and with who may ask for metadata there.
        "set served { type ifname . ifname; }",
        "set askers { type ifname . ifname . ether_addr . ipv4_addr; }",
        *_base(
            "source",
            "prerouting",
            -300,
            *_SOURCES,
            "meta mark set ether saddr & ff:ff:ff:00:00:00 map @zones",
        ),
        *_base(
            "from",
            "forward",
            -200,
            f"iifgroup {SERVERS} iifname . oifname != @served drop",
            f"oifgroup {SERVERS} oifname . iifname != @served drop",
            f"oifgroup {SERVERS} tcp dport 80 oifname . iifname . ether saddr . ip saddr != @askers drop",
            *_SENDERS,
        ),
        # A chain of its own: what the one lets pass has to please the other, too.
        *_base("to", "forward", -199, *_RECEIVERS),
        # To and from the node itself.
        *_base("input", "input", -200, *_SENDERS),
        *_base("output", "output", -200, *_RECEIVERS),
    ),
    "inet": (
        *_MAPS,
        "map zones { typeof iifname : ct zone; }",
        "map shared-zones { typeof meta mark : ct zone; }",
        "set shared { type ifname; }",
        "set bridges { type ifname; }",
        *_zoned("prerouting", "iifname"),
        *_zoned("output", "oifname"),
        *_base("source", "prerouting", -300, *_SOURCES),
        *_base("from", "forward", 0, *_SENDERS),
        *_base("to", "forward", 1, *_RECEIVERS),
        *_base("input", "input", 0, *_SENDERS),
        *_base("output", "output", 0, *_RECEIVERS),
    ),
}
"""What each table always has: declarations, and the chains by which the kernel enters."""


@dataclass
class Table:
    """What a table has beyond its frame.

    Attributes:
        sets: Definitions, by names that tell them.
        chains: Rules, by names that tell them.
        elements: What is in the maps and sets of the frame: values by keys, empty ones in sets.
    """

    sets: dict[str, str] = field(default_factory=dict)
    chains: dict[str, list[str]] = field(default_factory=dict)
    elements: dict[str, dict[str, str]] = field(default_factory=dict)

    def chain(self, name: str, rules: Iterable[str]) -> str:
        """Add a chain; return its whole name, by what is in it."""
        lines = list(rules)
        digest = hashlib.sha256("\n".join(lines).encode()).hexdigest()[:20]
        self.chains[f"{name}-{digest}"] = lines
        return f"{name}-{digest}"

    def put(self, where: str, key: str, value: str = "") -> None:
        """Have an element in a map or set of the frame."""
        self.elements.setdefault(where, {})[key] = value


Tables = Mapping[str, Table]
"""Tables of a node, by family."""


def whole(tables: Tables) -> str:
    """Return what makes tables that are not there."""
    lines: list[str] = []
    for family, table in tables.items():
        content = [*FRAMES[family], *_made(table.sets, table.chains)]
        lines += block(f"table {family} {TABLE}", content)
        for where, elements in sorted(table.elements.items()):
            lines += _elements("add", family, where, elements)
    return "\n".join(lines) + "\n"


def nothing() -> str:
    """Return what takes all tables of ours away."""
    return _gone(TABLE, _CLOSING)


def anew(tables: Tables) -> list[str]:
    """Return what replaces whatever there is, one text after the other.

    Meanwhile nothing passes: of two chains at one hook each could be empty when a packet comes to it.
    """
    closing = [
        line
        for family in FRAMES
        for line in block(
            f"table {family} {_CLOSING}",
            [
                *_base("in", "prerouting", -400, f"iifgroup {GUESTS} drop"),
                *_base("through", "forward", -400, f"iifgroup {GUESTS} drop"),
                *_base("out", "postrouting", -400, f"oifgroup {GUESTS} drop"),
            ],
        )
    ]
    opening = "".join(f"delete table {family} {_CLOSING}\n" for family in FRAMES)
    return ["\n".join(closing) + "\n", replacing(tables), opening]


def replacing(tables: Tables) -> str:
    """Return what makes tables, and first takes those away that there are."""
    return _gone(TABLE) + whole(tables)


def _gone(*names: str) -> str:
    # What is not there can't be deleted, so it is made first.
    return "".join(
        f"{verb} {family} {name}\n"
        for family in FRAMES
        for name in names
        for verb in ("table", "delete table")
    )


def changes(before: Tables, after: Tables) -> list[str]:
    """Return what makes tables that are there others, one text after the other."""
    texts: list[list[str]] = [[], [], []]
    for family, table in after.items():
        was = before[family]
        new = _made(
            {name: each for name, each in table.sets.items() if name not in was.sets},
            {name: each for name, each in table.chains.items() if name not in was.chains},
        )
        if new:
            texts[0] += block(f"table {family} {TABLE}", new)
        texts[1] += _moved(family, was.elements, table.elements)
        for name in sorted(was.chains.keys() - table.chains.keys()):
            texts[2] += [f"{verb} chain {family} {TABLE} {name}" for verb in ("flush", "delete")]
        for name in sorted(was.sets.keys() - table.sets.keys()):
            texts[2].append(f"delete set {family} {TABLE} {name}")
    return ["\n".join(lines) + "\n" for lines in texts if lines]


def _made(sets: Mapping[str, str], chains: Mapping[str, Sequence[str]]) -> list[str]:
    lines = [f"set {name} {{ {sets[name]} }}" for name in sorted(sets)]
    return lines + [
        line for name in sorted(chains) for line in block(f"chain {name}", chains[name])
    ]


_Elements = Mapping[str, Mapping[str, str]]


def _moved(family: str, before: _Elements, after: _Elements) -> Iterable[str]:
    for where in sorted({*before, *after}):
        old, new = before.get(where, {}), after.get(where, {})
        gone = {key: value for key, value in old.items() if new.get(key) != value}
        come = {key: value for key, value in new.items() if old.get(key) != value}
        yield from _elements("delete", family, where, gone)
        yield from _elements("add", family, where, come)


def _elements(verb: str, family: str, where: str, elements: Mapping[str, str]) -> Iterable[str]:
    if elements:
        pairs = (f"{key} : {value}" if value else key for key, value in sorted(elements.items()))
        yield f"{verb} element {family} {TABLE} {where} {{ {', '.join(pairs)} }}"
