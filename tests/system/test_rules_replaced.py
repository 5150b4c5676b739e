# SPDX-License-Identifier: Apache-2.0
"""While the rules of a node are being changed no forbidden frame of a flood gets through."""

import json
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

from synnefo_core.contracts.nodes import Direction, Rule
from synnefo_node_ganeti.net.cards import Card
from synnefo_node_ganeti.net.ruleset import render
from synnefo_node_ganeti.net.tables import Tables, anew, changes
from tests.plugins.node_ganeti.portdocs import ANY4, document
from tests.system.labs import frames
from tests.system.wired import Guest

pytestmark = pytest.mark.system

UDP = 17
FLOOD_S = 5.0
OPENED, CLOSED = 7, 8
OPEN = Rule(Direction.INGRESS, 4, UDP, OPENED, OPENED)
# A frame is judged for long, so that many are being judged at the moment of a change.
SLOW = tuple(Rule(Direction.EGRESS, 4, UDP, port, port) for port in range(1000, 1200))

COUNTERS = f"""
table inet seen {{
    counter opened {{ }}
    counter closed {{ }}
    chain came {{
        type filter hook prerouting priority -300
        udp dport {OPENED} counter name opened
        udp dport {CLOSED} counter name closed
    }}
}}
"""


@pytest.fixture(scope="module")
def guests(world) -> list[Guest]:
    """One who floods, and one who counts."""
    node = world.node("busy", "br0")
    told = document(1, rules=(*SLOW, ANY4)), document(2, rules=(OPEN,))
    guests = [world.guest(f"b{one.port}", node, one, "br0") for one in told]
    guests[1].machine.run("nft", "-f", "-", text=COUNTERS)
    return guests


def tables(guests: list[Guest], *more: Rule) -> Tables:
    """Return the tables of guests whose rules say something more."""
    told = [replace(one.document, rules=(*more, *one.document.rules)) for one in guests]
    return render(
        [Card(one.tap, "br0", 1, document) for one, document in zip(guests, told, strict=True)]
    )


def flooded(guests: list[Guest], texts: list[str]) -> dict[str, int]:
    """Return what came through of a flood while rules were changed, and how much should have."""
    sender, receiver = guests
    receiver.machine.run("nft", "reset", "counters")
    both = [
        frames.ether(
            sender.mac,
            receiver.mac,
            frames.IP4,
            frames.udp(sender.ip(), receiver.ip(), (5, port)),
        ).hex()
        for port in (OPENED, CLOSED)
    ]
    end = time.monotonic() + FLOOD_S

    def change() -> int:
        rounds = 0
        while time.monotonic() < end:
            for text in texts:
                sender.node.machine.run("nft", "-f", "-", text=text)
            rounds += 1
        return rounds

    sent = 0
    with ThreadPoolExecutor(1) as pool:
        changing = pool.submit(change)
        while not changing.done():
            sender.machine.ask("send", interface="eth0", frames=both, times=100)
            sent += 100
    listed = json.loads(receiver.machine.run("nft", "-j", "list", "counters"))["nftables"]
    counters = [each["counter"] for each in listed if "counter" in each]
    came = {each["name"]: each["packets"] for each in counters}
    return came | {"sent": sent, "rounds": changing.result()}


@pytest.mark.parametrize("how", ["bit by bit", "anew"])
def test_nothing_forbidden_passes_while_rules_change(guests, how, record_property):
    one, other = tables(guests), tables(guests, Rule(Direction.INGRESS, 4, UDP, 99, 99), ANY4)
    texts = anew(one) if how == "anew" else [*changes(one, other), *changes(other, one)]

    told = flooded(guests, texts)

    record_property("flood", told)
    print(f"rules changed {how}: {told}")  # noqa: T201  # what was lost is told, not ruled
    assert 0 == told["closed"]
    assert 0 < told["opened"] <= told["sent"]
