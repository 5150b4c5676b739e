# SPDX-License-Identifier: Apache-2.0
"""The part of the conformance suite about the facet ``Samples``; skipped where there is none."""

from __future__ import annotations

import pytest

from synnefo_core.contracts.compute import ComputeBackend
from synnefo_core.contracts.figures import Samples
from synnefo_core.testing.compute_rig import ComputeRig, SpecFactory


class SamplesContract(ComputeRig):
    """What a compute backend does that tells what its instances have used."""

    @pytest.fixture
    def samples(self, backend: ComputeBackend) -> Samples:
        """Return the facet."""
        if backend.samples is None:
            pytest.skip("the backend does not tell what its instances have used")
        return backend.samples

    def test_what_runs_has_figures_of_its_cards(
        self, backend: ComputeBackend, samples: Samples, instance_spec: SpecFactory
    ) -> None:
        made = self.make(backend, instance_spec())

        (found,) = samples.all(made.name)

        assert (made.name, made.node) == (found.instance, found.node)
        assert [nic.name for nic in made.nics] == [card.name for card in found.cards]
        assert found.began_at <= found.at

    def test_counters_do_not_go_back_while_it_runs(
        self, backend: ComputeBackend, samples: Samples, instance_spec: SpecFactory
    ) -> None:
        made = self.make(backend, instance_spec())

        (first,), (second,) = samples.all(made.name), samples.all(made.name)

        assert first.began_at == second.began_at
        assert first.cpu_s <= second.cpu_s
        assert first.cards[0].rx_bytes <= second.cards[0].rx_bytes

    def test_what_is_stopped_has_none(
        self, backend: ComputeBackend, samples: Samples, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec(is_started=False)
        self.make_power(backend, spec)

        assert [] == samples.all(spec.name)
