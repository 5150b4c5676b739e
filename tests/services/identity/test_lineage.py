# SPDX-License-Identifier: Apache-2.0
"""Projects below projects."""

import pytest

import synnefo_identity
from synnefo_core.errors import Forbidden, InvalidField, Unauthenticated
from synnefo_identity import Question, Scope, ScopeKind


def below(home, parent, name):
    values = {"name": name}
    return synnefo_identity.create_project(home.admin, "default", values, parent_id=parent.id)


def line(home, length):
    """Make projects below each other; return them from the top."""
    found = [home.project("level0")]
    for number in range(1, length):
        found.append(below(home, found[-1], f"level{number}"))
    return found


def test_what_is_above_and_below_comes_in_order(home):
    top, middle, low = line(home, 3)
    other = below(home, top, "other")

    above = synnefo_identity.list_parents(home.admin, low.id)
    beneath = synnefo_identity.list_subtree(home.admin, top.id)

    assert [middle.id, top.id] == [project.id for project in above]
    assert low.id == beneath[-1].id
    assert {middle.id, other.id, low.id} == {project.id for project in beneath}


def test_projects_are_as_many_levels_deep_as_the_option_says(home):
    lowest = line(home, 5)[-1]

    with pytest.raises(Forbidden, match="5 levels"):
        below(home, lowest, "too-deep")


def test_nothing_is_below_a_personal_project(home):
    personal = synnefo_identity.show_project(home.admin, home.user_id("demo"))

    with pytest.raises(Forbidden, match="personal"):
        below(home, personal, "mine")


def test_a_child_is_in_its_parents_domain(home):
    top = home.project("top")
    other = synnefo_identity.create_domain(home.admin, {"name": "other"})

    with pytest.raises(InvalidField, match="domain"):
        synnefo_identity.create_project(home.admin, other.id, {"name": "x"}, parent_id=top.id)


def test_a_disabled_line_is_enabled_from_the_top(home):
    top, low = line(home, 2)
    for project in (low, top):
        synnefo_identity.update_project(home.admin, project.id, {"is_enabled": False})

    for project in (top, low):
        synnefo_identity.update_project(home.admin, project.id, {"is_enabled": True})

    assert synnefo_identity.show_project(home.admin, low.id).is_enabled


def give_below(home, target, role="member"):
    demo = ("user", home.user_id("demo"))
    synnefo_identity.grant_role(home.admin, demo, target, home.role_id(role), is_inherited=True)
    return demo


def test_a_role_that_is_inherited_counts_in_all_below_and_nowhere_else(home):
    top, middle, low = line(home, 3)
    give_below(home, Scope(ScopeKind.PROJECT, top.id))

    for project in (middle, low):
        assert {"member", "reader"} == set(home.claims(home.token("demo", project.name).text).roles)
    with pytest.raises(Unauthenticated):
        home.token("demo", top.name)


def test_a_role_inherited_from_a_domain_ends_for_tokens_when_it_is_taken(home):
    top, low = line(home, 2)
    domain = Scope(ScopeKind.DOMAIN, "default")
    demo = give_below(home, domain, "reader")
    tokens = [home.token("demo", project.name).text for project in (top, low)]

    synnefo_identity.revoke_role(
        home.admin, demo, domain, home.role_id("reader"), is_inherited=True
    )

    assert [None, None] == [home.claims(token) for token in tokens]


def test_inherited_roles_go_with_their_project(home):
    project = home.project("hall")
    give_below(home, Scope(ScopeKind.PROJECT, project.id))

    synnefo_identity.delete_project(home.admin, project.id)

    found = synnefo_identity.list_assignments(home.admin, Question(is_inherited=True))
    assert [] == found


def test_projects_of_a_user_are_those_of_inherited_roles_too(home):
    _, middle, low = line(home, 3)
    give_below(home, Scope(ScopeKind.PROJECT, middle.id))

    found = synnefo_identity.list_projects_of_user(home.admin, home.user_id("demo"))

    names = {project.name for project in found if not project.is_personal}
    assert {"demo", low.name} == names
    assert low == synnefo_identity.show_project(home.caller("demo"), low.id)
