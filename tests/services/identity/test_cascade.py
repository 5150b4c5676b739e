# SPDX-License-Identifier: Apache-2.0
"""What belongs to a user who is shut out rests until the user is let in again."""

import pytest

from synnefo_core.outbox import Event
from synnefo_identity import accounts, project_life
from synnefo_identity.accounts import cascade
from tests.services.identity.life import Life


@pytest.fixture
def life(home):
    return Life(home)


def state(life, project_id):
    return project_life.show(life.home.admin, project_id).state


def members(life, project):
    """Return the states of a project's members by their ids."""
    found = project_life.list_members(life.home.admin, project_id=project.id)
    return {member.user_id: member.state for member in found}


def test_an_owners_projects_rest_and_go_on(life, worker):
    demo = life.demo.user_id
    project = life.approved()
    accounts.deactivate(life.home.admin, demo, "abuse")
    worker.drain()
    assert ("suspended", "suspended") == (state(life, project.id), state(life, demo))

    accounts.activate(life.home.admin, demo)
    worker.drain()

    assert ("active", "active") == (state(life, project.id), state(life, demo))


def test_a_members_memberships_rest_and_go_on(life, worker):
    project, jane = life.approved(join_policy="auto"), life.jane.user_id
    life.join(project)
    accounts.deactivate(life.home.admin, jane, "abuse")
    worker.drain()
    assert "suspended" == members(life, project)[jane]
    assert "active" == state(life, project.id)

    accounts.activate(life.home.admin, jane)
    worker.drain()

    assert "accepted" == members(life, project)[jane]


def test_what_rested_before_still_rests_afterwards(life, worker):
    project, jane = life.approved(join_policy="auto"), life.jane.user_id
    own = life.approved()
    joined = life.join(project)
    project_life.act_on_member(life.home.admin, joined.id, "suspend", reason="unpaid")
    project_life.act(life.home.admin, own.id, "suspend", reason="unpaid")

    for user_id in (jane, life.demo.user_id):
        accounts.deactivate(life.home.admin, user_id, "abuse")
        worker.drain()
        accounts.activate(life.home.admin, user_id)
        worker.drain()

    assert "suspended" == members(life, project)[jane]
    assert "suspended" == state(life, own.id)


def test_an_event_that_comes_late_changes_nothing(life, worker):
    demo = life.demo.user_id
    accounts.deactivate(life.home.admin, demo, "abuse")
    accounts.activate(life.home.admin, demo)
    worker.drain()

    for kind in ("user.deactivated", "user.activated"):
        cascade.follow(life.home.admin, Event(kind, demo, {}))
    cascade.follow(life.home.admin, Event("user.deactivated", "gone", {}))

    assert "active" == state(life, demo)
