# SPDX-License-Identifier: Apache-2.0
"""Rules of security groups: what they may say, and that none is there twice."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_network as service
from synnefo_core.errors import InvalidField, NotFound
from synnefo_network import Listing, SecurityGroupSpec, SecurityRuleSpec
from synnefo_network.errors import SecurityRuleExists

WEB = SecurityRuleSpec("", "ingress", protocol="tcp", port_min=80, port_max=443)


@pytest.fixture
def group(member):
    return service.create_security_group(member, SecurityGroupSpec(name="web"))


def add(context, group, spec=WEB, **about):
    return service.create_security_rule(context, replace(spec, group_id=group.id, **about))


def test_a_rule_is_its_groups(member, group):
    rule = add(member, group)

    assert rule == service.show_security_rule(member, rule.id)
    shown = service.show_security_group(member, group.id)
    assert rule in shown.rules
    assert group.revision + 1 == shown.revision


def test_a_deleted_rule_is_gone_and_its_group_has_changed(member, group):
    rule = add(member, group)

    service.delete_security_rule(member, rule.id)

    with pytest.raises(NotFound):
        service.delete_security_rule(member, rule.id)
    assert group.revision + 2 == service.show_security_group(member, group.id).revision


@pytest.mark.parametrize(
    "first, second",
    [
        ({}, {}),
        ({}, {"protocol": "6"}),
        (
            {"ethertype": "IPv6", "protocol": "icmpv6", "port_min": None, "port_max": None},
            {"ethertype": "IPv6", "protocol": "icmp", "port_min": None, "port_max": None},
        ),
        ({"remote_prefix": "10.0.0.1/8"}, {"remote_prefix": "10.0.0.0/8"}),
    ],
)
def test_what_is_allowed_is_not_allowed_again(member, group, first, second):
    add(member, group, **first)

    with pytest.raises(SecurityRuleExists):
        add(member, group, **second)


def test_rules_differ_by_any_of_their_terms(member, group):
    different = [
        {},
        {"direction": "egress"},
        {"ethertype": "IPv6"},
        {"protocol": "udp"},
        {"port_min": 81},
        {"port_max": 444},
        {"remote_prefix": "10.0.0.0/8"},
        {"remote_group_id": group.id},
    ]

    assert len(different) == len({add(member, group, **terms).id for terms in different})


@pytest.mark.parametrize(
    "about, what",
    [
        ({"protocol": "bad"}, "protocol"),
        ({"protocol": "256"}, "protocol"),
        ({"protocol": "-1"}, "protocol"),
        ({"protocol": "٣"}, "protocol"),
        ({"protocol": None}, "protocol"),
        ({"protocol": "ipv6-icmp", "port_min": None, "port_max": None}, "ethertype"),
        ({"protocol": "esp"}, "has no ports"),
        ({"port_min": -16}, "Invalid value for port -16"),
        ({"port_max": 65536}, "Invalid value for port 65536"),
        ({"port_min": 444}, "port_range_min must be <= port_range_max"),
        ({"port_min": None}, "port_range_min must be <= port_range_max"),
        ({"port_min": 0}, "Invalid value for port 0"),
        ({"protocol": "icmp", "port_max": 256}, "Invalid value for ICMP code"),
        ({"protocol": "icmp", "port_min": 300}, "Invalid value for ICMP type"),
        ({"protocol": "icmp", "port_min": None, "port_max": 6}, "port-range-min"),
        ({"remote_prefix": "192.168.1.1/33"}, "remote_ip_prefix"),
        ({"remote_prefix": "256"}, "remote_ip_prefix"),
        ({"remote_prefix": "fd00::/8"}, "not of IPv4"),
        ({"remote_prefix": "fe80::%1/64", "ethertype": "IPv6"}, "remote_ip_prefix"),
    ],
)
def test_rules_that_make_no_sense_are_refused(member, group, about, what):
    with pytest.raises(InvalidField, match=what):
        add(member, group, **about)


def test_a_rule_has_one_kind_of_remote(member, group):
    with pytest.raises(InvalidField, match="only one"):
        add(member, group, remote_group_id=group.id, remote_prefix="10.0.0.0/8")


def test_a_remote_group_must_be_one_that_can_be_seen(member, stranger, group):
    foreign = service.create_security_group(stranger, SecurityGroupSpec())

    with pytest.raises(NotFound):
        add(member, group, remote_group_id=foreign.id)
    with pytest.raises(NotFound):
        add(member, foreign)


def test_rules_are_found_by_what_they_say(member, group):
    rule = add(member, group)
    listing = Listing(where={"port_min": [80], "group_id": [group.id]}, order=[("port_max", True)])

    assert [rule] == service.list_security_rules(member, listing)


def test_rules_are_seen_by_their_project_only(stranger, member, group):
    rule = add(member, group)

    with pytest.raises(NotFound):
        service.show_security_rule(stranger, rule.id)
    with pytest.raises(NotFound):
        service.delete_security_rule(stranger, rule.id)
    assert [] == service.list_security_rules(stranger, Listing())
