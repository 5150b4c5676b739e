# SPDX-License-Identifier: Apache-2.0
"""Resources that services beside the cloud count: AST-047, AST-048."""

import pytest

import synnefo_quota
from synnefo_core.contracts.quota import QuotaResource
from synnefo_core.errors import Conflict, Forbidden, InvalidField, Unavailable
from synnefo_quota import Provision, ProvisionRefused, declared, registry, verify

TEA = QuotaResource("tea.cup", "Cups of tea", "cups")


@pytest.fixture
def tea(context, directory):
    directory.login("u1", "p1")
    declared.declare(context, "kettle", "component kettle", [TEA])


def issue(context, client="kettle", resource="tea.cup", quantity=1, **how):
    provision = Provision("project:p1", "", resource, quantity)
    how = {"is_confined": True, "is_accepted": True, **how}
    return synnefo_quota.issue_commission(context, client=client, provisions=[provision], **how)


def test_nobody_has_any_before_an_operator_says_so(context, tea):
    with pytest.raises(ProvisionRefused):
        issue(context)

    synnefo_quota.set_limit(context, holder="project:p1", source="", resource="tea.cup", limit=2)

    issue(context)
    assert 1 == synnefo_quota.left(context, "p1", "tea.cup").usage


def test_they_are_shown_with_what_operators_chose(context, tea):
    registry.modify(context, "tea.cup", project_default=7)
    declared.declare(context, "kettle", "component kettle", [TEA])

    shown = synnefo_quota.resources(context.cloud)["tea.cup"]
    assert ("component kettle", "cups", 7) == (
        shown.owner,
        shown.resource.unit,
        shown.resource.project_default,
    )


def test_a_service_issues_of_its_own_only(context, tea):
    with pytest.raises(Forbidden):
        issue(context, resource="tests.vm")
    with pytest.raises(Forbidden):
        issue(context, client="another")
    with pytest.raises(InvalidField):
        issue(context, resource="tea.pot")

    issue(context, client="operator", resource="tests.vm", is_confined=False)


def test_a_name_is_of_one_service_only(context, tea):
    for name in ("tests.vm", "tea.cup"):
        with pytest.raises(Conflict):
            declared.declare(context, "another", "component another", [QuotaResource(name, "")])


def test_what_was_withdrawn_is_still_held_and_unknown(context, tea):
    issue(context, is_forced=True)
    assert [] == verify(context)

    declared.withdraw(context, "kettle")

    assert [None] == [each.counted for each in verify(context)]
    assert "tea.cup" not in synnefo_quota.resources(context.cloud)
    with pytest.raises(Conflict):
        declared.declare(context, "another", "component another", [TEA])
    declared.declare(context, "a new one", "component kettle", [TEA])
    assert frozenset({"tea.cup"}) == declared.of_client(context, "a new one")


def test_only_its_service_can_explain_it(context, tea):
    with pytest.raises(Unavailable):
        synnefo_quota.explain(context, project_id="p1", resource="tea.cup")
