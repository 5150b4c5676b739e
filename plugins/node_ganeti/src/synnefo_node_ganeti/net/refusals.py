# SPDX-License-Identifier: Apache-2.0
"""Cards whose rules the kernel refuses, held apart: nftables takes all that it is given or none of it.

Nothing that a document can say is known to be refused. Should anything be, then only whose card it is
goes without: new connections for want of its groups' rules, or all that it sends and receives.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace

from synnefo_node_ganeti.net.cards import Card
from synnefo_node_ganeti.net.programs import ProgramFailed

Check = Callable[[Sequence[Card]], None]
"""Asks whether the kernel would take the rules of some cards; raises :class:`ProgramFailed` if it would not."""


@dataclass
class Apart:
    """What is left when cards are held apart.

    Attributes:
        cards: Those whose rules are taken; of some without those of their groups.
        closed: The interfaces of the others.
        problems: What was said of the rules of a card, by its interface.
    """

    cards: list[Card] = field(default_factory=list)
    closed: list[str] = field(default_factory=list)
    problems: dict[str, str] = field(default_factory=dict)


def held_apart(cards: Sequence[Card], check: Check) -> Apart:
    """Return which cards can have which rules; without a problem, it is for none of them that they are refused."""
    try:
        check(())
    except ProgramFailed:
        return Apart()
    refused = _refused(cards, check)
    apart = Apart(problems={card.tap: problem for card, problem in refused})
    for card in cards:
        if card.tap not in apart.problems:
            apart.cards.append(card)
            continue
        bare = replace(card, document=replace(card.document, rules=()))
        if _refused([bare], check):
            apart.closed.append(card.tap)
        else:
            apart.cards.append(bare)
    return apart


def _refused(cards: Sequence[Card], check: Check) -> list[tuple[Card, str]]:
    """Return the cards that are refused by themselves, and what was said of each."""
    try:
        check(cards)
    except ProgramFailed as problem:
        if len(cards) == 1:
            return [(cards[0], str(problem))]
        half = len(cards) // 2
        return [*_refused(cards[:half], check), *_refused(cards[half:], check)]
    return []
