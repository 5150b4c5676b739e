# SPDX-License-Identifier: Apache-2.0
"""The ledger has the limits that were granted, whatever becomes of a project (AST-073 to 075)."""

import pytest

import synnefo_identity
import synnefo_quota
from synnefo_identity import LimitWish, limits, project_life
from synnefo_identity.project_life import Limits
from tests.services.identity.life import Life

VM = "cyclades.vm"


@pytest.fixture
def life(home):
    return Life(home)


@pytest.fixture
def project(life):
    """Return an active project with a member who has something."""
    made = life.approved(limits={VM: Limits(10, 3)}, join_policy="auto")
    life.join(made)
    life.charge(made, "jane", 2)
    return made


@pytest.mark.parametrize(
    "fate",
    [
        (),
        ("suspend",),
        ("suspend", "unsuspend"),
        ("terminate",),
        ("terminate", "reinstate"),
    ],
    ids="-".join,
)
def test_the_ledger_follows_what_becomes_of_a_project(life, project, fate):
    for action in fate:
        project_life.act(life.home.admin, project.id, action)

    assert [] == synnefo_quota.verify_limits(life.home.admin)
    is_active = fate[-1:] not in (("suspend",), ("terminate",))
    expected = (
        {"project": (10, 2), "jane": (3, 2)} if is_active else {"project": (0, 2), "jane": (0, 2)}
    )
    assert expected == life.held(project, VM)


@pytest.mark.parametrize("by_keystone", [False, True], ids=["here", "by the identity API"])
def test_a_project_for_which_nobody_applied_may_have_nothing_while_it_is_suspended(
    life, worker, by_keystone
):
    hall = life.home.project("hall")
    wished = [LimitWish(hall.id, VM, 7)]
    limits.change(life.home.admin, wished)
    life.charge(hall, "jane", 2)
    default = synnefo_quota.left(life.home.admin, hall.id, "cyclades.ram").limit

    move(life, worker, hall.id, "suspend", by_keystone=by_keystone)
    during = {r: synnefo_quota.left(life.home.admin, hall.id, r) for r in (VM, "cyclades.ram")}
    move(life, worker, hall.id, "unsuspend", by_keystone=by_keystone)

    assert (0, 2, 0) == (during[VM].limit, during[VM].usage, during["cyclades.ram"].limit)
    assert 7 == synnefo_quota.left(life.home.admin, hall.id, VM).limit
    assert default == synnefo_quota.left(life.home.admin, hall.id, "cyclades.ram").limit
    assert [] == synnefo_quota.verify_limits(life.home.admin)


def move(life, worker, project_id, action, *, by_keystone):
    """Suspend a project, or let it go on."""
    if by_keystone:
        values = {"is_enabled": action == "unsuspend"}
        synnefo_identity.update_project(life.home.admin, project_id, values)
    else:
        project_life.act(life.home.admin, project_id, action)
    worker.drain()


def test_the_personal_project_of_who_is_suspended_may_have_nothing(life):
    jane = life.home.user_id("jane")
    before = synnefo_quota.left(life.home.admin, jane, VM).limit

    project_life.act(life.home.admin, jane, "suspend")
    during = synnefo_quota.left(life.home.admin, jane, VM).limit
    project_life.act(life.home.admin, jane, "unsuspend")

    assert 0 == during < before
    assert before == synnefo_quota.left(life.home.admin, jane, VM).limit


@pytest.mark.parametrize(
    "granted, expected", [(Limits(10, 3), 3), (Limits(10, 10), 6), (Limits(10, 8), 6)]
)
def test_a_limit_of_the_identity_api_is_granted(life, granted, expected):
    project = life.approved(limits={VM: granted}, join_policy="auto")
    life.join(project)

    limits.change(life.home.admin, [LimitWish(project.id, VM, 6)])

    assert {"project": (6, 0), "jane": (expected, 0)} == life.held(project, VM)
    assert [] == synnefo_quota.verify_limits(life.home.admin)


def test_who_left_may_have_nothing_more_and_the_ledger_knows(life):
    project = life.approved(limits={VM: Limits(10, 3)}, join_policy="auto", leave_policy="auto")
    membership = life.join(project)

    project_life.act_on_member(life.jane, membership.id, "leave")

    assert [] == synnefo_quota.verify_limits(life.home.admin)


def test_a_limit_that_drifted_is_found_and_put_right(life, project):
    synnefo_quota.set_limit(life.home.admin, holder=f"project:{project.id}", resource=VM, limit=99)

    (wrong,) = synnefo_quota.verify_limits(life.home.admin)
    synnefo_quota.correct_limits(life.home.admin, [wrong])

    assert (wrong.wanted.limit, wrong.limit) == (10, 99)
    assert (10, 2) == life.held(project, VM)["project"]


def test_pending_applications_are_listed_behind_their_number(life):
    life.apply("wanted.example.org")

    explained = synnefo_quota.explain(
        life.home.admin, project_id=life.home.user_id("demo"), resource=project_life.PENDING.name
    )

    assert ["wanted.example.org"] == [thing.name for thing in explained.things]
    assert explained.is_complete
