# SPDX-License-Identifier: Apache-2.0
"""Who has which role on what."""

import pytest

import synnefo_identity
from synnefo_core.errors import NotFound
from synnefo_identity import SYSTEM, Question, Scope, ScopeKind


@pytest.fixture
def hall(home):
    """Return a project in which demo is a manager and the group staff, with jane, a reader."""
    project, group, jane = home.project("hall"), home.group("staff"), home.user("jane")
    home.grant(("user", home.user_id("demo")), project.id, "manager")
    home.grant(("group", group.id), project.id, "reader")
    synnefo_identity.add_user_to_group(home.admin, group.id, jane.id)
    return Scope(ScopeKind.PROJECT, project.id)


def told(home, question):
    """Return who has what, by names."""
    found = synnefo_identity.list_assignments(home.admin, question)
    names = synnefo_identity.names_of(home.admin, found)
    return {
        (names.actors[each.actor[0]][each.actor[1]][0], names.roles[each.role_id]) for each in found
    }


def test_what_was_given_is_listed(home, hall):
    assert {("demo", "manager"), ("staff", "reader")} == told(home, Question(target=hall))


def test_effectively_users_have_what_their_groups_have_and_what_roles_imply(home, hall):
    assert {
        ("demo", "manager"),
        ("demo", "member"),
        ("demo", "reader"),
        ("jane", "reader"),
    } == told(home, Question(target=hall, is_effective=True))


def test_one_users_effective_roles_are_those_by_groups_too(home, hall):
    jane = ("user", home.user_id("jane"))

    found = told(home, Question(target=hall, actor=jane, is_effective=True))

    assert {("jane", "reader")} == found
    assert set() == told(home, Question(target=hall, actor=jane))


def test_effective_roles_can_be_asked_for_one_role(home, hall):
    question = Question(target=hall, role_id=home.role_id("reader"), is_effective=True)

    assert {("demo", "reader"), ("jane", "reader")} == told(home, question)


def test_it_is_said_by_which_group_and_role_somebody_has_a_role(home, hall):
    found = synnefo_identity.list_assignments(home.admin, Question(target=hall, is_effective=True))

    by_group = [each for each in found if each.actor[1] == home.user_id("jane")]
    implied = [each for each in found if each.role_id == home.role_id("member")]
    assert [True] == [each.group_id is not None for each in by_group]
    assert [home.role_id("manager")] == [each.prior_role_id for each in implied]


def test_a_role_given_twice_is_taken_once(home, hall):
    actor = ("user", home.user_id("demo"))
    home.grant(actor, hall.id, "manager")
    home.revoke(actor, hall.id, "manager")

    assert {("staff", "reader")} == told(home, Question(target=hall))
    with pytest.raises(NotFound):
        home.revoke(actor, hall.id, "manager")


def test_only_what_was_given_itself_counts_as_given(home, hall):
    actor = ("user", home.user_id("demo"))
    synnefo_identity.require_role(home.admin, actor, hall, home.role_id("manager"))

    with pytest.raises(NotFound):
        synnefo_identity.require_role(home.admin, actor, hall, home.role_id("reader"))
    assert ["manager"] == [
        role.name for role in synnefo_identity.list_granted_roles(home.admin, actor, hall)
    ]


@pytest.mark.parametrize("missing", ["user", "group", "project", "domain", "role"])
def test_what_does_not_exist_is_named(home, hall, missing):
    actor = (missing, "none") if missing in ("user", "group") else ("user", home.user_id("demo"))
    target = Scope(ScopeKind(missing), "none") if missing in ("project", "domain") else hall
    role_id = "none" if missing == "role" else home.role_id("reader")

    with pytest.raises(NotFound, match=missing):
        synnefo_identity.grant_role(home.admin, actor, target, role_id)


@pytest.mark.parametrize("target", [SYSTEM, Scope(ScopeKind.DOMAIN, "default")])
def test_a_role_on_a_domain_or_the_system_lets_one_log_in_there(home, target):
    jane = home.user("jane")
    assert not synnefo_identity.is_on_system(home.admin, jane.id)
    synnefo_identity.grant_role(home.admin, ("user", jane.id), target, home.role_id("reader"))

    token = synnefo_identity.issue_token(home.admin, home.prove("jane"), target)

    claims = home.claims(token.text)
    assert {"reader"} == claims.roles
    assert (target is SYSTEM, None) == (claims.is_system, claims.project_id)
    assert target is SYSTEM or "default" == claims.domain_id
    assert (target is SYSTEM) == synnefo_identity.is_on_system(home.admin, jane.id)


def test_roles_of_one_project_are_worth_nothing_in_another(home, hall):
    demo = home.caller("demo")

    assert {"member", "reader"} == demo.roles
    assert {"manager", "member", "reader"} == home.caller("demo", "hall").roles
