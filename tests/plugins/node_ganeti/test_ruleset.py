# SPDX-License-Identifier: Apache-2.0
"""What a node's cards may do becomes one text of rules."""

import json
import re
import shutil
import subprocess
from dataclasses import replace
from itertools import pairwise
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
from synnefo_node_ganeti.net.ruleset import render
from synnefo_node_ganeti.net.tables import anew, changes, nothing, whole
from tests.plugins.node_ganeti.listing import in_order
from tests.plugins.node_ganeti.portdocs import ANY4, ANY6, SSH, document, documents

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


ONE_BY_ONE = """
while read -r -d '' text; do nft -f - <<< "$text" || exit; done
nft -s list ruleset
"""


def listed(*texts: str) -> str:
    """Return what nftables says of the rules after texts, one after the other, where none were."""
    done = subprocess.run(
        [*NFT[:-1], "bash", "-c", ONE_BY_ONE],
        input="".join(f"{text}\0" for text in texts),
        capture_output=True,
        text=True,
        check=False,
    )
    assert "" == done.stderr
    return in_order(done.stdout)


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
    text = whole(render(node(), [Server("sv1", "red")], ["tap4"]))

    assert GOLDEN.read_text() == text


def test_the_order_of_cards_makes_no_difference():
    cards, servers = node(), [Server("sv1", "red"), Server("sv2", "blue")]

    assert whole(render(cards, servers)) == whole(render(cards[::-1], servers[::-1]))


@with_nft
def test_whatever_is_there_is_replaced_and_taken_away():
    tables = render(node(), [Server("sv1", "red"), Server("sv2", "green")])

    assert listed(whole(tables)) == listed(whole(render(node()[:1])), *anew(tables))
    assert listed(whole(tables)) == listed(*anew(tables), *anew(tables))
    assert "" == listed(nothing(), whole(tables), anew(tables)[0], nothing())


@with_nft
def test_what_is_changed_bit_by_bit_ends_as_if_it_were_made_anew():
    some = node()
    other = replace(some[1].document, groups=(Group("peers", ("10.0.0.9/32",)),))
    states = [
        render(some, [Server("sv1", "red")], ["tap4"]),
        render([some[0], replace(some[1], document=other)], [Server("sv1", "red")]),
        render([replace(some[0], zone=7), some[2]], closed=["tap1"]),
        render([]),
    ]
    steps = [changes(before, after) for before, after in pairwise(states)]

    for number, state in enumerate(states):
        so_far = [text for step in steps[:number] for text in step]
        assert listed(whole(state)) == listed(whole(states[0]), *so_far)


def test_a_card_that_changes_touches_nothing_of_the_others():
    some = node()
    changed = [replace(some[0], document=document(1, rules=(ANY4, ANY6))), *some[1:]]

    made, moved, gone = changes(render(some), render(changed))

    assert 1 == made.count("chain ")
    assert ["delete", "add"] == [line.split()[0] for line in moved.splitlines()]
    assert {"tap0"} == set(re.findall("tap.", made + moved + gone))
    assert [] == changes(render(some), render(node()))


@with_nft
def test_nftables_takes_a_guest_that_may_send_from_anywhere():
    anywhere = (Pair("0.0.0.0/0", document().mac), Pair("::/0", document().mac))

    assert listed(whole(render([Card("tap0", "br0", 1, document(pairs=anywhere))])))


@with_nft
@given(some=st.lists(documents(), max_size=4))
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_nftables_takes_the_rules_of_any_documents(some):
    cards = [
        Card(f"tap{number}", "" if one.network.mode is Mode.ROUTED else "br0", number + 1, one)
        for number, one in enumerate(some)
    ]

    assert listed(whole(render(cards)))


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

    assert 2 == whole(render(cards)).count("set g4-")


def test_a_group_without_members_lets_nothing_pass():
    card = Card("tap0", "br0", 1, document(groups=(Group("peers", ()),), rules=(PEERS,)))

    assert "g4-" not in whole(render([card]))
