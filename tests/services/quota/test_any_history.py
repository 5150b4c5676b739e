# SPDX-License-Identifier: Apache-2.0
"""Whatever is done in whatever order, the ledger stands as a small model says it must."""

from __future__ import annotations

import itertools
import os

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)
from sqlalchemy import select

import synnefo_quota
from synnefo_core.contracts.quota import Charge, Usage
from synnefo_core.errors import QuotaExceeded
from synnefo_core.testing.fixtures import StillClock
from synnefo_quota import NothingToGiveBack, Provision, ProvisionRefused, commissions
from synnefo_quota.models import HoldingRow, Model

VM, US = "tests.vm", "tests"

EXAMPLES = 400 if os.environ.get("SCALE", "ci") == "full" else 25

PROVISIONS = st.lists(
    st.tuples(st.integers(0, 1), st.integers(0, 1), st.integers(-6, 6)), min_size=1, max_size=4
)
"""So much for a user in a project."""


def keys(place, user):
    """Return the two holdings that a user's use of a project changes (AST-070)."""
    project = f"project:p{place}"
    return (project, "", VM), (f"user:u{user}", project, VM)


class Standing:
    """One holding, as the model sees it."""

    def __init__(self, limit):
        self.limit, self.least, self.most = limit, 0, 0


class History(RuleBasedStateMachine):
    """Two projects and two users; the model has the same arithmetic without any SQL."""

    def __init__(self, context, owner, clock):
        super().__init__()
        self.context, self.owner, self.clock = context, owner, clock
        self.numbers = itertools.count()
        self.pending: dict[int, list[tuple[int, int, int]]] = {}
        self.resolved: dict[int, bool] = {}
        self.keys: dict[str, tuple[int, list[Provision]]] = {}
        self.owned: dict[tuple[int, int], int] = {}
        self.standing: dict[tuple[str, str, str], Standing] = {}
        owner.rows = []
        with self.context.unit_of_work() as session:
            for table in Model.metadata.tables.values():
                session.execute(table.delete())
        # A project has 10, a user's share no limit of its own.
        for place in (0, 1):
            self.standing[f"project:p{place}", "", VM] = Standing(10)
            for user in (0, 1):
                self.standing[keys(place, user)[1]] = Standing(2**63 - 1)

    def merged(self, wanted):
        sums = {}
        for place, user, quantity in wanted:
            for key in keys(place, user):
                sums[key] = sums.get(key, 0) + quantity
        return {key: quantity for key, quantity in sums.items() if quantity}

    def refusal(self, sums, *, is_forced):
        """Return what an issue must raise: the first holding in the fixed order decides."""
        for key in sorted(sums):
            standing, quantity = self.standing[key], sums[key]
            if quantity < 0 and standing.least + quantity < 0:
                return NothingToGiveBack
            if quantity > 0 and not is_forced and standing.most + quantity > standing.limit:
                return ProvisionRefused
        return None

    def resolve_in_model(self, serial, *, is_accepted):
        wanted = self.pending.pop(serial)
        for key, quantity in self.merged(wanted).items():
            if is_accepted == (quantity > 0):
                self.standing[key].least += quantity if is_accepted else -quantity
            else:
                self.standing[key].most += quantity if is_accepted else -quantity
        if is_accepted:
            self.own(wanted)
        self.resolved[serial] = is_accepted

    def own(self, wanted):
        """Let the owner have what was paid for."""
        for place, user, quantity in wanted:
            self.owned[place, user] = self.owned.get((place, user), 0) + quantity
        self.owner.rows = [
            Usage(f"p{place}", f"u{user}", VM, amount)
            for (place, user), amount in self.owned.items()
        ]

    @rule(
        wanted=PROVISIONS, is_forced=st.booleans(), is_accepted=st.booleans(), named=st.booleans()
    )
    def issue(self, wanted, is_forced, is_accepted, named):
        provisions = [
            Provision(*key, quantity)
            for place, user, quantity in wanted
            for key in keys(place, user)
        ]
        sums = self.merged(wanted)
        key = f"key {next(self.numbers)}" if named else ""
        how = {"is_forced": is_forced, "is_accepted": is_accepted, "key": key}
        refused = self.refusal(sums, is_forced=is_forced)
        if refused:
            with pytest.raises(refused):
                commissions.issue(self.context, client=US, provisions=provisions, **how)
            return
        serial = commissions.issue(self.context, client=US, provisions=provisions, **how)
        self.pending[serial] = wanted
        for k, quantity in sums.items():
            if quantity > 0:
                self.standing[k].most += quantity
            else:
                self.standing[k].least += quantity
        if named:
            self.keys[key] = serial, provisions
        if is_accepted:
            self.resolve_in_model(serial, is_accepted=True)

    @precondition(lambda self: self.keys)
    @rule(data=st.data())
    def repeat_an_issue(self, data):
        key = data.draw(st.sampled_from(sorted(self.keys)))
        serial, provisions = self.keys[key]
        again = commissions.issue(self.context, client=US, provisions=provisions, key=key)
        assert serial == again

    @precondition(lambda self: self.pending)
    @rule(data=st.data(), is_accepted=st.booleans())
    def resolve(self, data, is_accepted):
        serial = data.draw(st.sampled_from(sorted(self.pending)))
        commissions.resolve(self.context, US, serial, is_accepted=is_accepted)
        self.resolve_in_model(serial, is_accepted=is_accepted)

    @precondition(lambda self: self.resolved)
    @rule(data=st.data(), is_accepted=st.booleans())
    def resolve_again(self, data, is_accepted):
        serial = data.draw(st.sampled_from(sorted(self.resolved)))
        if self.resolved[serial] == is_accepted:
            commissions.resolve(self.context, US, serial, is_accepted=is_accepted)
        else:
            with pytest.raises(commissions.ResolvedOtherwise):
                commissions.resolve(self.context, US, serial, is_accepted=is_accepted)

    @precondition(lambda self: len(self.pending) > 1)
    @rule(data=st.data())
    def resolve_many(self, data):
        serials = data.draw(st.permutations(sorted(self.pending)))
        half = len(serials) // 2
        outcome = commissions.resolve_many(
            self.context, US, accept=serials[:half], reject=serials[half:]
        )
        assert not outcome.failed
        for position, serial in enumerate(serials):
            self.resolve_in_model(serial, is_accepted=position < half)

    @rule(wanted=PROVISIONS)
    def charge(self, wanted):
        sums = self.merged(wanted)
        charges = [Charge(f"p{place}", f"u{user}", VM, n) for place, user, n in wanted]
        refused = self.refusal(sums, is_forced=False)
        if refused:
            with pytest.raises(RuntimeError if refused is NothingToGiveBack else QuotaExceeded):
                synnefo_quota.charge(self.context, charges)
            return
        synnefo_quota.charge(self.context, charges)
        for key, amount in sums.items():
            self.standing[key].least += amount
            self.standing[key].most += amount
        self.own(wanted)

    @rule(data=st.data(), limit=st.integers(0, 12))
    def set_limit(self, data, limit):
        key = data.draw(st.sampled_from(sorted(self.standing)))
        holder, source, resource = key
        synnefo_quota.set_limit(
            self.context, holder=holder, source=source, resource=resource, limit=limit
        )
        self.standing[key].limit = limit

    @precondition(lambda self: self.pending)
    @rule()
    def abandon(self):
        self.clock.advance(self.context.cloud.config.quota.commission_lifetime_s)
        assert len(self.pending) == commissions.expire(self.context)
        for serial in list(self.pending):
            self.resolve_in_model(serial, is_accepted=False)
        remembered = {c.serial for c in commissions.search(self.context, is_resolved=True)}
        self.resolved = {s: how for s, how in self.resolved.items() if s in remembered}
        self.keys = {k: what for k, what in self.keys.items() if what[0] in remembered}

    @invariant()
    def the_ledger_stands_as_the_model(self):
        with self.context.reading() as session:
            rows = session.scalars(select(HoldingRow))
            found = {
                (row.holder, row.source, row.resource): (row.limit, row.usage_min, row.usage_max)
                for row in rows
            }
        for key, (limit, least, most) in found.items():
            expected = self.standing[key]
            assert (expected.limit, expected.least, expected.most) == (limit, least, most)
            assert 0 <= least <= most
        assert not any(self.standing[key].most for key in self.standing.keys() - found.keys())

    @invariant()
    def it_is_what_the_owner_counts(self):
        assert [] == synnefo_quota.verify(self.context)


@pytest.fixture
def clock() -> StillClock:
    """Return a clock that stands still."""
    return StillClock()


def test_any_history_leaves_the_ledger_as_the_model_says(context, owner, clock):
    run_state_machine_as_test(
        lambda: History(context, owner, clock),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=30,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
