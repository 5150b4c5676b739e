# SPDX-License-Identifier: Apache-2.0
"""The original's firewall profiles of network cards (CYC-067)."""

from __future__ import annotations

import pytest

import synnefo_compute
import synnefo_network
import synnefo_quota
from synnefo_core.errors import Invalid, NotFound, QuotaExceeded

ICMP = {("IPv4", "icmp", None), ("IPv6", "ipv6-icmp", None)}
DOORS = {(version, "tcp", port) for version in ("IPv4", "IPv6") for port in (22, 3389)}
LETS_IN = {
    "ENABLED": ICMP,
    "PROTECTED": ICMP | DOORS,
    "DISABLED": {("IPv4", None, None), ("IPv6", None, None)},
}


@pytest.fixture
def card(member, server):
    """Return a function that returns the card of the server."""
    return lambda: synnefo_compute.show_server(member, server.id).ports[0]


@pytest.mark.parametrize("profile", LETS_IN)
def test_a_profile_says_what_is_let_in(member, server, card, profile):
    synnefo_compute.set_firewall(member, server.id, card().id, profile)

    (group,) = synnefo_compute.security_groups_of(member, server.id)
    let_in = {
        (rule.ethertype, rule.protocol, rule.port_min)
        for rule in group.rules
        if rule.direction == "ingress"
    }
    assert LETS_IN[profile] == let_in
    assert profile == synnefo_compute.firewall_of(card())


def test_one_profile_takes_the_place_of_another_and_is_made_once(member, server, card):
    for profile in ("ENABLED", "DISABLED", "ENABLED"):
        synnefo_compute.set_firewall(member, server.id, card().id, profile)

    own = synnefo_network.Listing({"project_id": ["p1"]})
    names = [group.name for group in synnefo_network.list_security_groups(member, own)]
    assert ["default", "firewall-disabled", "firewall-enabled"] == sorted(names)
    assert ("firewall-enabled",) == card().security_group_names
    assert [] == synnefo_quota.verify(member)


def test_other_groups_are_no_profile(card):
    assert "" == synnefo_compute.firewall_of(card())


def test_a_card_of_another_server_has_none(member, server):
    with pytest.raises(NotFound):
        synnefo_compute.set_firewall(member, server.id, "another", "ENABLED")


def test_what_is_not_filtered_is_open(member, server, card):
    synnefo_network.update_port(member, card().id, {"is_secured": False, "security_group_ids": []})

    with pytest.raises(Invalid, match="not filtered"):
        synnefo_compute.set_firewall(member, server.id, card().id, "ENABLED")

    assert "DISABLED" == synnefo_compute.firewall_of(card())


def test_a_profile_is_paid_for(member, server, card, context):
    groups = synnefo_network.SECURITY_GROUPS
    synnefo_quota.set_limit(context, holder="project:p1", resource=groups, limit=0)
    before = card()

    with pytest.raises(QuotaExceeded):
        synnefo_compute.set_firewall(member, server.id, before.id, "ENABLED")

    assert before == card()
