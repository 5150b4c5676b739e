# SPDX-License-Identifier: Apache-2.0
"""What services are told of all users, and what they use together: AST-072, AST-105."""

from __future__ import annotations

import synnefo_quota
from synnefo_core.contracts.quota import Charge
from synnefo_quota import registry

VM = "tests.vm"


def charge(context, user, project, amount):
    synnefo_quota.charge(context, [Charge(project, user, VM, amount)])


def test_all_users_shares_are_beside_their_projects(context):
    charge(context, "u1", "p1", 2)
    charge(context, "u2", "p1", 3)
    charge(context, "u2", "p2", 1)

    found = synnefo_quota.of_users(context)

    assert {"u1": {"p1": 2}, "u2": {"p1": 3, "p2": 1}} == {
        user: {project: each[VM].user.usage for project, each in shares.items()}
        for user, shares in found.items()
    }
    share = found["u1"]["p1"][VM]
    assert (5, 10, 7) == (share.project.usage, share.project.limit, share.effective_limit)


def test_of_one_project_the_others_are_left_out(context):
    charge(context, "u1", "p1", 2)
    charge(context, "u2", "p2", 1)

    assert {"u2": {"p2"}} == {
        user: set(shares)
        for user, shares in synnefo_quota.of_users(context, project_id="p2").items()
    }


def test_what_a_user_has_in_all_projects_is_added_up(context):
    charge(context, "u1", "p1", 2)
    charge(context, "u1", "p2", 3)
    charge(context, "u2", "p2", 1)
    charge(context, "u2", "p2", -1)

    assert {"u1": {VM: 5}} == synnefo_quota.used_by_users(context)


def test_who_may_use_what_the_others_leave(context):
    charge(context, "u1", "p1", 2)
    charge(context, "u2", "p1", 6)
    synnefo_quota.set_limit(context, holder="user:u1", source="project:p1", resource=VM, limit=3)

    one, other = (synnefo_quota.of_user(context, user)["p1"][VM] for user in ("u1", "u2"))

    assert (3, 8) == (one.effective_limit, other.effective_limit)


def test_totals_count_projects_that_hold_nothing_yet(context, directory):
    registry.modify(context, VM, user_default=3)
    directory.login("u1", "u1")
    directory.login("u1", "p1")
    charge(context, "u1", "p2", 2)
    synnefo_quota.set_limit(context, holder="project:p2", resource=VM, limit=4)

    total = synnefo_quota.totals(context)[VM]

    assert (2, 3 + 10 + 4) == (total.used, total.allocated)
