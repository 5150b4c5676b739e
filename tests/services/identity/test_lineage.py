# SPDX-License-Identifier: Apache-2.0
"""Projects below projects."""

import pytest

import synnefo_identity
from synnefo_core.errors import Forbidden, InvalidField


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
