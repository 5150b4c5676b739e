# SPDX-License-Identifier: Apache-2.0
"""What is chosen to bring holdings back under their limits: enough, and no more."""

from __future__ import annotations

import pytest

import synnefo_quota
from synnefo_core.contracts.quota import Charge, Relief, Severity
from synnefo_core.errors import InvalidState
from synnefo_quota import enforcement
from synnefo_quota.enforcement import Scope


@pytest.fixture
def done():
    """Return what was applied, by name."""
    return []


@pytest.fixture
def offer(owner, done):
    """Return a function that makes a thing which can be deleted or stopped."""

    def make(name, *, amount=1, user="u1", project="p1", action="delete", frees=None, **others):
        relief = Relief(
            project_id=project,
            user_id=user,
            kind="thing",
            id=name,
            name=name,
            action=action,
            frees=frees or {"tests.vm": amount},
            apply=lambda context: done.append(name),
            **others,
        )
        owner.offers.append(relief)

    return make


def use(context, amount, *, user="u1", project="p1", limit=None):
    """Let a user have so much, more than the limit that is set afterwards."""
    synnefo_quota.charge(context, [Charge(project, user, "tests.vm", amount)])
    if limit is not None:
        synnefo_quota.set_limit(
            context, holder=f"project:{project}", resource="tests.vm", limit=limit
        )


def limit_share(context, user, limit, project="p1"):
    synnefo_quota.set_limit(
        context,
        holder=f"user:{user}",
        source=f"project:{project}",
        resource="tests.vm",
        limit=limit,
    )


def names(plan):
    return [step.relief.name for step in plan.steps]


def left_over(plan):
    return [(holding.holder, amount) for holding, amount in plan.left_over]


def test_nothing_is_to_be_done_within_the_limits(context, offer):
    use(context, 5)
    offer("a")

    plan = enforcement.plan(context)

    assert (plan.steps, plan.left_over) == ((), ())


def test_no_more_is_taken_than_is_needed(context, offer):
    use(context, 5, limit=3)
    for name in "abc":
        offer(name)

    assert len(names(enforcement.plan(context))) == 2


def test_planning_does_nothing(context, offer, done):
    use(context, 5, limit=3)
    offer("a")

    enforcement.plan(context)

    assert done == []


def test_what_failed_goes_first_then_the_newest(context, offer):
    use(context, 9, limit=6)
    offer("old", rank=3, created_at=1.0)
    offer("new", rank=3, created_at=2.0)
    offer("stopped", rank=2, created_at=0.0)
    offer("failed", rank=0, created_at=0.0)

    assert names(enforcement.plan(context)) == ["failed", "stopped", "new"]


def test_a_users_share_is_brought_down_by_that_users_things_only(context, offer):
    use(context, 2, user="u1")
    use(context, 4, user="u2")
    limit_share(context, "u2", 3)
    offer("one's", user="u1", rank=0)
    offer("two's", user="u2", rank=3)

    assert names(enforcement.plan(context)) == ["two's"]


def test_what_a_share_gives_up_counts_for_the_project(context, offer):
    use(context, 2, user="u1")
    use(context, 4, user="u2", limit=5)
    limit_share(context, "u2", 3)
    offer("one's", user="u1", rank=0)
    offer("two's", user="u2", rank=3)

    plan = enforcement.plan(context)

    assert (names(plan), left_over(plan)) == (["two's"], [])


def test_what_was_begun_before_counts_and_is_not_begun_again(context, offer, done):
    use(context, 5, limit=3)
    offer("a", is_under_way=True, rank=9)
    offer("b")
    offer("c")

    plan = enforcement.plan(context)
    list(enforcement.apply(context, plan))

    assert (len(plan.steps), len(done)) == (2, 1)
    assert "a" not in done


def test_what_stays_over_its_limit_is_told(context, offer):
    use(context, 5, limit=1)
    offer("a")

    assert left_over(enforcement.plan(context)) == [("project:p1", 3)]


def test_a_place_gets_no_more_to_do_than_it_may(context, offer):
    use(context, 6, limit=1)
    for name in "ab":
        offer(name, place="one")
    offer("c", place="two")

    plan = enforcement.plan(context, per_place=1)

    assert sorted(step.relief.place for step in plan.steps) == ["one", "two"]
    assert left_over(plan) == [("project:p1", 3)]


@pytest.mark.parametrize(
    "scope, expected",
    [
        (Scope(), ["mine", "theirs"]),
        (Scope(only_projects={"p1"}), ["mine"]),
        (Scope(not_projects={"p1"}), ["theirs"]),
        (Scope(only_resources={"tests.other"}), []),
        (Scope(not_users={"u1"}), ["theirs"]),
        (Scope(only_users={"u2"}), []),
    ],
)
def test_only_what_is_asked_for_is_looked_at(context, offer, scope, expected):
    use(context, 2, user="u1", project="p1", limit=1)
    use(context, 2, user="u2", project="p2", limit=1)
    offer("mine", user="u1", project="p1")
    offer("theirs", user="u2", project="p2")

    assert sorted(names(enforcement.plan(context, scope=scope))) == expected


def test_how_far_to_go_is_told_to_the_services(context, owner):
    use(context, 2, limit=1)

    enforcement.plan(context, severity=Severity(is_soft=True, grace_s=7))

    assert owner.asked == [Severity(is_soft=True, grace_s=7)]


def test_one_refusal_does_not_stop_the_others(context, offer, owner, done):
    def refuse(context):
        raise InvalidState("thing", "busy", "delete")

    use(context, 5, limit=3)
    offer("a")
    owner.offers.append(
        Relief("p1", "u1", "thing", "z", "z", "delete", {"tests.vm": 1}, refuse, rank=-1)
    )

    outcomes = list(enforcement.apply(context, enforcement.plan(context)))

    assert [problem for _, problem in outcomes] == ["cannot delete a thing while it is busy", ""]
    assert done == ["a"]
