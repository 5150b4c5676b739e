# SPDX-License-Identifier: Apache-2.0
"""The conformance suite of the facet ``Movable``: subclass it and give it two clusters.

They are ``backend`` and ``other``, and reach one store of disks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace

import pytest

from synnefo_core.contracts.compute import (
    BackendError,
    ComputeBackend,
    Instance,
    InstanceMissing,
    InstanceSpec,
    JobState,
    PowerState,
)
from synnefo_core.contracts.moving import Baggage, Movable
from synnefo_core.testing.compute_rig import ComputeRig, SpecFactory

Submit = Callable[[], str]


class MovableContract(ComputeRig):
    """What two compute backends do that hand instances to one another.

    Attributes:
        has_own_disks: Whether the disks of the suite's instances go with those that are deleted.
    """

    has_own_disks: bool = True

    @pytest.fixture
    def spec(self, other: ComputeBackend, instance_spec: SpecFactory) -> Iterator[InstanceSpec]:
        """Return what is to be made in the one cluster; the other one is left as it was."""
        made = instance_spec(is_started=False, tags=("a:1",))
        yield made
        self._remove(other, {made.name})

    def write(self, backend: ComputeBackend, disk: str, content: bytes) -> None:
        """Put something on a disk; override it where a test can."""

    def read(self, backend: ComputeBackend, disk: str) -> bytes | None:
        """Return what is on a disk, None where a test can't know."""
        del backend, disk
        return None

    def handed(self, backend: ComputeBackend, baggage: Baggage) -> Baggage:
        """Return what a cluster is told, with what is the cloud's to say; override it for volumes."""
        del backend
        return baggage

    def test_an_instance_goes_over_with_all_that_it_has(
        self, backend: ComputeBackend, other: ComputeBackend, spec: InstanceSpec
    ) -> None:
        before = self.make(backend, spec)
        content = b"what the guest wrote"
        for disk in before.disks:
            self.write(backend, disk.name, content)

        after = self._taken_in(other, spec, _facet(backend).baggage(spec.name))
        self.succeed(backend, _facet(backend).give_up(spec.name))

        self.succeed(other, other.lifecycle.start(spec.name))
        assert (PowerState.STOPPED, before.disks) == (after.power, after.disks)
        assert (before.nics, before.tags) == (after.nics, after.tags)
        assert (before.vcpus, before.ram_mib) == (after.vcpus, after.ram_mib)
        for disk in before.disks:
            assert self.read(other, disk.name) in (None, content)
        with pytest.raises(InstanceMissing):
            backend.inventory.instance(spec.name)

    def test_who_gives_up_what_was_taken_in_leaves_it_where_it_was(
        self, backend: ComputeBackend, other: ComputeBackend, spec: InstanceSpec
    ) -> None:
        self.make(backend, spec)
        self._taken_in(other, spec, _facet(backend).baggage(spec.name))

        self.succeed(other, _facet(other).give_up(spec.name))

        self.succeed(backend, backend.lifecycle.start(spec.name))
        assert PowerState.RUNNING is backend.inventory.instance(spec.name).power

    def test_what_was_given_up_can_be_taken_in_again(
        self, backend: ComputeBackend, other: ComputeBackend, spec: InstanceSpec
    ) -> None:
        del other
        before, baggage = self.make(backend, spec), _facet(backend).baggage(spec.name)
        self.succeed(backend, _facet(backend).give_up(spec.name))

        after = self._taken_in(backend, spec, baggage)

        assert (before.disks, before.nics) == (after.disks, after.nics)

    def test_an_instance_that_runs_is_not_given_up(
        self, backend: ComputeBackend, spec: InstanceSpec
    ) -> None:
        self.make(backend, replace(spec, is_started=True))

        self._require_refusal(backend, lambda: _facet(backend).give_up(spec.name))

        assert PowerState.RUNNING is backend.inventory.instance(spec.name).power

    def test_a_name_that_is_in_use_is_told(
        self, backend: ComputeBackend, other: ComputeBackend, spec: InstanceSpec
    ) -> None:
        self.make(backend, spec)
        baggage = _facet(backend).baggage(spec.name)
        self._taken_in(other, spec, baggage)

        job = self.wait(other, _facet(other).take_in(_bare(spec), self.handed(other, baggage)))

        assert (JobState.ERROR, True) == (job.state, job.already_exists)

    def test_disks_that_are_gone_are_not_taken_over(
        self, backend: ComputeBackend, other: ComputeBackend, spec: InstanceSpec
    ) -> None:
        if not self.make(backend, spec).disks or not self.has_own_disks:
            pytest.skip("the instances of the suite have no disks of their own")
        baggage = _facet(backend).baggage(spec.name)
        self.succeed(backend, backend.lifecycle.delete(spec.name))

        self._require_refusal(other, lambda: _facet(other).take_in(_bare(spec), baggage))

        with pytest.raises(InstanceMissing):
            other.inventory.instance(spec.name)

    def test_a_store_that_is_out_of_reach_is_told(
        self, backend: ComputeBackend, other: ComputeBackend, spec: InstanceSpec
    ) -> None:
        if not self.make(backend, spec).disks:
            pytest.skip("the instances of the suite have no disks")
        strange = replace(_facet(backend).baggage(spec.name), store="far away")

        self._require_refusal(other, lambda: _facet(other).take_in(_bare(spec), strange))

    def test_where_disks_lie_is_told_of_those_that_there_are(
        self, backend: ComputeBackend, other: ComputeBackend, spec: InstanceSpec
    ) -> None:
        disks = self.make(backend, spec).disks

        found = _facet(backend).lodgings([spec.name, "snf-suite-nobody"])

        assert [spec.name] == list(found)
        assert not found[spec.name].problem
        assert not disks or found[spec.name].store in _facet(other).stores()

    def test_nothing_is_known_of_an_instance_that_is_not_there(
        self, backend: ComputeBackend, spec: InstanceSpec
    ) -> None:
        with pytest.raises(InstanceMissing):
            _facet(backend).baggage(spec.name)
        self._require_refusal(backend, lambda: _facet(backend).give_up(spec.name))

    def _taken_in(self, backend: ComputeBackend, spec: InstanceSpec, baggage: Baggage) -> Instance:
        told = self.handed(backend, baggage)
        self.succeed(backend, _facet(backend).take_in(_bare(spec), told))
        return backend.inventory.instance(spec.name)

    def _require_refusal(self, backend: ComputeBackend, submit: Submit) -> None:
        try:
            job_id = submit()
        except BackendError:
            return
        assert JobState.ERROR is self.wait(backend, job_id).state


def _facet(backend: ComputeBackend) -> Movable:
    assert backend.movable is not None
    return backend.movable


def _bare(spec: InstanceSpec) -> InstanceSpec:
    """Return what is told of an instance beside its disks."""
    return replace(spec, disks=(), disk_template="")
