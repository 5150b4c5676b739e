# SPDX-License-Identifier: Apache-2.0
"""The part of the conformance suite about the facet ``Reshape``; skipped where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from synnefo_core.contracts.compute import (
    ComputeBackend,
    InstanceMissing,
    JobState,
    PowerState,
    Reshape,
)
from synnefo_core.contracts.seed import Seed
from synnefo_core.testing.compute_rig import ComputeRig, SpecFactory

_BY_NAME: Mapping[str, Callable[[Reshape, str], str]] = {
    "resize": lambda reshape, name: reshape.resize(name, vcpus=1, ram_mib=128),
    "grow disk": lambda reshape, name: reshape.grow_disk(name, disk=0, size_mib=96),
    "reinstall": lambda reshape, name: reshape.reinstall(name),
}

_SEED = Seed("cidata", {"user-data": b"a-secret-that-nobody-may-print"})


class ReshapeContract(ComputeRig):
    """What a compute backend does that can change what instances are made of."""

    @pytest.fixture
    def reshape(self, backend: ComputeBackend) -> Reshape:
        """Return the facet."""
        if backend.reshape is None:
            pytest.skip("the backend does not change instances")
        return backend.reshape

    def test_a_stopped_instance_is_given_other_hardware(
        self, backend: ComputeBackend, reshape: Reshape, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec(is_started=False)).name

        self.succeed(backend, reshape.resize(name, vcpus=2, ram_mib=192))

        instance = backend.inventory.instance(name)
        assert (2, 192, PowerState.STOPPED) == (instance.vcpus, instance.ram_mib, instance.power)

    def test_hardware_is_taken_away_again(
        self, backend: ComputeBackend, reshape: Reshape, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec(is_started=False, vcpus=2, ram_mib=192)
        self.make(backend, spec)

        self.succeed(backend, reshape.resize(spec.name, vcpus=1, ram_mib=128))

        instance = backend.inventory.instance(spec.name)
        assert (1, 128) == (instance.vcpus, instance.ram_mib)

    def test_the_same_hardware_once_more_is_no_error(
        self, backend: ComputeBackend, reshape: Reshape, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec(is_started=False)).name

        for _ in range(2):
            self.succeed(backend, reshape.resize(name, vcpus=2, ram_mib=192))

        assert 2 == backend.inventory.instance(name).vcpus

    def test_an_instance_with_other_hardware_starts(
        self, backend: ComputeBackend, reshape: Reshape, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec(is_started=False)).name
        self.succeed(backend, reshape.resize(name, vcpus=2, ram_mib=192))

        self.succeed(backend, backend.lifecycle.start(name))

        assert PowerState.RUNNING is backend.inventory.instance(name).power

    def test_a_disk_grows_to_its_new_size(
        self, backend: ComputeBackend, reshape: Reshape, instance_spec: SpecFactory
    ) -> None:
        name, size_mib = self._with_disk(backend, instance_spec)

        self.succeed(backend, reshape.grow_disk(name, disk=0, size_mib=size_mib + 32))

        assert size_mib + 32 == backend.inventory.instance(name).disks[0].size_mib

    def test_a_disk_does_not_shrink(
        self, backend: ComputeBackend, reshape: Reshape, instance_spec: SpecFactory
    ) -> None:
        name, size_mib = self._with_disk(backend, instance_spec)

        job = self.wait(backend, reshape.grow_disk(name, disk=0, size_mib=size_mib - 16))

        assert JobState.ERROR is job.state
        assert size_mib == backend.inventory.instance(name).disks[0].size_mib

    def _with_disk(self, backend: ComputeBackend, instance_spec: SpecFactory) -> tuple[str, int]:
        instance = self.make(backend, instance_spec(is_started=False))
        if not instance.disks:
            pytest.skip("the cluster has no disks")
        return instance.name, instance.disks[0].size_mib

    @pytest.mark.parametrize("is_started", [True, False])
    def test_a_reinstalled_instance_is_the_same_one(
        self,
        backend: ComputeBackend,
        reshape: Reshape,
        instance_spec: SpecFactory,
        is_started: bool,
    ) -> None:
        name, _ = self._with_disk(backend, instance_spec)
        before = backend.inventory.instance(name)

        job = self.succeed(backend, reshape.reinstall(name, is_started=is_started))

        after = backend.inventory.instance(name)
        expected = PowerState.RUNNING if is_started else PowerState.STOPPED
        assert ("reinstall", expected) == (job.operation, after.power)
        assert (before.disks, before.nics, before.tags) == (after.disks, after.nics, after.tags)

    def test_a_seed_is_handed_over_and_printed_nowhere(
        self, backend: ComputeBackend, reshape: Reshape, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec(seed=_SEED)
        made = self.wait(backend, backend.lifecycle.create(spec))
        before = backend.inventory.instance(spec.name)

        submitted = reshape.hand_seed(spec.name, _SEED)
        handed = self.succeed(backend, submitted) if submitted is not None else None
        self.succeed(backend, reshape.reinstall(spec.name))

        after = backend.inventory.instance(spec.name)
        assert (before.disks, before.nics) == (after.disks, after.nics)
        printed = f"{spec!r} {made!r} {handed!r} {backend!r} {after!r}"
        assert not any(word in printed for word in ("a-secret-that", _SEED.pack()))

    def test_what_runs_may_be_reinstalled(
        self, backend: ComputeBackend, reshape: Reshape, instance_spec: SpecFactory
    ) -> None:
        name, _ = self._with_disk(backend, instance_spec)
        self.succeed(backend, backend.lifecycle.start(name))

        self.succeed(backend, reshape.reinstall(name))

        assert PowerState.RUNNING is backend.inventory.instance(name).power

    @pytest.mark.parametrize("operation", list(_BY_NAME))
    def test_an_unknown_instance_is_not_reshaped(
        self,
        backend: ComputeBackend,
        reshape: Reshape,
        instance_spec: SpecFactory,
        operation: str,
    ) -> None:
        name = instance_spec().name

        try:
            job = self.wait(backend, _BY_NAME[operation](reshape, name))
        except InstanceMissing:
            return
        assert JobState.ERROR is job.state
        assert not job.is_transient
