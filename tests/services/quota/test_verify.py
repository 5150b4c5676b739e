# SPDX-License-Identifier: Apache-2.0
"""The ledger against its owners, and how it is put right: AST-075, GNT-061."""

from __future__ import annotations

import pytest

import synnefo_quota
from synnefo_core.contracts.quota import Charge, Limit, Usage
from synnefo_quota import Provision, commissions
from synnefo_quota.verify import forget, unexpected


def issue(context, quantity, **others):
    provisions = [
        Provision("project:p1", "", "tests.vm", quantity),
        Provision("user:u1", "project:p1", "tests.vm", quantity),
    ]
    return commissions.issue(context, client="tests", provisions=provisions, **others)


@pytest.mark.parametrize("quantity, owned", [(3, 5), (3, 8), (-2, 5), (-2, 3)])
def test_what_is_pending_may_be_there_or_not(context, owner, quantity, owned):
    synnefo_quota.charge(context, [Charge("p1", "u1", "tests.vm", 5)])
    issue(context, quantity)
    owner.rows = [Usage("p1", "u1", "tests.vm", owned)]

    assert synnefo_quota.verify(context) == []


@pytest.mark.parametrize("owned", [4, 9])
def test_more_than_is_pending_is_a_difference(context, owner, owned):
    synnefo_quota.charge(context, [Charge("p1", "u1", "tests.vm", 5)])
    issue(context, 3)
    owner.rows = [Usage("p1", "u1", "tests.vm", owned)]

    assert {d.counted for d in synnefo_quota.verify(context)} == {owned}


@pytest.mark.parametrize("owned", [0, 2, 7, 40])
def test_usage_is_corrected_whatever_the_limit(context, owner, owned):
    synnefo_quota.charge(context, [Charge("p1", "u1", "tests.vm", 5)])
    owner.rows = [Usage("p1", "u1", "tests.vm", owned)]

    synnefo_quota.correct_usage(context, synnefo_quota.verify(context))

    assert synnefo_quota.verify(context) == []
    assert synnefo_quota.left(context, "p1", "tests.vm").usage == owned


def test_what_is_charged_between_looking_and_correcting_still_counts(context, owner):
    owner.rows = [Usage("p1", "u1", "tests.vm", 3)]
    differences = synnefo_quota.verify(context)

    synnefo_quota.charge(context, [Charge("p1", "u1", "tests.vm", 2)])
    synnefo_quota.correct_usage(context, differences)

    assert synnefo_quota.left(context, "p1", "tests.vm").usage == 5


def test_a_correction_is_in_the_log(context, owner):
    owner.rows = [Usage("p1", "u1", "tests.vm", 3)]

    synnefo_quota.correct_usage(context, synnefo_quota.verify(context))

    (entry,) = commissions.log_of(context, holder="project:p1")
    assert (entry["amount"], entry["client"], entry["reason"]) == (3, "quota verify", "corrected")


def test_what_has_something_pending_is_left_alone(context, owner):
    issue(context, 3)
    owner.rows = [Usage("p1", "u1", "tests.vm", 7)]

    assert synnefo_quota.correct_usage(context, synnefo_quota.verify(context)) == 0
    assert synnefo_quota.left(context, "p1", "tests.vm").usage == 3


def test_a_limit_that_is_not_what_its_governor_says_is_named_and_corrected(context, owner):
    synnefo_quota.set_limit(context, holder="project:p1", resource="tests.vm", limit=4)
    owner.limits = [
        Limit("project:p1", "", "tests.vm", 6),
        Limit("project:p2", "", "tests.vm", 10),
        Limit("user:u1", "project:p1", "tests.vm", 2),
    ]

    wrong = synnefo_quota.verify_limits(context)
    synnefo_quota.correct_limits(context, wrong)

    assert [(w.wanted.holder, w.limit) for w in wrong] == [
        ("project:p1", 4),
        ("user:u1", 2**63 - 1),
    ]
    assert synnefo_quota.verify_limits(context) == []
    assert synnefo_quota.left(context, "p1", "tests.vm").limit == 6


@pytest.fixture
def gone(context, directory):
    """Somebody used p1, of which nothing is left but holdings; u1 still uses p2."""
    directory.login("u1", "p2")
    for project, user, amounts in (("p1", "u2", (2, -2)), ("p2", "u1", (3,)), ("p3", "u3", (1,))):
        for amount in amounts:
            synnefo_quota.charge(context, [Charge(project, user, "tests.vm", amount)])


def test_holdings_of_who_is_not_there_are_unexpected(context, gone):
    assert {"project:p1", "user:u2", "project:p3", "user:u3"} == {
        holding.holder for holding in unexpected(context)
    }


def test_what_is_governed_is_expected_though_its_user_is_gone(context, gone, owner):
    owner.limits = [Limit("user:u2", "project:p1", "tests.vm", 0)]

    assert "user:u2" not in {holding.holder for holding in unexpected(context)}


def test_only_empty_holdings_are_forgotten(context, gone):
    assert 2 == forget(context, unexpected(context))

    assert {("project:p3", 1), ("user:u3", 1)} == {
        (holding.holder, holding.usage) for holding in unexpected(context)
    }
    assert 3 == synnefo_quota.left(context, "p2", "tests.vm").usage


def test_what_is_used_again_meanwhile_is_not_forgotten(context, gone):
    found = unexpected(context)
    synnefo_quota.charge(context, [Charge("p1", "u2", "tests.vm", 1)])

    assert 0 == forget(context, found)
    assert 1 == synnefo_quota.left(context, "p1", "tests.vm").usage
