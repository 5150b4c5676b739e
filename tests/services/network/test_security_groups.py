# SPDX-License-Identifier: Apache-2.0
"""Security groups: one default each, what is counted, and what must not go."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace

import pytest

import synnefo_network as service
import synnefo_quota
from synnefo_core.errors import Forbidden, NotFound, QuotaExceeded
from synnefo_network import (
    SECURITY_GROUPS,
    SECURITY_RULES,
    Listing,
    PortSpec,
    SecurityGroupSpec,
    SecurityRuleSpec,
)
from synnefo_network.errors import DefaultGroup, SecurityGroupInUse
from synnefo_network.plugin import quota_things, quota_usage


@pytest.fixture
def group(member):
    return service.create_security_group(member, SecurityGroupSpec(name="web"))


def used(context, resource):
    return synnefo_quota.left(context, context.project_id, resource).usage


def default_of(context):
    listing = Listing(where={"name": ["default"], "project_id": [context.project_id]})
    (found,) = service.list_security_groups(context, listing)
    return found


def test_a_project_finds_its_default_group(member):
    found = default_of(member)

    assert found.is_default
    assert ["egress", "egress", "ingress", "ingress"] == sorted(r.direction for r in found.rules)
    among_themselves = {r.remote_group_id for r in found.rules if r.direction == "ingress"}
    assert {found.id} == among_themselves


def test_those_who_come_first_at_once_find_one_default_group(member):
    with ThreadPoolExecutor(6) as pool:
        found = list(pool.map(lambda _: default_of(member), range(12)))

    assert 1 == len({group.id for group in found})
    assert 4 == len(found[0].rules)


def test_a_default_group_costs_nothing(member):
    default_of(member)

    assert 0 == used(member, SECURITY_GROUPS)
    assert 0 == used(member, SECURITY_RULES)


def test_a_group_begins_with_its_ports_sending_what_they_like(group):
    assert {("egress", "IPv4", None), ("egress", "IPv6", None)} == {
        (rule.direction, rule.ethertype, rule.protocol) for rule in group.rules
    }


def test_a_group_and_its_rules_are_paid_for_and_given_back(member, group):
    assert (1, 2) == (used(member, SECURITY_GROUPS), used(member, SECURITY_RULES))

    service.delete_security_group(member, group.id)

    assert (0, 0) == (used(member, SECURITY_GROUPS), used(member, SECURITY_RULES))


def test_what_is_counted_is_what_there_is(member, group):
    found = default_of(member)
    service.create_security_rule(member, SecurityRuleSpec(found.id, "ingress", protocol="tcp"))

    counted = {each.resource: each.amount for each in quota_usage(member)}

    assert (1, 3) == (counted[SECURITY_GROUPS], counted[SECURITY_RULES])
    assert 3 == len(list(quota_things(member, SECURITY_RULES, member.project_id)))
    assert [group.id] == [
        thing.id for thing in quota_things(member, SECURITY_GROUPS, member.project_id)
    ]


def test_no_more_groups_than_a_project_may_have(member):
    for _ in range(50):
        service.create_security_group(member, SecurityGroupSpec())

    with pytest.raises(QuotaExceeded):
        service.create_security_group(member, SecurityGroupSpec())


@pytest.mark.parametrize("name", ["default"])
def test_there_is_one_group_of_that_name(member, group, name):
    with pytest.raises(DefaultGroup):
        service.create_security_group(member, SecurityGroupSpec(name=name))
    with pytest.raises(DefaultGroup):
        service.update_security_group(member, group.id, {"name": name})


def test_a_default_group_keeps_its_name_and_is_not_deleted(member):
    found = default_of(member)

    changed = service.update_security_group(member, found.id, {"description": "ours"})

    assert ("default", "ours", 2) == (changed.name, changed.description, changed.revision)
    with pytest.raises(DefaultGroup):
        service.update_security_group(member, found.id, {"name": "mine"})
    with pytest.raises(DefaultGroup):
        service.delete_security_group(member, found.id)


def test_an_administrator_may_delete_a_default_group_which_comes_again(member, admin):
    found = default_of(member)

    service.delete_security_group(admin, found.id)

    assert found.id != default_of(member).id


def test_a_group_of_a_port_is_not_deleted(member, network, group):
    port = service.create_port(member, PortSpec(network.id, security_group_ids=[group.id]))

    with pytest.raises(SecurityGroupInUse):
        service.delete_security_group(member, group.id)
    with pytest.raises(SecurityGroupInUse):
        service.update_security_group(member, group.id, {"is_stateful": False})

    service.delete_port(member, port.id)
    service.delete_security_group(member, group.id)


def test_rules_that_name_a_group_go_with_it(member, group):
    other = service.create_security_group(member, SecurityGroupSpec(name="base"))
    spec = SecurityRuleSpec(other.id, "ingress", remote_group_id=group.id)
    rule = service.create_security_rule(member, spec)

    service.delete_security_group(member, group.id)

    with pytest.raises(NotFound):
        service.show_security_rule(member, rule.id)
    assert 2 == used(member, SECURITY_RULES)


def test_groups_are_seen_by_their_project_only(member, stranger, admin, group):
    with pytest.raises(NotFound):
        service.show_security_group(stranger, group.id)
    with pytest.raises(NotFound):
        service.delete_security_group(stranger, group.id)
    assert group == service.show_security_group(admin, group.id)
    assert group.id not in {g.id for g in service.list_security_groups(stranger, Listing())}


def test_a_group_for_another_project_is_an_administrators(member, admin):
    spec = SecurityGroupSpec(name="given", project_id=member.project_id)

    assert member.project_id == service.create_security_group(admin, spec).project_id
    with pytest.raises(Forbidden):
        service.create_security_group(member, replace(spec, project_id="p2"))
