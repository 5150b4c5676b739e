# SPDX-License-Identifier: Apache-2.0
"""The ledger: what a charge does, what it refuses, and that it adds up."""

from __future__ import annotations

import threading

import pytest

import synnefo_quota
from synnefo_core.cloud import assemble
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.quota import Charge, Usage
from synnefo_core.errors import QuotaExceeded
from synnefo_quota import ledger
from synnefo_quota.registry import resources


def vm(amount: int, project: str = "p1", user: str = "u1") -> Charge:
    """Return a charge of so many tests.vm."""
    return Charge(project, user, "tests.vm", amount)


def usage(context: RequestContext, project: str = "p1") -> dict[str, int]:
    """Return the usage of tests.vm by holder."""
    return {h.holder: h.usage for h in synnefo_quota.holdings(context, project)}


def test_a_charge_counts_for_the_user_and_for_the_project(context):
    synnefo_quota.charge(context, [vm(2), vm(1, user="u2")])

    assert usage(context) == {"project:p1": 3, "user:u1": 2, "user:u2": 1}


def test_what_is_given_back_can_be_used_again(context):
    synnefo_quota.charge(context, [vm(10)])

    synnefo_quota.charge(context, [vm(-4)])
    synnefo_quota.charge(context, [vm(4)])

    assert usage(context)["project:p1"] == 10


def test_a_charge_beyond_the_limit_names_what_is_left_and_keeps_nothing(context):
    synnefo_quota.charge(context, [vm(8)])

    with pytest.raises(QuotaExceeded, match=r"3 of tests\.vm asked for, 2 left"):
        synnefo_quota.charge(context, [vm(3)])

    assert usage(context) == {"project:p1": 8, "user:u1": 8}


def test_what_is_in_use_already_is_charged_beyond_the_limit(context):
    synnefo_quota.charge(context, [vm(11)], is_forced=True)

    assert usage(context) == {"project:p1": 11, "user:u1": 11}


def test_a_charge_that_is_not_forced_bounds_the_whole_unit_of_work(context):
    def charge_both() -> None:
        with context.unit_of_work():
            synnefo_quota.charge(context, [vm(8)], is_forced=True)
            synnefo_quota.charge(context, [vm(3)])

    with pytest.raises(QuotaExceeded):
        charge_both()


def test_a_failed_charge_takes_the_whole_unit_of_work_with_it(context):
    def spend_in_two_projects() -> None:
        with context.unit_of_work():
            synnefo_quota.charge(context, [vm(1, project="p2")])
            synnefo_quota.charge(context, [vm(11)])

    with pytest.raises(QuotaExceeded):
        spend_in_two_projects()

    assert usage(context, "p2") == {}


def test_charges_of_one_unit_of_work_are_summed_before_they_are_checked(context):
    synnefo_quota.charge(context, [vm(10)])

    with context.unit_of_work():
        synnefo_quota.charge(context, [vm(3)])
        synnefo_quota.charge(context, [vm(-5)])

    assert usage(context)["project:p1"] == 8


def test_more_than_was_charged_cannot_be_given_back(context):
    synnefo_quota.charge(context, [vm(1)])

    with pytest.raises(RuntimeError, match="below zero"):
        synnefo_quota.charge(context, [vm(-2)])


def test_a_limit_below_the_usage_stops_growth_but_not_shrinking(context):
    synnefo_quota.charge(context, [vm(5)])
    synnefo_quota.set_limit(context, holder="project:p1", resource="tests.vm", limit=2)

    synnefo_quota.charge(context, [vm(-1)])

    with pytest.raises(QuotaExceeded, match="0 left"):
        synnefo_quota.charge(context, [vm(1)])
    assert usage(context)["project:p1"] == 4


def test_a_members_share_can_be_smaller_than_the_project(context):
    synnefo_quota.set_limit(
        context, holder="user:u1", source="project:p1", resource="tests.vm", limit=1
    )

    with pytest.raises(QuotaExceeded, match="1 left"):
        synnefo_quota.charge(context, [vm(2)])


def test_parallel_charges_never_pass_the_limit(context):
    outcomes: list[bool] = []

    def grab() -> None:
        for _ in range(5):
            try:
                synnefo_quota.charge(context, [vm(1)])
                outcomes.append(True)
            except QuotaExceeded:
                outcomes.append(False)

    threads = [threading.Thread(target=grab) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (outcomes.count(True), usage(context)["project:p1"]) == (10, 10)


def test_verify_is_silent_when_the_owner_counts_the_same(context, owner):
    synnefo_quota.charge(context, [vm(2)])
    owner.rows = [Usage("p1", "u1", "tests.vm", 2)]

    assert synnefo_quota.verify(context) == []


def test_verify_names_what_differs(context, owner):
    synnefo_quota.charge(context, [vm(2)])
    owner.rows = [Usage("p1", "u1", "tests.vm", 3)]

    differences = synnefo_quota.verify(context)

    assert [(d.holder, d.held, d.counted) for d in differences] == [
        ("project:p1", 2, 3),
        ("user:u1", 2, 3),
    ]


def test_an_absent_owner_makes_the_count_unknown_not_zero(cloud, context):
    synnefo_quota.charge(context, [vm(2)])
    without_owner = assemble(
        data_dir=cloud.data_dir, overrides={("database", "url"): cloud.config.database.url}
    )

    differences = synnefo_quota.verify(for_worker(without_owner))

    assert {d.counted for d in differences} == {None}
    without_owner.close()


def test_resources_are_attributed_to_their_plugin(cloud):
    assert resources(cloud)["tests.vm"].owner == "owner"


def test_a_project_that_was_never_charged_has_its_default_left(context):
    assert ledger.left(context, "p9", "tests.vm").limit == 10


@pytest.mark.parametrize(
    "project_limit, share_limit, others, expected",
    [(10, 4, 0, 4), (10, 4, 8, 2), (10, 20, 3, 7), (2, 4, 5, 0)],
)
def test_a_user_can_have_what_the_share_allows_and_the_others_leave(
    context, project_limit, share_limit, others, expected
):
    synnefo_quota.charge(context, [vm(1), *([vm(others, user="u2")] if others else [])])
    synnefo_quota.set_limit(context, holder="project:p1", resource="tests.vm", limit=project_limit)
    synnefo_quota.set_limit(
        context, holder="user:u1", source="project:p1", resource="tests.vm", limit=share_limit
    )

    shares = synnefo_quota.of_user(context, "u1")

    assert shares["p1"]["tests.vm"].effective_limit == expected


def test_a_limit_and_a_charge_of_one_transaction_are_settled_together(context):
    with context.unit_of_work():
        synnefo_quota.charge(context, [vm(12)])
        synnefo_quota.set_limit(context, holder="project:p1", resource="tests.vm", limit=12)

    assert usage(context)["project:p1"] == 12
