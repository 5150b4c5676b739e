# SPDX-License-Identifier: Apache-2.0
"""From an application to a project that people use within limits."""

from dataclasses import replace

import pytest
from sqlalchemy import select

import synnefo_identity
import synnefo_quota
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_core.db.models import EventRow
from synnefo_core.errors import (
    Duplicate,
    Forbidden,
    InvalidField,
    InvalidState,
    NotFound,
)
from synnefo_core.testing.fixtures import StillClock
from synnefo_identity import project_life
from synnefo_identity.project_life import Limits, TooManyPending, Wish
from tests.services.identity.life import Life

VM = "cyclades.vm"


def test_what_was_approved_is_a_project_that_members_use_within_limits(life):
    project = life.approved(limits={VM: Limits(10, 3)}, join_policy="auto")
    life.join(project)

    held = life.held(project, VM)
    assert {"project": (10, 0), "jane": (3, 0)} == held
    assert "jane" in life.home.token("jane", project.name).standing.user.name


def test_who_listens_learns_of_every_change_in_the_log(life):
    project = life.approved("tea.example.org", join_policy="auto")
    life.join(project)

    query = select(EventRow).where(EventRow.type == "project_life.changed").order_by(EventRow.id)
    with life.home.admin.reading() as session:
        rows = session.scalars(query).all()

    told = [(row.payload["noun"], row.payload["action"]) for row in rows]
    assert [("application", "approve"), ("project", "approve"), ("membership", "join")] == told
    assert {project.id} == {row.subject_id for row in rows}


def test_before_the_approval_there_is_no_project(life):
    asked = life.apply("tea.example.org")

    with pytest.raises(NotFound):
        synnefo_identity.show_project(life.home.admin, asked.project_id)
    with pytest.raises(NotFound):
        project_life.show(life.jane, asked.project_id)
    assert "uninitialized" == project_life.show(life.demo, asked.project_id).state


def test_what_nobody_asked_for_is_limited_by_the_default(life):
    project = life.approved(limits={VM: Limits(10, 3)})

    default = synnefo_quota.resources(life.home.cloud)["cyclades.network.private"].resource
    limits = project_life.show(life.demo, project.id).limits
    assert default.project_default == limits["cyclades.network.private"].of_project


def test_a_suspended_project_is_disabled_and_nobody_gets_more_in_it(life):
    project = life.approved(limits={VM: Limits(10, 3)}, join_policy="auto")
    life.join(project)
    life.charge(project, "jane", 2)

    project_life.act(life.home.admin, project.id, "suspend", reason="unpaid")

    assert {"project": (0, 2), "jane": (0, 2)} == life.held(project, VM)
    assert not synnefo_identity.show_project(life.home.admin, project.id).is_enabled
    project_life.act(life.home.admin, project.id, "unsuspend")
    assert {"project": (10, 2), "jane": (3, 2)} == life.held(project, VM)
    assert synnefo_identity.show_project(life.home.admin, project.id).is_enabled


def test_a_terminated_project_gives_its_name_free_and_gets_it_back(life):
    project = life.approved("tea.example.org")
    project_life.act(life.home.admin, project.id, "terminate")

    second = life.approved("tea.example.org")

    with pytest.raises(Duplicate):
        project_life.act(life.home.admin, project.id, "reinstate")
    project_life.act(life.home.admin, second.id, "terminate")
    project_life.act(life.home.admin, project.id, "reinstate")
    assert "tea.example.org" == synnefo_identity.show_project(life.home.admin, project.id).name
    assert "tea.example.org" == project_life.show(life.home.admin, second.id).name


def test_a_name_that_lives_is_not_approved_again(life):
    life.approved("tea.example.org")
    asked = life.apply("tea.example.org")

    with pytest.raises(Duplicate):
        project_life.resolve(life.home.admin, asked.project_id, "approve")
    assert "pending" == project_life.show(life.demo, asked.project_id).application.state


def test_of_two_approvals_at_once_one_wins(life):
    asked = life.apply(limits={VM: Limits(10, 3)})
    outcomes = life.at_once(
        *[lambda: project_life.resolve(life.home.admin, asked.project_id, "approve")] * 2
    )

    assert ["InvalidState", "approved"] == sorted(outcomes)
    assert {"project": (10, 0)} == life.held(asked, VM)


def test_of_two_projects_of_one_name_one_is_approved(life):
    asked = [life.apply("tea.example.org") for _ in range(2)]
    outcomes = life.at_once(
        *[
            lambda project_id=each.project_id: project_life.resolve(
                life.home.admin, project_id, "approve"
            )
            for each in asked
        ]
    )

    assert ["Duplicate", "approved"] == sorted(outcomes)


def test_pending_applications_are_bounded_and_decided_ones_count_no_more(life):
    asked = [life.apply() for _ in range(2)]
    with pytest.raises(TooManyPending):
        life.apply()

    project_life.resolve(life.home.admin, asked[0].project_id, "deny", reason="no")
    project_life.resolve(life.demo, asked[1].project_id, "cancel")

    life.apply()
    assert [] == [d for d in synnefo_quota.verify(life.home.admin) if "astakos" in d.resource]


def test_administrators_apply_as_often_as_they_like(life):
    for _ in range(4):
        project_life.apply(life.home.admin, life.wish())

    assert [] == [d for d in synnefo_quota.verify(life.home.admin) if "astakos" in d.resource]


