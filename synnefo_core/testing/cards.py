# SPDX-License-Identifier: Apache-2.0
"""The part of the conformance suite about the facet ``Cards``; skipped where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace

import pytest

from synnefo_core.contracts.compute import (
    ComputeBackend,
    InstanceMissing,
    JobState,
    NicSpec,
    PowerState,
)
from synnefo_core.contracts.devices import Cards
from synnefo_core.testing.compute_rig import ComputeRig, SpecFactory

_BY_NAME: Mapping[str, Callable[[Cards, str, NicSpec], str]] = {
    "plug": lambda cards, name, nic: cards.plug(name, nic),
    "unplug": lambda cards, name, nic: cards.unplug(name, nic.name),
}


class CardsContract(ComputeRig):
    """What a compute backend does that can change the network cards of instances."""

    @pytest.fixture
    def cards(self, backend: ComputeBackend) -> Cards:
        """Return the facet."""
        if backend.cards is None:
            pytest.skip("the backend does not change cards")
        return backend.cards

    @pytest.fixture
    def nic(self, instance_spec: SpecFactory) -> NicSpec:
        """Return a card that no instance has."""
        return replace(instance_spec().nics[0], ip="192.0.2.7")

    @pytest.mark.parametrize("is_started", [True, False])
    def test_a_card_is_plugged_in_once_behind_the_others_and_taken_away_once(
        self,
        backend: ComputeBackend,
        cards: Cards,
        instance_spec: SpecFactory,
        nic: NicSpec,
        is_started: bool,
    ) -> None:
        before = self.make(backend, instance_spec(is_started=is_started))

        self.succeed(backend, cards.plug(before.name, nic))
        assert before.name not in cards.lacking(before.name)
        plugged = self.wait(backend, cards.plug(before.name, nic))
        between = backend.inventory.instance(before.name)
        self.succeed(backend, cards.unplug(before.name, nic.name))
        unplugged = self.wait(backend, cards.unplug(before.name, nic.name))

        added, after = between.nics[-1], backend.inventory.instance(before.name)
        assert (nic.name, nic.mac, nic.ip) == (added.name, added.mac, added.ip)
        assert before.nics == between.nics[:-1]
        assert (before.nics, before.power) == (after.nics, after.power)
        assert [JobState.ERROR] * 2 == [plugged.state, unplugged.state]
        assert not unplugged.is_transient

    def test_an_instance_starts_with_other_cards_than_it_had(
        self, backend: ComputeBackend, cards: Cards, instance_spec: SpecFactory, nic: NicSpec
    ) -> None:
        before = self.make(backend, instance_spec(is_started=False))
        self.succeed(backend, cards.plug(before.name, nic))
        self.succeed(backend, cards.unplug(before.name, before.nics[0].name))

        self.succeed(backend, backend.lifecycle.start(before.name))

        after = backend.inventory.instance(before.name)
        assert PowerState.RUNNING is after.power
        assert [nic.mac] == [left.mac for left in after.nics]

    @pytest.mark.parametrize("operation", list(_BY_NAME))
    def test_an_unknown_instance_gets_and_loses_no_card(
        self,
        backend: ComputeBackend,
        cards: Cards,
        instance_spec: SpecFactory,
        nic: NicSpec,
        operation: str,
    ) -> None:
        name = instance_spec().name

        try:
            job = self.wait(backend, _BY_NAME[operation](cards, name, nic))
        except InstanceMissing:
            return
        assert JobState.ERROR is job.state
