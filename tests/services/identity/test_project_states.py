# SPDX-License-Identifier: Apache-2.0
"""Each action in each state: where it leads, or that it is refused and changes nothing."""

import pytest

from synnefo_core.errors import InvalidState
from synnefo_identity import project_life
from synnefo_identity.life_models import ApplicationRow, LifeRow, MemberRow
from synnefo_identity.project_life import Wish
from tests.services.identity.life import Life

PROJECT = """
                suspend    unsuspend  terminate   reinstate
uninitialized   -          -          -           -
active          suspended  -          terminated  -
suspended       -          active     terminated  -
terminated      -          -          -           active
deleted         -          -          -           -
"""

APPLICATION = """
            approve   deny    cancel     dismiss
pending     approved  denied  cancelled  -
approved    -         -       -          -
replaced    -         -       -          -
denied      -         -       -          dismissed
dismissed   -         -       -          -
cancelled   -         -       -          -
"""

MEMBERSHIP = """
                 join      enroll    accept    reject    cancel     leave    remove   suspend    unsuspend
requested        -         accepted  accepted  rejected  cancelled  -        -        -          -
accepted         -         -         -         -         -          removed  removed  suspended  -
leave_requested  -         -         -         accepted  accepted   removed  removed  suspended  -
suspended        -         -         -         -         -          -        removed  -          accepted
rejected         accepted  accepted  -         -         -          -        -        -          -
cancelled        accepted  accepted  -         -         -          -        -        -          -
removed          accepted  accepted  -         -         -          -        -        -          -
"""


def cases(table):
    """Return (state, action, state afterwards or "-")."""
    head, *rows = [line.split() for line in table.strip().splitlines()]
    return [
        (state, action, after)
        for state, *cells in rows
        for action, after in zip(head, cells, strict=True)
    ]


@pytest.mark.parametrize("state, action, after", cases(PROJECT))
def test_projects(life, state, action, after):
    project = life.approved()
    life.put(LifeRow, project.id, state)

    outcome = life.outcome(lambda: project_life.act(life.home.admin, project.id, action).state)

    assert after == outcome
    assert (state if after == "-" else after) == life.state(LifeRow, project.id)


@pytest.mark.parametrize("state, action, after", cases(APPLICATION))
def test_applications(life, state, action, after):
    project = life.approved()
    asked = project_life.modify(life.demo, project.id, Wish(description="other"))
    if state != "pending":
        project_life.resolve(life.demo, project.id, "cancel")
    life.put(ApplicationRow, asked.id, state)

    outcome = life.outcome(lambda: project_life.resolve(life.home.admin, project.id, action).state)

    assert after == outcome
    assert (state if after == "-" else after) == life.state(ApplicationRow, asked.id)


@pytest.mark.parametrize("state, action, after", cases(MEMBERSHIP))
def test_memberships(life, state, action, after):
    project = life.approved(join_policy="auto")
    member = life.join(project)
    life.put(MemberRow, member.id, state)
    own = action in ("leave", "cancel")
    call = {
        "join": lambda: project_life.join(life.jane, project.id),
        "enroll": lambda: project_life.enroll(life.demo, project.id, "jane@example.org"),
    }.get(
        action,
        lambda: project_life.act_on_member(life.jane if own else life.demo, member.id, action),
    )

    assert after == life.outcome(lambda: call().state)
    assert (state if after == "-" else after) == life.state(MemberRow, member.id)


@pytest.mark.parametrize("state", ["uninitialized", "suspended", "terminated", "deleted"])
def test_nobody_comes_into_a_project_that_is_not_active(life, state):
    project = life.approved(join_policy="auto")
    life.put(LifeRow, project.id, state)

    for call in (
        lambda: project_life.join(life.demo, project.id),
        lambda: project_life.enroll(life.demo, project.id, "jane@example.org"),
    ):
        assert "-" == life.outcome(call)


@pytest.mark.parametrize("state", ["suspended", "terminated"])
def test_people_can_leave_what_is_not_active(life, state):
    project = life.approved(join_policy="auto")
    member = life.join(project)
    life.put(LifeRow, project.id, state)

    assert "removed" == project_life.act_on_member(life.jane, member.id, "leave").state


def test_a_terminated_project_is_not_changed(life):
    project = life.approved()
    project_life.modify(life.demo, project.id, Wish(description="other"))
    project_life.act(life.home.admin, project.id, "terminate")

    with pytest.raises(InvalidState):
        project_life.resolve(life.home.admin, project.id, "approve")


@pytest.fixture
def life(home):
    return Life(home)
