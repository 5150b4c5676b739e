# SPDX-License-Identifier: Apache-2.0
"""What operators do with the lives of projects from a terminal."""

import json

import pytest

import synnefo_quota
from synnefo_identity import project_life
from synnefo_identity.life_models import LifeRow
from synnefo_identity.project_life import Limits
from tests.services.identity.life import Life

VM = "cyclades.vm"


@pytest.fixture
def life(home):
    return Life(home)


@pytest.fixture
def listed(synnefo):
    """Return a function that returns what a command prints as values."""

    def listed(*words, expect=0):
        return json.loads(synnefo(*words, "-f", "json", expect=expect))

    return listed


def test_an_operator_sees_what_waits_and_decides(life, synnefo, listed):
    tea, ale = life.apply("tea.example.org", comments="please"), life.apply("ale.example.org")
    waiting = listed("project", "applications")
    assert [("tea.example.org", "please"), ("ale.example.org", "")] == [
        (each["Name"], each["Comments"]) for each in waiting
    ]

    synnefo("project", "approve", "tea.example.org", "--reason", "welcome")
    synnefo("project", "deny", ale.project_id)

    assert [] == listed("project", "applications")
    shown = listed("project", "overview", "tea.example.org")
    assert ("active", f"{tea.id} approved") == (shown["State"], shown["Last application"])
    synnefo("project", "approve", ale.project_id, expect=1)


def test_an_operator_ends_a_project_and_lets_it_go_on(life, synnefo, listed):
    project = life.approved("tea.example.org")

    for action, state in (
        ("suspend", "suspended"),
        ("unsuspend", "active"),
        ("terminate", "terminated"),
        ("reinstate", "active"),
    ):
        synnefo("project", action, project.id, "--reason", "so")
        assert state == listed("project", "overview", project.id)["State"]
    told = [each["Action"] for each in listed("project", "history", project.id)]
    assert ["suspend", "unsuspend", "terminate", "reinstate"] == told[-4:]


def test_an_operator_changes_a_project_without_an_application(life, synnefo, listed):
    project = life.approved("tea.example.org", join_policy="auto")
    life.join(project)

    synnefo(
        *("project", "modify", project.id, "--limit", f"{VM}=9/2", "--max-members", "unlimited"),
        *("--end-date", "2100-01-31", "--join-policy", "closed", "--private"),
    )

    shown = listed("project", "overview", project.id)
    assert ("closed", True, "unlimited", "2100-01-31T00:00:00Z") == (
        shown["Join policy"],
        shown["Private"],
        shown["Members at most"],
        shown["Ends"],
    )
    assert {"project": (9, 0), "jane": (2, 0)} == life.held(project, VM)
    (row,) = [each for each in listed("project", "limits", project.id) if each["Resource"] == VM]
    assert ("9", "2") == (row["Granted to project"], row["Granted to member"])


@pytest.mark.parametrize(
    "wrong",
    [
        ["--limit", VM],
        ["--limit", f"{VM}=many"],
        ["--limit", f"{VM}=1/2"],
        ["--end-date", "soon"],
        ["--end-date", "1999-01-31"],
        ["--max-members", "some"],
    ],
)
def test_what_can_not_be_is_said_in_a_sentence(life, synnefo, wrong):
    project = life.approved()

    synnefo("project", "modify", project.id, *wrong, expect=1)


def test_the_limits_of_all_personal_projects_can_be_changed_but_of_some(life, synnefo):
    jane, joan = (life.home.user_id(name) for name in ("jane", "joan"))

    synnefo("project", "modify", "--all-personal", "--exclude", joan, "--limit", f"{VM}=7")

    limits = {who: synnefo_quota.left(life.home.admin, who, VM).limit for who in (jane, joan)}
    assert limits[jane] == 7
    assert limits[joan] != 7
    synnefo("project", "modify", "--all-personal", "--homepage", "x", expect=1)


def test_an_operator_moves_members(life, synnefo, listed):
    project = life.approved("tea.example.org")
    member = life.join(project)
    synnefo("member", "accept", str(member.id))
    synnefo("member", "add", "tea.example.org", "joan@example.org")

    names = {(each["Name"], each["State"]) for each in listed("project", "members", project.id)}
    assert {("jane", "accepted"), ("joan", "accepted")} == names

    synnefo("member", "suspend", str(member.id))
    synnefo("member", "remove", str(member.id), "--reason", "gone")
    assert "removed" == project_life.show_member(life.home.admin, member.id).state
    synnefo("member", "remove", str(member.id), expect=1)


def test_expired_projects_are_listed_and_terminated(life, synnefo, listed):
    project = life.approved("tea.example.org")
    with life.home.admin.unit_of_work() as session:
        session.get(LifeRow, project.id).ends_at = 1.0

    assert [project.id] == [each["Id"] for each in listed("project", "expired")]
    assert ["terminated"] == [each["State"] for each in listed("project", "expired", "--terminate")]
    assert [] == listed("project", "expired")


def test_limits_that_drifted_are_found_and_set_right(life, synnefo, listed):
    project = life.approved(limits={VM: Limits(10, 3)}, join_policy="auto")
    life.join(project)
    assert [] == listed("project", "verify")
    holder = f"project:{project.id}"
    synnefo_quota.set_limit(life.home.admin, holder=holder, resource=VM, limit=99)

    (wrong,) = listed("project", "verify", expect=1)
    assert (VM, "99", "10") == (wrong["Resource"], wrong["Limit"], wrong["Granted"])
    listed("project", "verify", "--fix")

    assert {"project": (10, 0), "jane": (3, 0)} == life.held(project, VM)
    assert [] == listed("project", "verify")


def test_of_two_projects_of_one_name_the_operator_says_which(life, synnefo):
    for _ in range(2):
        life.apply("tea.example.org")

    synnefo("project", "approve", "tea.example.org", expect=1)
    synnefo("project", "approve", "ale.example.org", expect=1)
