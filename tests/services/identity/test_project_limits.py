# SPDX-License-Identifier: Apache-2.0
"""The ledger has the limits that were granted, whatever becomes of a project (AST-073 to 075)."""

import pytest

import synnefo_quota
from synnefo_identity import project_life
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
