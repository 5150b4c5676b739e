# SPDX-License-Identifier: Apache-2.0
"""Commissions in two phases: pending, then accepted or rejected."""

from __future__ import annotations

import threading

import pytest

import synnefo_quota
from synnefo_core.context import for_worker
from synnefo_core.contracts.quota import Charge
from synnefo_core.errors import Conflict, InvalidField, NotFound
from synnefo_core.testing.fixtures import StillClock
from synnefo_quota import NothingToGiveBack, Provision, ProvisionRefused, commissions

US = "tests"


def vm(quantity: int) -> Provision:
    """Return a provision of so many tests.vm for project p1."""
    return Provision("project:p1", "", "tests.vm", quantity)


def issue(context, quantity: int, **others) -> int:
    """Issue a commission of so many tests.vm."""
    return commissions.issue(context, client=US, provisions=[vm(quantity)], **others)


def held(context) -> tuple[int, int]:
    """Return usage and what of it is pending."""
    holding = synnefo_quota.left(context, "p1", "tests.vm")
    return holding.usage, holding.pending


def resolve(context, serial: int, *, is_accepted: bool) -> None:
    """Accept or reject."""
    commissions.resolve(context, US, serial, is_accepted=is_accepted)


@pytest.fixture
def clock() -> StillClock:
    """Return a clock that stands still."""
    return StillClock()


def test_a_pending_increase_takes_room_already(context):
    issue(context, 10)

    with pytest.raises(ProvisionRefused, match="0 left"):
        issue(context, 1)
    assert held(context) == (10, 10)


def test_a_pending_decrease_gives_no_room_yet(context):
    issue(context, 10, is_accepted=True)
    issue(context, -4)

    with pytest.raises(ProvisionRefused):
        issue(context, 1)


def test_an_accepted_decrease_gives_room(context):
    issue(context, 10, is_accepted=True)
    serial = issue(context, -4)

    resolve(context, serial, is_accepted=True)

    assert held(context) == (6, 0)


@pytest.mark.parametrize("quantity", [5, -5])
def test_a_rejected_commission_leaves_everything_as_it_was(context, quantity):
    issue(context, 5, is_accepted=True)

    resolve(context, issue(context, quantity), is_accepted=False)

    assert held(context) == (5, 0)


def test_commissions_may_be_resolved_in_any_order(context):
    issue(context, 5, is_accepted=True)
    more, less = issue(context, 3), issue(context, -2)

    resolve(context, less, is_accepted=True)
    resolve(context, more, is_accepted=False)

    assert held(context) == (3, 0)


def test_no_more_is_given_back_than_was_accepted(context):
    issue(context, 3)

    with pytest.raises(NothingToGiveBack, match="0 are held"):
        issue(context, -1)


def test_force_passes_a_limit_but_never_zero(context):
    issue(context, 15, is_forced=True, is_accepted=True)
    assert held(context) == (15, 0)

    with pytest.raises(NothingToGiveBack):
        issue(context, -16, is_forced=True)


def test_provisions_of_one_holding_are_added_up(context):
    commissions.issue(context, client=US, provisions=[vm(20), vm(-15)], is_accepted=True)

    assert held(context) == (5, 0)


def test_one_refused_provision_takes_back_all(context):
    other = Provision("project:p2", "", "tests.vm", 1)

    with pytest.raises(ProvisionRefused) as caught:
        commissions.issue(context, client=US, provisions=[other, vm(11)])

    assert (caught.value.provision.holder, caught.value.limit) == ("project:p1", 10)
    assert synnefo_quota.left(context, "p2", "tests.vm").usage == 0


def test_an_unknown_resource_is_refused(context):
    with pytest.raises(InvalidField, match=r"there is no resource tests\.unknown"):
        commissions.issue(
            context, client=US, provisions=[Provision("project:p1", "", "tests.unknown", 1)]
        )


def test_a_request_that_is_repeated_is_not_a_second_one(context):
    first = issue(context, 3, key="abc")

    assert issue(context, 3, key="abc") == first
    assert held(context) == (3, 3)


def test_a_client_sees_and_resolves_only_its_own(context):
    serial = issue(context, 3)

    with pytest.raises(NotFound):
        commissions.show(context, "stranger", serial)
    with pytest.raises(NotFound):
        commissions.resolve(context, "stranger", serial, is_accepted=True)
    assert (commissions.pending(context, US), commissions.pending(context, "stranger")) == (
        [serial],
        [],
    )


def test_many_are_resolved_and_what_fails_is_named(context):
    yes, no, both = issue(context, 1), issue(context, 1), issue(context, 1)

    outcome = commissions.resolve_many(context, US, accept=[yes, both, 999], reject=[no, both])

    assert (outcome.accepted, outcome.rejected) == ((yes,), (no,))
    assert outcome.failed == ((both, 400), (999, 404))


