# SPDX-License-Identifier: Apache-2.0
"""What a node's cards may do becomes one text of rules."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from synnefo_core.contracts.nodes import (
    Direction,
    Group,
    InvalidDocument,
    Mode,
    Network,
    Pair,
    PortDocument,
    Rule,
)
from synnefo_node_ganeti.net.cards import Card, Server
from synnefo_node_ganeti.net.ruleset import render, render_nothing
from tests.plugins.node_ganeti.portdocs import SSH, document, documents

GOLDEN = Path(__file__).parent / "samples/ruleset.nft"
NFT = ["unshare", "--user", "--map-root-user", "--net", "nft"]
PEERS = Rule(Direction.INGRESS, 4, remote_group="peers")


def is_nft_here() -> bool:
    """Tell whether we may ask nftables, in a network of its own."""
    if shutil.which("nft") is None or shutil.which("unshare") is None:
        return False
    return (
        0 == subprocess.run([*NFT, "list", "ruleset"], capture_output=True, check=False).returncode
    )


with_nft = pytest.mark.skipif(not is_nft_here(), reason="no nft, or no namespaces")


def problems(*texts: str) -> str:
    """Return what nftables has against texts, one after the other."""
    return subprocess.run(
        [*NFT, "-c", "-f", "-"], input="".join(texts), capture_output=True, text=True, check=False
    ).stderr


def node() -> list[Card]:
    """Return a card of each mode, and one that is down."""
    shared = Network("blue", Mode.FILTERED, "", 1400, "02:00:02")
    grouped = document(
        2,
        network=shared,
        mac="02:00:02:00:00:02",
        rules=(PEERS, Rule(Direction.EGRESS, 6, 58, 128, remote_prefix="2001:db8::/32")),
        groups=(Group("peers", ("10.0.0.2/32", "10.0.0.3/32", "2001:db8::1/128")),),
        pairs=(
            Pair("10.0.0.64/26", "02:00:02:00:00:02"),
            Pair("10.0.0.99/32", "02:00:02:00:00:ff"),
        ),
    )
    return [
        Card("tap0", "br-red", 1, document(1)),
        Card("tap1", "br-all", 2, grouped),
        Card("tap2", "", 3, document(3, mode=Mode.ROUTED)),
        Card("tap3", "br-red", 1, document(4, is_up=False)),
    ]


def test_the_rules_of_a_node_are_these():
    text = render(node(), [Server("sv1", "red")])

    assert GOLDEN.read_text() == text


def test_the_order_of_cards_makes_no_difference():
    cards, servers = node(), [Server("sv1", "red"), Server("sv2", "blue")]

    assert render(cards, servers) == render(cards[::-1], servers[::-1])


@with_nft
def test_nftables_takes_the_rules_also_over_those_that_are_there():
    text = render(node(), [Server("sv1", "red"), Server("sv2", "green")])

    assert "" == problems(text, render([]), text, render_nothing(), render_nothing())


@with_nft
def test_nftables_takes_a_guest_that_may_send_from_anywhere():
    anywhere = (Pair("0.0.0.0/0", document().mac), Pair("::/0", document().mac))

    assert "" == problems(render([Card("tap0", "br0", 1, document(pairs=anywhere))]))


@with_nft
@given(some=st.lists(documents(), max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nftables_takes_the_rules_of_any_documents(some):
    cards = [
        Card(f"tap{number}", "" if one.network.mode is Mode.ROUTED else "br0", number + 1, one)
        for number, one in enumerate(some)
    ]

    assert "" == problems(render(cards))


def places(value, path=()):
    """Yield the places of all texts in a document but its metadata."""
    if isinstance(value, str):
        yield path
    elif isinstance(value, dict | list):
        pairs = value.items() if isinstance(value, dict) else enumerate(value)
        for key, each in pairs:
            yield from places(each, (*path, key))


WHOLE = json.loads(
    replace(
        document(),
        pairs=(Pair("10.0.0.99/32", "02:00:01:00:00:01"),),
        groups=(Group("peers", ("10.0.0.2/32",)),),
        rules=(SSH, PEERS, replace(SSH, remote_prefix="192.0.2.0/24")),
    ).to_json()
)


@given(
    place=st.sampled_from(list(places(WHOLE))),
    text=st.text() | st.sampled_from(['a"b', "a b", "a;b", "a}", "10.0.0.1\n", "a\n", "a#", "a$b"]),
)
@settings(max_examples=300)
def test_no_text_in_a_document_can_say_more_than_a_name_or_an_address(place, text):
    content = json.loads(json.dumps(WHOLE))
    *parents, last = place
    holder = content
    for key in parents:
        holder = holder[key]
    holder[last] = text

    try:
        PortDocument.from_json(json.dumps(content))
    except InvalidDocument:
        return

    assert re.fullmatch(r"[0-9A-Za-z.:/_-]*", text, re.ASCII)


@pytest.mark.parametrize("tap", ["", "tap 0", 'tap"', "a" * 16, "tap;", "-tap"])
def test_what_is_no_interface_is_no_card(tap):
    with pytest.raises(ValueError, match="interface"):
        Card(tap, "br0", 1, document())


def test_cards_with_the_same_peers_share_a_set_and_others_do_not():
    peers = (Group("peers", ("10.0.0.2/32", "10.0.0.3/32")),)
    more = (Group("peers", ("10.0.0.2/32", "10.0.0.4/32")),)
    cards = [
        Card(f"tap{number}", "br0", 1, document(number, groups=groups, rules=(PEERS,)))
        for number, groups in enumerate([peers, peers, more], start=1)
    ]

    assert 2 == render(cards).count("set g4-")


def test_a_group_without_members_lets_nothing_pass():
    card = Card("tap0", "br0", 1, document(groups=(Group("peers", ()),), rules=(PEERS,)))

    assert "g4-" not in render([card])
