# SPDX-License-Identifier: Apache-2.0
"""What one transaction does to several holdings is done to all of them or to none."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text, update

import synnefo_quota
from synnefo_core.contracts.quota import Charge
from synnefo_core.errors import QuotaExceeded
from synnefo_core.testing.waiting import eventually
from synnefo_quota.models import HoldingRow

PROJECTS = ("p1", "p2", "p3")


def buy(context, amounts):
    """Pay in one transaction: so many servers of tests in these projects."""
    charges = [Charge(project, "u1", "tests.vm", amount) for project, amount in amounts.items()]
    synnefo_quota.charge(context, charges)


def usage(context):
    """Return what each project uses."""
    found = [each for project in PROJECTS for each in synnefo_quota.holdings(context, project)]
    return {each.holder.removeprefix("project:"): each.usage for each in found if not each.source}


def test_holdings_that_are_there_and_such_that_are_not_move_together(context):
    buy(context, {"p2": 1})

    buy(context, {"p1": 2, "p2": 3, "p3": 4})

    assert usage(context) == {"p1": 2, "p2": 4, "p3": 4}


@pytest.mark.parametrize("full", PROJECTS)
def test_one_that_is_full_keeps_the_others_as_they_are(context, full):
    buy(context, dict.fromkeys(PROJECTS, 8))

    with pytest.raises(QuotaExceeded, match=r"3 of tests\.vm asked for, 2 left"):
        buy(context, {project: 3 if project == full else -1 for project in PROJECTS})

    assert usage(context) == dict.fromkeys(PROJECTS, 8)


def test_what_shrinks_and_what_grows_go_together(context):
    buy(context, dict.fromkeys(PROJECTS, 8))

    buy(context, {"p1": -8, "p2": 2, "p3": -1})

    assert usage(context) == {"p1": 0, "p2": 10, "p3": 7}


def test_what_another_transaction_has_just_added_can_be_given_back(context):
    """What is looked at is what is there once the other one has ended, not what was before."""
    if context.cloud.database.is_sqlite:
        pytest.skip("there is one writer at a time")
    buy(context, dict.fromkeys(PROJECTS, 1))

    with ThreadPoolExecutor(1) as pool:
        with context.unit_of_work() as session:
            session.execute(update(HoldingRow).values(usage_min=5, usage_max=5))
            given_back = pool.submit(buy, context, dict.fromkeys(PROJECTS, -4))
            eventually(lambda: session.scalar(_WAITING), within_s=60)
        given_back.result(timeout=60)

    assert usage(context) == dict.fromkeys(PROJECTS, 1)


_WAITING = text("SELECT count(*) FROM pg_locks WHERE NOT granted AND locktype = 'transactionid'")