def test_a_newer_application_replaces_one_that_is_pending(life):
    first = life.apply()
    second = project_life.modify(life.demo, first.project_id, Wish(description="better"))

    shown = project_life.show(life.demo, first.project_id)
    assert (second.id, "pending") == (shown.application.id, shown.application.state)
    with pytest.raises(InvalidState):
        project_life.resolve(life.home.admin, first.project_id, "approve", application_id=first.id)


def test_a_change_leaves_what_it_does_not_name(life):
    project = life.approved(limits={VM: Limits(10, 3)}, description="tea")
    project_life.modify(life.demo, project.id, Wish(limits={VM: Limits(20, 5)}))
    assert {"project": (10, 0)} == life.held(project, VM)

    project_life.resolve(life.home.admin, project.id, "approve")

    assert {"project": (20, 0)} == life.held(project, VM)
    assert "tea" == project_life.show(life.demo, project.id).description


@pytest.mark.parametrize("action", ["cancel", "dismiss"])
def test_without_its_first_application_a_project_is_nothing(life, action):
    asked = life.apply()
    if action == "dismiss":
        project_life.resolve(life.home.admin, asked.project_id, "deny")
        assert "uninitialized" == project_life.show(life.demo, asked.project_id).state

    project_life.resolve(life.demo, asked.project_id, action)

    assert "deleted" == project_life.show(life.demo, asked.project_id).state


def test_a_change_that_was_denied_leaves_the_project_active(life):
    project = life.approved()
    project_life.modify(life.demo, project.id, Wish(description="worse"))

    project_life.resolve(life.home.admin, project.id, "deny")
    project_life.resolve(life.demo, project.id, "dismiss")

    assert "active" == project_life.show(life.demo, project.id).state


@pytest.mark.parametrize("action", ["approve", "deny"])
def test_only_administrators_decide(life, action):
    asked = life.apply()

    with pytest.raises(Forbidden):
        project_life.resolve(life.demo, asked.project_id, action)
    with pytest.raises(NotFound):
        project_life.resolve(life.jane, asked.project_id, action)


@pytest.mark.parametrize("action", project_life.ACTIONS)
def test_only_administrators_control(life, action):
    project = life.approved()

    with pytest.raises(Forbidden):
        project_life.act(life.demo, project.id, action)


@pytest.mark.parametrize(
    "values",
    [
        {"name": "two words"},
        {"name": "system:0"},
        {"name": "-tea"},
        {"name": "t" * 300},
        {"homepage": "h" * 256},
        {"description": "d" * 4097},
        {"comments": "c" * 4097},
        {"ends_at": 1.0},
        {"join_policy": "sometimes"},
        {"leave_policy": ""},
        {"max_members": -1},
        {"limits": {VM: Limits(3, 10)}},
        {"limits": {VM: Limits(-1, -1)}},
        {"limits": {VM: Limits(UNLIMITED + 1, 1)}},
        {"limits": {"tea.cups": Limits(1, 1)}},
        {"limits": {"astakos.pending_app": Limits(1, 1)}},
    ],
)
def test_what_can_not_be_is_not_asked_for(life, values):
    with pytest.raises(InvalidField):
        life.apply(**values)


def test_a_new_project_has_a_name_and_an_end(life):
    whole = life.wish()
    for missing in ("name", "ends_at"):
        with pytest.raises(InvalidField):
            project_life.apply(life.demo, replace(whole, **{missing: None}))


def test_nobody_applies_in_the_name_of_somebody_else(life):
    jane = life.home.user_id("jane")
    with pytest.raises(Forbidden):
        life.apply(owner_id=jane)

    asked = project_life.apply(life.home.admin, life.wish(owner_id=jane))
    assert jane == project_life.show(life.jane, asked.project_id).owner_id


def test_projects_come_to_their_end(life, clock):
    project = life.approved(ends_at=clock.now() + 100)
    assert [] == project_life.terminate_expired(life.home.admin)

    clock.advance(101)

    assert [project.id] == [each.id for each in project_life.terminate_expired(life.home.admin)]
    assert "terminated" == project_life.show(life.demo, project.id).state


def test_it_is_written_down_who_did_what(life):
    project = life.approved()
    project_life.act(life.home.admin, project.id, "suspend", reason="unpaid")

    told = [
        (e.noun, e.action, e.after, e.reason) for e in project_life.history(life.demo, project.id)
    ]
    assert ("application", "approve", "approved", "") in told
    assert ("project", "suspend", "suspended", "unpaid") == told[-1]


def test_each_sees_what_is_meant_for_him(life):
    public, private = (
        life.approved("a.example.org"),
        life.approved("b.example.org", is_private=True),
    )
    terminated = life.approved("c.example.org")
    project_life.act(life.home.admin, terminated.id, "terminate")

    def names(who, **selection):
        found = project_life.index(who, project_life.Selection(**selection))
        return {each.name for each in found if not each.is_personal}

    assert {"a.example.org", "b.example.org", "c.example.org"} <= names(life.demo)
    assert {"a.example.org"} == names(life.jane)
    assert {"a.example.org", "demo"} == names(life.demo, mode=project_life.Mode.ACTIVE) - {
        private.name
    }
    assert {"c.example.org"} == names(life.demo, states=["terminated"])
    assert set() == names(life.jane, mode=project_life.Mode.MEMBER)
    assert public.name in names(life.jane, names=[public.name])


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def life(home):
    return Life(home)
