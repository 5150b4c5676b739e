# SPDX-License-Identifier: Apache-2.0
"""Cards whose rules the kernel refuses."""

from dataclasses import replace

from synnefo_core.contracts.nodes import Direction, Rule
from synnefo_node_ganeti.net.cards import Card
from synnefo_node_ganeti.net.programs import ProgramFailed
from synnefo_node_ganeti.net.refusals import held_apart
from tests.plugins.node_ganeti.portdocs import document

BAD = Rule(Direction.INGRESS, 4, 6, 66, 66)


class Kernel:
    """Refuses one rule, and all that some interfaces could have."""

    def __init__(self, *never: str) -> None:
        self.never, self.asked = never, 0

    def check(self, cards) -> None:
        self.asked += 1
        for card in cards:
            if BAD in card.document.rules or card.tap in self.never:
                raise ProgramFailed(f"not {card.tap}")


def cards(count, *bad):
    """Return cards of which some have the rule that is refused."""
    told = [document(number + 1) for number in range(count)]
    return [
        Card(f"tap{at}", "br0", 1, replace(one, rules=(*one.rules, BAD)) if at in bad else one)
        for at, one in enumerate(told)
    ]


def test_cards_whose_rules_are_refused_go_without_them_and_all_others_have_theirs():
    some = cards(9, 3, 8)

    apart = held_apart(some, Kernel().check)

    assert {"tap3": "not tap3", "tap8": "not tap8"} == apart.problems
    assert [card.tap for card in some] == [card.tap for card in apart.cards]
    changed = {one.tap: two for one, two in zip(some, apart.cards, strict=True) if one != two}
    assert {"tap3", "tap8"} == changed.keys()
    assert {()} == {card.document.rules for card in changed.values()}
    assert [] == apart.closed


def test_a_card_that_is_refused_even_without_rules_is_closed():
    apart = held_apart(cards(3), Kernel("tap1").check)

    assert (["tap0", "tap2"], ["tap1"]) == ([card.tap for card in apart.cards], apart.closed)
    assert {"tap1": "not tap1"} == apart.problems


def test_one_card_among_hundreds_is_found_by_few_questions():
    kernel = Kernel()

    apart = held_apart(cards(250, 77), kernel.check)

    assert ["tap77"] == list(apart.problems)
    assert kernel.asked <= 20


def test_what_is_refused_for_no_card_closes_none():
    def refuse(_) -> None:
        raise ProgramFailed("no nft here")

    apart = held_apart(cards(3), refuse)

    assert ([], {}) == (apart.closed, apart.problems)
