# SPDX-License-Identifier: Apache-2.0
"""Unified limits over the quota ledger."""

import pytest

from synnefo_core.errors import Forbidden, NotFound
from synnefo_identity import LimitWish, limits

VM = "cyclades.vm"


def amount(home, project_id):
    return limits.show(home.admin, f"{project_id}.{VM}").limit


def test_a_limit_that_is_reset_is_the_default_of_its_kind_of_project(home):
    personal, project = home.user_id("demo"), home.project("hall").id
    default = limits.registered(home.admin)[VM].resource
    wishes = [LimitWish(each, VM, 1) for each in (personal, project)]
    limits.change(home.admin, wishes)

    for each in (personal, project):
        limits.reset(home.admin, f"{each}.{VM}")

    assert default.user_default == amount(home, personal)
    assert default.project_default == amount(home, project)


def test_limits_are_set_all_or_none(home):
    project = home.project("hall").id
    wishes = [LimitWish(project, VM, 1), LimitWish(project, "nothing", 1)]

    with pytest.raises(Forbidden, match="nothing"):
        limits.change(home.admin, wishes)

    assert 1 != amount(home, project)


def test_people_see_the_limits_of_their_tokens_project_only(home):
    other = home.project("hall").id
    demo = home.caller("demo")

    assert {demo.project_id} == {each.project_id for each in limits.index(demo)}
    assert [] == limits.index(demo, other)
    with pytest.raises(NotFound):
        limits.show(demo, f"{other}.{VM}")


def test_projects_that_are_not_there_have_no_limits(home):
    assert [] == limits.index(home.admin, "none")
