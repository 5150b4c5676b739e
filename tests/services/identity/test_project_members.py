# SPDX-License-Identifier: Apache-2.0
"""Who comes into a project, what each gets there, and what stays when somebody goes."""

import pytest

import synnefo_identity
from synnefo_core.errors import (
    Forbidden,
    InvalidState,
    NotFound,
    QuotaExceeded,
)
from synnefo_identity import project_life
from synnefo_identity.project_life import Limits, Wish
from tests.services.identity.life import Life

VM = "cyclades.vm"


def test_a_member_gets_no_more_than_a_members_share(life):
    project = life.approved(limits={VM: Limits(10, 3)}, join_policy="auto")
    life.join(project)
    life.charge(project, "jane", 3)

    with pytest.raises(QuotaExceeded):
        life.charge(project, "jane", 1)
    assert {"project": (10, 3), "jane": (3, 3)} == life.held(project, VM)


def test_who_leaves_keeps_paying_for_what_is_there_and_gets_nothing_more(life):
    project = life.approved(limits={VM: Limits(10, 3)}, join_policy="auto")
    member = life.join(project)
    life.charge(project, "jane", 2)

    project_life.act_on_member(life.jane, member.id, "leave")

    assert {"project": (10, 2), "jane": (0, 2)} == life.held(project, VM)
    with pytest.raises(QuotaExceeded):
        life.charge(project, "jane", 1)
    life.charge(project, "jane", -2)
    assert {"project": (10, 0), "jane": (0, 0)} == life.held(project, VM)


def test_who_leaves_has_no_role_any_more_and_another_default_project(life):
    project = life.approved(join_policy="auto")
    member = life.join(project)
    jane = life.home.user_id("jane")
    synnefo_identity.update_user(life.home.admin, jane, {"default_project_id": project.id})

    project_life.act_on_member(life.jane, member.id, "leave")

    assert not life.home.holds(("user", jane), project.id, "member")
    assert jane == synnefo_identity.show_user(life.home.admin, jane).default_project_id


def test_who_comes_again_has_the_same_membership_and_share(life):
    project = life.approved(limits={VM: Limits(10, 3)}, join_policy="auto")
    member = life.join(project)
    project_life.act_on_member(life.jane, member.id, "leave")

    again = life.join(project)

    assert (member.id, "accepted") == (again.id, again.state)
    assert (3, 0) == life.held(project, VM)["jane"]


def test_of_two_who_want_the_last_place_one_gets_it(life):
    project = life.approved(join_policy="moderated", max_members=1)
    requests = [project_life.join(who, project.id) for who in (life.jane, life.joan)]

    outcomes = life.at_once(
        *[
            lambda member_id=each.id: project_life.act_on_member(life.demo, member_id, "accept")
            for each in requests
        ]
    )

    assert ["Full", "accepted"] == sorted(outcomes)


def test_moderated_means_that_the_owner_decides(life):
    project = life.approved()
    member = life.join(project)
    jane = ("user", life.home.user_id("jane"))
    assert ("requested", False) == (member.state, life.home.holds(jane, project.id, "member"))

    project_life.act_on_member(life.demo, member.id, "accept")
    assert life.home.holds(jane, project.id, "member")


def test_the_owner_comes_in_without_asking(life):
    project = life.approved()

    assert "accepted" == project_life.join(life.demo, project.id).state


def test_who_wants_out_of_a_moderated_project_stays_until_the_owner_says_so(life):
    project = life.approved(
        limits={VM: Limits(10, 3)}, join_policy="auto", leave_policy="moderated"
    )
    member = life.join(project)

    project_life.act_on_member(life.jane, member.id, "leave")
    assert (3, 0) == life.held(project, VM)["jane"]
    assert "accepted" == project_life.act_on_member(life.demo, member.id, "reject").state

    project_life.act_on_member(life.jane, member.id, "leave")
    assert "removed" == project_life.act_on_member(life.demo, member.id, "remove").state
    assert (0, 0) == life.held(project, VM)["jane"]


def test_closed_means_that_nobody_comes_in_or_goes(life):
    project = life.approved(join_policy="auto")
    member = life.join(project)
    project_life.change(
        life.home.admin, project.id, Wish(join_policy="closed", leave_policy="closed")
    )

    for call in (
        lambda: project_life.join(life.joan, project.id),
        lambda: project_life.enroll(life.demo, project.id, "joan@example.org"),
        lambda: project_life.act_on_member(life.jane, member.id, "leave"),
        lambda: project_life.act_on_member(life.demo, member.id, "remove"),
    ):
        with pytest.raises(Forbidden):
            call()


def test_beyond_the_bound_joining_is_asking(life):
    project = life.approved(join_policy="auto", max_members=1)

    assert "accepted" == life.join(project).state
    assert "requested" == project_life.join(life.joan, project.id).state
    with pytest.raises(project_life.Full):
        project_life.enroll(life.demo, project.id, "joan@example.org")


def test_the_owner_enrolls_people_by_their_address(life):
    project = life.approved()

    assert "accepted" == project_life.enroll(life.demo, project.id, "Joan@example.org").state
    with pytest.raises(NotFound):
        project_life.enroll(life.demo, project.id, "nobody@example.org")
    with pytest.raises(Forbidden):
        project_life.enroll(life.jane, project.id, "jane@example.org")


def test_nobody_finds_out_by_enrolling_who_is_here(life):
    asked = life.apply()
    for email in ("joan@example.org", "nobody@example.org"):
        with pytest.raises(InvalidState):
            project_life.enroll(life.demo, asked.project_id, email)


def test_it_is_said_what_one_can_do(life):
    member = life.join(life.approved(leave_policy="moderated"))
    assert ("cancel",) == member.actions
    assert ("accept", "reject") == project_life.show_member(life.demo, member.id).actions

    project_life.act_on_member(life.demo, member.id, "accept")
    assert ("leave",) == project_life.show_member(life.jane, member.id).actions
    assert ("remove", "suspend") == project_life.show_member(life.demo, member.id).actions
    project_life.act_on_member(life.jane, member.id, "leave")
    assert ("cancel", "leave") == project_life.show_member(life.jane, member.id).actions


def test_others_memberships_are_not_there(life):
    project = life.approved()
    member = life.join(project)

    for call in (
        lambda: project_life.show_member(life.joan, member.id),
        lambda: project_life.act_on_member(life.joan, member.id, "accept"),
    ):
        with pytest.raises(NotFound):
            call()
    assert [member.id] == [
        m.id for m in project_life.list_members(life.demo, project_id=project.id)
    ]
    assert [] == project_life.list_members(life.joan, project_id=project.id)


def test_a_member_does_not_accept_himself(life):
    member = life.join(life.approved())

    with pytest.raises(Forbidden):
        project_life.act_on_member(life.jane, member.id, "accept")
    with pytest.raises(Forbidden):
        project_life.act_on_member(life.demo, member.id, "leave")


@pytest.fixture
def life(home):
    return Life(home)
