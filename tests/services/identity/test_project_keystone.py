# SPDX-License-Identifier: Apache-2.0
"""What the identity API does to projects, their people's side follows."""

import pytest

import synnefo_identity
import synnefo_quota
from synnefo_core.errors import Conflict, InvalidState, NotFound
from synnefo_identity import project_life
from synnefo_identity.life_models import LimitRow
from synnefo_identity.project_life import Limits, Wish
from tests.services.identity.life import Life

VM = "cyclades.vm"


@pytest.fixture
def life(home):
    return Life(home)


@pytest.fixture
def project(life):
    """Return an active project of which jane is a member."""
    made = life.approved(limits={VM: Limits(10, 3)}, join_policy="auto")
    life.join(made)
    return made


def members(life, project):
    return [m.state for m in project_life.list_members(life.home.admin, project_id=project.id)]


def test_a_project_made_there_is_active_private_and_closed(life):
    made = project_life.show(life.home.admin, life.home.project("hall").id)

    assert ("active", True, "closed", "closed", None) == (
        made.state,
        made.is_private,
        made.join_policy,
        made.leave_policy,
        made.owner_id,
    )


def test_disabling_is_suspending(life, project, worker):
    synnefo_identity.update_project(life.home.admin, project.id, {"is_enabled": False})
    worker.drain()
    assert "suspended" == project_life.show(life.home.admin, project.id).state
    assert {"project": (0, 0), "jane": (0, 0)} == life.held(project, VM)

    synnefo_identity.update_project(life.home.admin, project.id, {"is_enabled": True})
    worker.drain()
    assert {"project": (10, 0), "jane": (3, 0)} == life.held(project, VM)


def test_a_new_name_is_the_name(life, project, worker):
    synnefo_identity.update_project(life.home.admin, project.id, {"name": "new"})
    worker.drain()

    assert "new" == project_life.show(life.home.admin, project.id).name


def test_a_terminated_project_is_not_enabled(life, project):
    project_life.act(life.home.admin, project.id, "terminate")

    with pytest.raises(Conflict):
        synnefo_identity.update_project(life.home.admin, project.id, {"is_enabled": True})


def test_of_a_deleted_project_nothing_is_left_to_approve_or_to_be_in(life, project, worker):
    project_life.modify(life.demo, project.id, Wish(description="other"))
    synnefo_identity.delete_project(life.home.admin, project.id)
    worker.drain()

    gone = project_life.show(life.home.admin, project.id)
    assert ("deleted", "cancelled") == (gone.state, gone.application.state)
    assert ["removed"] == members(life, project)
    assert {"project": (0, 0), "jane": (0, 0)} == life.held(project, VM)
    with pytest.raises(InvalidState):
        project_life.resolve(life.home.admin, project.id, "approve")
    assert [] == [d for d in synnefo_quota.verify(life.home.admin) if "astakos" in d.resource]


def test_a_change_is_not_approved_when_the_project_is_gone_and_nobody_knows_yet(life, project):
    project_life.modify(life.demo, project.id, Wish(description="other"))
    project_life.act(life.home.admin, project.id, "suspend")
    synnefo_identity.delete_project(life.home.admin, project.id)

    with pytest.raises(NotFound):
        project_life.resolve(life.home.admin, project.id, "approve")


def test_a_member_from_whom_the_role_is_taken_is_none(life, project, worker):
    life.home.revoke(("user", life.home.user_id("jane")), project.id, "member")
    worker.drain()

    assert ["removed"] == members(life, project)
    assert (0, 0) == life.held(project, VM)["jane"]


def test_a_role_that_an_administrator_gave_stays_with_who_only_asks(life, worker):
    project = life.approved()
    jane = ("user", life.home.user_id("jane"))
    life.home.grant(jane, project.id, "member")

    asked = life.join(project)
    project_life.act_on_member(life.jane, asked.id, "cancel")
    worker.drain()

    assert life.home.holds(jane, project.id, "member")


@pytest.mark.parametrize("ends", ["role", "project"])
def test_who_can_use_a_default_project_no_more_falls_back(life, project, worker, ends):
    home, jane = life.home, life.home.user_id("jane")
    synnefo_identity.update_user(home.admin, jane, {"default_project_id": project.id})

    if ends == "role":
        home.revoke(("user", jane), project.id)
    else:
        synnefo_identity.delete_project(home.admin, project.id)
    worker.drain()

    assert jane == synnefo_identity.show_user(home.admin, jane).default_project_id


def test_who_leaves_is_not_removed_once_more(life, project, worker):
    (member,) = project_life.list_members(life.jane, project_id=project.id)
    project_life.act_on_member(life.jane, member.id, "leave")
    worker.drain()

    told = [each.action for each in project_life.history(life.home.admin, project.id)]
    assert ["join", "leave"] == told[-2:]


def test_a_user_who_is_gone_is_in_no_project_and_waits_for_nothing(life, project, worker):
    asked = project_life.apply(life.jane, life.wish())

    synnefo_identity.delete_user(life.home.admin, life.home.user_id("jane"))
    worker.drain()

    assert ["removed"] == members(life, project)
    assert "deleted" == project_life.show(life.home.admin, asked.project_id).state


def test_a_resource_that_comes_later_is_limited_in_projects_that_are_there(life, project):
    project_life.act(life.home.admin, project.id, "suspend")
    with life.home.admin.unit_of_work() as session:
        session.delete(session.get(LimitRow, (project.id, VM)))

    project_life.fill_new(life.home.admin)

    default = synnefo_quota.resources(life.home.cloud)[VM].resource.project_default
    granted = project_life.show(life.home.admin, project.id).limits[VM]
    assert Limits(default, default) == granted
    assert 0 == life.held(project, VM)["project"][0]
