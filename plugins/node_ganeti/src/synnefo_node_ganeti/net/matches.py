# SPDX-License-Identifier: Apache-2.0
"""Rules of security groups as matches of nftables."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from synnefo_core.contracts.nodes import (
    ICMP,
    ICMP6,
    WITH_PORTS,
    Direction,
    PortDocument,
    Rule,
)
from synnefo_node_ganeti.net.cards import Prefix, collapsed

ETHERTYPES = {4: "ip", 6: "ip6"}


@dataclass(frozen=True)
class AddressSet:
    """Addresses that rules speak of by name; the same ones have the same name."""

    version: int
    prefixes: tuple[Prefix, ...]

    @property
    def name(self) -> str:
        """By what is in it, so that cards whose documents differ don't share one by mistake."""
        content = " ".join(map(str, self.prefixes))
        return f"g{self.version}-{hashlib.sha256(content.encode()).hexdigest()[:20]}"

    @property
    def definition(self) -> str:
        """What kind of set it is, and what is in it."""
        elements = ", ".join(map(str, self.prefixes))
        return f"type ipv{self.version}_addr; flags interval; elements = {{ {elements} }}"


def sets_of(document: PortDocument) -> dict[tuple[str, int], AddressSet]:
    """Return the sets that a document's rules need, by group and IP version; none is empty."""
    prefixes = {group.id: group.prefixes for group in document.groups}
    wanted = {(rule.remote_group, rule.version) for rule in document.rules}
    made = {
        (group, version): AddressSet(version, tuple(collapsed(prefixes[group], version)))
        for group, version in wanted
        if group is not None
    }
    return {key: one for key, one in made.items() if one.prefixes}


def rules_of(
    document: PortDocument, direction: Direction, sets: Mapping[tuple[str, int], AddressSet]
) -> list[str]:
    """Return a match for each rule of a direction that anything can match; no two are the same."""
    matches = [
        _match(rule, sets)
        for rule in document.rules
        if rule.direction is direction
        and (rule.remote_group is None or (rule.remote_group, rule.version) in sets)
    ]
    return list(dict.fromkeys(matches))


def _match(rule: Rule, sets: Mapping[tuple[str, int], AddressSet]) -> str:
    return " ".join(
        [f"meta protocol {ETHERTYPES[rule.version]}", *_remote(rule, sets), *_what(rule)]
    )


def _remote(rule: Rule, sets: Mapping[tuple[str, int], AddressSet]) -> Iterable[str]:
    side = "saddr" if rule.direction is Direction.INGRESS else "daddr"
    if rule.remote_prefix is not None:
        yield f"{ETHERTYPES[rule.version]} {side} {rule.remote_prefix}"
    if rule.remote_group is not None:
        yield f"{ETHERTYPES[rule.version]} {side} @{sets[rule.remote_group, rule.version].name}"


def _what(rule: Rule) -> Iterable[str]:
    if rule.protocol is None:
        return
    yield f"meta l4proto {rule.protocol}"
    if rule.first is None:
        return
    if rule.protocol in WITH_PORTS:
        ports = str(rule.first) if rule.first == rule.last else f"{rule.first}-{rule.last}"
        yield f"th dport {ports}"
    elif rule.protocol in (ICMP, ICMP6):
        # By their places: names depend on the kind, and either kind may stand in either IP version.
        yield f"@th,0,8 {rule.first}"
        if rule.last is not None:
            yield f"@th,8,8 {rule.last}"
