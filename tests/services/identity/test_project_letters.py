# SPDX-License-Identifier: Apache-2.0
"""Who gets which letter about a project."""

import pytest

import synnefo_identity
from synnefo_identity import project_life
from synnefo_identity.letters import texts
from synnefo_identity.project_life import Wish, notices
from tests.services.identity.conftest import CHEAP
from tests.services.identity.life import Life

OWNER, BOSS, JANE = "demo@example.org", "boss@example.org", "jane@example.org"


@pytest.fixture
def cloud_settings(mailbox):
    return {**CHEAP, **mailbox.settings, ("mail", "managers"): [BOSS]}


@pytest.fixture
def life(home):
    life = Life(home)
    life.give_address("demo", OWNER)
    return life


@pytest.fixture
def told(worker, mailbox):
    """Return a function that returns who was told what since it was called last."""

    def told():
        worker.drain()
        found = {(letter["X-RcptTo"], letter["Subject"]) for letter in mailbox.letters()}
        mailbox.clear()
        return found

    return told


def test_of_an_application_those_are_told_who_decide(life, told, mailbox, worker):
    asked = life.apply("tea.example.org")
    worker.drain()
    text = mailbox.only(BOSS).get_content()

    assert f"synnefo project approve {asked.project_id}" in text
    assert {(BOSS, "Synnefo: demo asks for a new project tea.example.org")} == told()


def test_of_the_decision_the_applicant_is_told_and_why(life, told, mailbox, worker):
    asked = [life.apply(f"{name}.example.org") for name in ("tea", "ale")]
    told()

    project_life.resolve(life.home.admin, asked[0].project_id, "approve", reason="welcome")
    project_life.resolve(life.home.admin, asked[1].project_id, "deny", reason="too strong")
    worker.drain()

    assert ["welcome" in each.get_content() for each in mailbox.letters(OWNER)] == [True, False]
    assert {
        (OWNER, "Synnefo: tea.example.org was approved"),
        (BOSS, "Synnefo: tea.example.org was approved"),
        (OWNER, "Synnefo: ale.example.org was not approved"),
    } == told()


@pytest.mark.parametrize("action, word", [("approve", "approved"), ("deny", "not approved")])
def test_of_what_others_asked_for_the_owner_is_told_too(life, told, action, word):
    life.give_address("jane", JANE)
    project = life.approved("p.example.org")
    project_life.modify(life.home.admin, project.id, Wish(owner_id=life.home.user_id("jane")))
    project_life.resolve(life.home.admin, project.id, "approve")
    told()

    project_life.modify(life.home.admin, project.id, Wish(description="other"))
    told()
    project_life.resolve(life.home.admin, project.id, action)

    assert (JANE, f"Synnefo: p.example.org was {word}") in told()


def test_what_the_identity_api_does_to_a_project_is_told_too(life, told):
    project = life.approved("p.example.org", join_policy="auto")
    life.join(project)
    told()

    synnefo_identity.update_project(life.home.admin, project.id, {"is_enabled": False})
    assert {(OWNER, "Synnefo: p.example.org is suspended")} == told()
    synnefo_identity.update_project(life.home.admin, project.id, {"is_enabled": True})
    assert {(OWNER, "Synnefo: p.example.org can be used again")} == told()
    life.home.revoke(("user", life.home.user_id("jane")), project.id)
    assert {(JANE, "Synnefo: you are no member of p.example.org any more")} == told()


def test_of_a_change_others_can_be_told_than_of_a_new_project(life, told):
    life.home.cloud.config.set_override("on_project_modification", ["clerk@example.org"], "mail")
    project = life.approved()
    told()

    project_life.modify(life.demo, project.id, Wish(description="other"))

    assert {"clerk@example.org"} == {to for to, _ in told()}


@pytest.mark.parametrize(
    "actions, subject",
    [
        (["suspend"], "p.example.org is suspended"),
        (["suspend", "unsuspend"], "p.example.org can be used again"),
        (["terminate"], "p.example.org has ended"),
        (["terminate", "reinstate"], "p.example.org goes on"),
    ],
)
def test_of_what_becomes_of_a_project_the_owner_is_told(life, told, actions, subject):
    project = life.approved("p.example.org")
    for action in actions:
        told()
        project_life.act(life.home.admin, project.id, action)

    assert {(OWNER, f"Synnefo: {subject}")} == told()


def test_who_wants_in_or_out_is_told_to_the_owner_and_the_answer_to_him(life, told):
    project = life.approved("p.example.org", leave_policy="moderated")
    told()

    member = life.join(project)
    assert {(OWNER, "Synnefo: jane wants to join p.example.org")} == told()
    project_life.act_on_member(life.demo, member.id, "accept")
    assert {(JANE, "Synnefo: you are a member of p.example.org")} == told()
    project_life.act_on_member(life.jane, member.id, "leave")
    assert {(OWNER, "Synnefo: jane wants to leave p.example.org")} == told()
    project_life.act_on_member(life.demo, member.id, "remove")
    assert {(JANE, "Synnefo: you are no member of p.example.org any more")} == told()


def test_what_others_do_with_a_membership_is_told_to_the_member(life, told):
    project = life.approved("p.example.org")
    rejected = life.join(project)
    told()

    project_life.act_on_member(life.demo, rejected.id, "reject")
    assert {(JANE, "Synnefo: you are no member of p.example.org")} == told()
    project_life.enroll(life.demo, project.id, JANE)
    assert {(JANE, "Synnefo: you are a member of p.example.org")} == told()
    project_life.act_on_member(life.demo, rejected.id, "suspend")
    assert {(JANE, "Synnefo: you can not use p.example.org")} == told()


def test_who_has_no_address_is_told_nothing(life, told):
    life.give_address("demo", "")
    project = life.approved()
    told()

    project_life.act(life.home.admin, project.id, "suspend")

    assert set() == told()


def test_what_did_not_happen_is_told_to_nobody(life, told):
    project = life.approved("p.example.org")
    second = life.apply("p.example.org")
    told()

    with pytest.raises(Exception, match="exists already"):
        project_life.resolve(life.home.admin, second.project_id, "approve")

    assert set() == told()
    assert "active" == project_life.show(life.demo, project.id).state


def test_every_text_that_is_named_is_there():
    named = {
        text
        for notice in notices.NOTICES.values()
        for text in (notice.to_owner, notice.to_person, notice.to_list)
        if text
    }

    facts = ("site", "project", "project_id", "owner", "person", "reason", "kind", "name")
    for text in named:
        subject, body = texts.fill("", text, dict.fromkeys(facts, "x"))
        assert subject.startswith("x: ")
        assert body
