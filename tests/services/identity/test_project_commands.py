# SPDX-License-Identifier: Apache-2.0
"""What operators do with the lives of projects from a terminal."""

import json

import pytest

import synnefo_identity
import synnefo_quota
from synnefo_identity import project_life
from synnefo_identity.life_models import LifeRow
from synnefo_identity.project_life import Limits, Wish
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


def ids(rows):
    return {row["Id"] for row in rows}


def test_projects_are_listed_by_what_waits_and_by_what_became_of_them(life, listed, worker):
    new, going = life.apply("new.example.org").project_id, life.approved("going.example.org").id
    changed, over = life.approved("changed.example.org").id, life.approved("over.example.org").id
    gone, demo = life.home.project("gone").id, life.home.user_id("demo")
    project_life.modify(life.demo, changed, Wish(description="other"))
    project_life.act(life.home.admin, over, "terminate")
    synnefo_identity.delete_project(life.home.admin, gone)

    for words, expected in (
        (["--new"], {new}),
        (["--modified"], {changed}),
        (["--pending"], {new, changed}),
        (["--state", "terminated", "--state", "uninitialized"], {over, new}),
        (["--owner", demo], {new, going, changed, over}),
        (["--owner", demo, "--domain", "other"], set()),
    ):
        assert expected == ids(listed("project", "list", *words))
    personal = ids(listed("project", "list", "--personal"))
    assert demo in personal
    assert personal.isdisjoint(ids(listed("project", "list", "--no-personal")))
    assert gone not in ids(listed("project", "list"))
    worker.drain()
    assert {gone} == ids(listed("project", "list", "--state", "deleted"))


def test_a_list_tells_how_many_are_in_a_project(life, listed):
    project = life.approved("tea.example.org", join_policy="auto")
    life.join(project)

    (row,) = [each for each in listed("project", "list") if each["Id"] == project.id]

    assert (1, "active", "tea.example.org") == (row["Members"], row["State"], row["Name"])


def test_who_decides_sees_what_is_asked_for(life, listed, synnefo):
    asked = life.apply("tea.example.org", limits={VM: Limits(10, 3)}, comments="please")

    told = listed("project", "overview", asked.project_id)["Asked for"].splitlines()

    assert {"name: tea.example.org", f"{VM}: 10/3", "comments: please"} <= set(told)
    synnefo("project", "approve", asked.project_id)
    assert "" == listed("project", "overview", asked.project_id)["Asked for"]


def test_a_project_gets_another_name_and_the_log_says_why(life, listed, synnefo):
    project = life.approved("tea.example.org")
    words = ("--name", "ale.example.org", "--description", "stronger", "--reason", "asked by mail")

    synnefo("project", "modify", project.id, *words)

    told = listed("project", "overview", "ale.example.org")
    assert ("stronger", "ale.example.org") == (told["Description"], told["Name"])
    assert "asked by mail" == listed("project", "history", project.id)[-1]["Reason"]
    shown = synnefo_identity.show_project(life.home.admin, project.id)
    assert "ale.example.org" == shown.name


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


def test_memberships_are_listed_over_all_projects(life, listed):
    tea, ale = (life.approved(f"{name}.example.org", join_policy="auto") for name in ("tea", "ale"))
    member, jane = life.join(tea), life.home.user_id("jane")
    life.join(ale)
    project_life.act_on_member(life.jane, member.id, "leave")

    def projects(*words):
        return [each["Project"] for each in listed("member", "list", "--user", jane, *words)]

    assert {tea.id, ale.id} < set(projects())
    assert [tea.id] == projects("--state", "removed")
    assert [ale.id] == projects("--project", "ale.example.org", "--state", "accepted")


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
