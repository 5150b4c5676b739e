# SPDX-License-Identifier: Apache-2.0
"""The part of the conformance suite about the facet ``Networks``; skipped where there is none."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest

from synnefo_core.contracts.compute import ComputeBackend, JobState, NicSpec
from synnefo_core.contracts.networks import NetworkMissing, Networks, NetworkSpec
from synnefo_core.testing.compute_rig import ComputeRig, SpecFactory

_PREFIX = "snf-net-suite-"


class NetworksContract(ComputeRig):
    """What a compute backend does whose clusters have networks of their own."""

    @pytest.fixture
    def networks(self, backend: ComputeBackend) -> Networks:
        """Return the facet."""
        if backend.networks is None:
            pytest.skip("the backend has no networks")
        return backend.networks

    @pytest.fixture
    def network(self, backend: ComputeBackend, networks: Networks) -> Iterator[NetworkSpec]:
        """Return a network that there is not; it is gone afterwards."""
        spec = NetworkSpec(
            name=f"{_PREFIX}{uuid.uuid4().hex[:8]}",
            cidr="192.0.2.0/24",
            gateway="192.0.2.1",
            mac_prefix="aa:01:02",
            tags=("a:1",),
            reserved=("192.0.2.9",),
        )
        yield spec
        self.finish(backend, networks.withdraw(spec.name))

    @pytest.fixture
    def on_it(self, instance_spec: SpecFactory, network: NetworkSpec) -> SpecFactory:
        """Return a factory of instances with a card on the network."""
        nic = replace(instance_spec().nics[0], ip="192.0.2.7", network=network.name)
        return lambda: instance_spec(is_started=False, nics=(nic,))

    def finish(self, backend: ComputeBackend, job_ids: Iterable[str]) -> list[JobState]:
        """Wait for jobs and return how they ended."""
        return [self.wait(backend, job_id).state for job_id in job_ids]

    def do(self, backend: ComputeBackend, job_ids: Iterable[str]) -> None:
        """Wait for jobs that succeed."""
        for job_id in job_ids:
            self.succeed(backend, job_id)

    def test_a_network_is_brought_once_and_withdrawn_once(
        self, backend: ComputeBackend, networks: Networks, network: NetworkSpec
    ) -> None:
        with pytest.raises(NetworkMissing):
            networks.network(network.name)

        self.do(backend, networks.bring(network))
        found = networks.network(network.name)
        again = networks.bring(network)
        self.do(backend, networks.withdraw(network.name))

        assert (network.name, network.cidr, network.gateway) == (
            found.name,
            found.cidr,
            found.gateway,
        )
        assert (network.mac_prefix, network.tags, 0) == (
            found.mac_prefix,
            found.tags,
            found.instances,
        )
        assert found.is_connected
        assert () == again
        assert () == networks.withdraw(network.name)
        with pytest.raises(NetworkMissing):
            networks.network(network.name)

    def test_two_who_bring_the_same_network_have_one(
        self, backend: ComputeBackend, networks: Networks, network: NetworkSpec
    ) -> None:
        job_ids = (*networks.bring(network), *networks.bring(network))

        self.finish(backend, job_ids)
        self.do(backend, networks.bring(network))

        assert [network.name] == [each.name for each in networks.networks(network.name)]
        assert networks.network(network.name).is_connected

    def test_networks_are_listed_by_how_their_names_begin(
        self, backend: ComputeBackend, networks: Networks, network: NetworkSpec
    ) -> None:
        self.do(backend, networks.bring(network))

        assert network.name in [each.name for each in networks.networks(_PREFIX)]
        assert [] == networks.networks("nothing-begins-so")

    def test_a_network_with_cards_stays(
        self,
        backend: ComputeBackend,
        networks: Networks,
        network: NetworkSpec,
        on_it: SpecFactory,
    ) -> None:
        self.do(backend, networks.bring(network))
        made = self.make(backend, on_it())

        ended = self.finish(backend, networks.withdraw(network.name))

        assert [network.name] == [nic.network for nic in made.nics]
        assert JobState.SUCCESS not in ended[-1:]
        assert 1 == networks.network(network.name).instances
        self.succeed(backend, backend.lifecycle.delete(made.name))
        # Part of it may have been done: it comes back whole.
        self.do(backend, networks.bring(network))
        assert networks.network(network.name).is_connected

    @pytest.mark.usefixtures("networks")
    def test_a_card_on_a_network_that_is_not_there_is_an_error(
        self, backend: ComputeBackend, on_it: SpecFactory
    ) -> None:
        assert JobState.ERROR is self.wait(backend, backend.lifecycle.create(on_it())).state

    def test_addresses_are_reserved_and_free_again(
        self, backend: ComputeBackend, networks: Networks, network: NetworkSpec
    ) -> None:
        self.do(backend, networks.bring(network))
        begun = networks.network(network.name).reserved

        self.do(backend, networks.reserve(network.name, add=["192.0.2.20", "192.0.2.21"]))
        self.do(backend, networks.reserve(network.name, add=["192.0.2.20"]))
        self.do(backend, networks.reserve(network.name, remove=["192.0.2.21"]))

        assert {"192.0.2.0", "192.0.2.1", "192.0.2.9", "192.0.2.255"} == begun
        assert {*begun, "192.0.2.20"} == networks.network(network.name).reserved

    def test_what_is_reserved_is_given_to_those_who_ask_for_it(
        self,
        backend: ComputeBackend,
        networks: Networks,
        network: NetworkSpec,
        on_it: SpecFactory,
    ) -> None:
        self.do(backend, networks.bring(replace(network, reserved=("192.0.2.7",))))

        assert ["192.0.2.7"] == [nic.ip for nic in self.make(backend, on_it()).nics]

    def test_a_card_is_plugged_into_a_network(
        self,
        backend: ComputeBackend,
        networks: Networks,
        network: NetworkSpec,
        instance_spec: SpecFactory,
    ) -> None:
        if backend.cards is None:
            pytest.skip("the backend does not change cards")
        self.do(backend, networks.bring(network))
        made = self.make(backend, instance_spec(is_started=False))
        nic = NicSpec("nic-on-it", "aa:01:02:00:00:01", "192.0.2.8", network=network.name)

        self.succeed(backend, backend.cards.plug(made.name, nic))

        added = backend.inventory.instance(made.name).nics[-1]
        assert ("192.0.2.8", network.name) == (added.ip, added.network)
        self.succeed(backend, backend.lifecycle.delete(made.name))