def test_what_became_of_a_provision_is_logged_for_ever(context):
    resolve(context, issue(context, 3, name="three"), is_accepted=True)
    resolve(context, issue(context, 2), is_accepted=False)

    newest, oldest = commissions.log_of(context, holder="project:p1")

    assert (newest["amount"], newest["is_accepted"], newest["usage_max"]) == (2, False, 3)
    assert (oldest["amount"], oldest["is_accepted"], oldest["name"]) == (3, True, "three")


def test_what_a_client_abandons_is_rejected_in_the_end(context, clock):
    issue(context, 3)
    clock.advance(context.cloud.config.quota.commission_lifetime_s + 1)

    commissions.expire(context)

    assert (held(context), commissions.pending(context, US)) == ((0, 0), [])


def test_a_serial_that_was_forgotten_is_never_used_again(context, clock):
    forgotten = issue(context, 1, is_accepted=True)
    clock.advance(context.cloud.config.quota.commission_lifetime_s)
    commissions.expire(context)

    assert issue(context, 1) > forgotten
    with pytest.raises(NotFound):
        resolve(context, forgotten, is_accepted=True)


def test_a_request_that_is_repeated_after_its_end_is_not_a_second_one(context):
    first = issue(context, 3, key="abc", is_accepted=True)

    assert issue(context, 3, key="abc", is_accepted=True) == first
    assert held(context) == (3, 0)


def test_a_key_is_not_taken_for_another_request(context):
    issue(context, 3, key="abc")

    with pytest.raises(Conflict, match="key abc was used"):
        issue(context, 4, key="abc")


def test_a_request_that_is_made_twice_at_once_is_one(cloud):
    serials: list[int] = []
    threads = [
        threading.Thread(target=lambda: serials.append(issue(for_worker(cloud), 3, key="abc")))
        for _ in range(4)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert (len(serials), len(set(serials)), held(for_worker(cloud))) == (4, 1, (3, 3))


@pytest.mark.parametrize("is_accepted", [True, False])
def test_an_answer_that_is_repeated_changes_nothing(context, is_accepted):
    serial = issue(context, 3)

    for _ in range(2):
        resolve(context, serial, is_accepted=is_accepted)

    assert held(context) == (3 if is_accepted else 0, 0)


def test_an_accepted_commission_is_not_rejected_any_more(context):
    serial = issue(context, 3, is_accepted=True)

    outcome = commissions.resolve_many(context, US, reject=[serial])

    assert (outcome.failed, held(context)) == (((serial, 409),), (3, 0))


def test_who_abandoned_a_commission_learns_it(context, clock):
    serial = issue(context, 3)
    clock.advance(context.cloud.config.quota.commission_lifetime_s)
    commissions.expire(context)

    with pytest.raises(commissions.ResolvedOtherwise, match=r"rejected \(abandoned\)"):
        resolve(context, serial, is_accepted=True)


def test_what_is_pending_for_a_shorter_time_is_left_alone(context, clock):
    serial = issue(context, 3)
    clock.advance(context.cloud.config.quota.commission_lifetime_s - 1)

    assert commissions.expire(context) == 0
    assert commissions.pending(context, US) == [serial]


def test_a_move_to_another_project_is_one_commission(context):
    issue(context, 8, is_accepted=True)
    there = Provision("project:p2", "", "tests.vm", 8)

    commissions.issue(context, client=US, provisions=[there, vm(-8)], is_accepted=True)

    assert held(context) == (0, 0)
    assert synnefo_quota.left(context, "p2", "tests.vm").usage == 8


def test_a_move_that_does_not_fit_leaves_all_where_it_was(context):
    issue(context, 8, is_accepted=True)
    there = Provision("project:p2", "", "tests.vm", 11)

    with pytest.raises(ProvisionRefused):
        commissions.issue(context, client=US, provisions=[vm(-8), there])

    assert held(context) == (8, 0)


def test_what_is_refused_takes_the_callers_unit_of_work_with_it(context):
    def issue_in_a_larger_transaction() -> None:
        with context.unit_of_work():
            synnefo_quota.charge(context, [Charge("p2", "u1", "tests.vm", 1)])
            issue(context, 11)

    with pytest.raises(ProvisionRefused):
        issue_in_a_larger_transaction()

    assert synnefo_quota.left(context, "p2", "tests.vm").usage == 0
    assert commissions.pending(context, US) == []


def test_an_accepted_commission_is_logged_with_what_it_came_to(context):
    synnefo_quota.set_limit(context, holder="project:p1", resource="tests.vm", limit=7)
    issue(context, 5, is_accepted=True)
    resolve(context, issue(context, -2), is_accepted=True)

    newest, oldest = commissions.log_of(context, holder="project:p1")

    shown = [(e["amount"], e["limit"], e["usage_min"], e["usage_max"]) for e in (oldest, newest)]
    assert shown == [(5, 7, 5, 5), (-2, 7, 3, 3)]
