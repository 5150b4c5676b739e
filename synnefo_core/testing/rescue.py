# SPDX-License-Identifier: Apache-2.0
"""The part of the conformance suite about the facet ``Rescue``; skipped where there is none."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from synnefo_core.contracts.compute import ComputeBackend, InstanceMissing, JobState, PowerState
from synnefo_core.contracts.rescue import Boot, Rescue
from synnefo_core.testing.compute_rig import ComputeRig, SpecFactory


class RescueContract(ComputeRig):
    """What a compute backend does whose instances start from other media than their disks."""

    @pytest.fixture
    def rescue(self, backend: ComputeBackend) -> Rescue:
        """Return the facet."""
        if backend.rescue is None:
            pytest.skip("the backend does not rescue instances")
        return backend.rescue

    @pytest.fixture
    def medium(self, rescue: Rescue) -> Boot:
        """Return a medium that there is."""
        if not rescue.media:
            pytest.skip("the backend has no medium")
        return next(iter(rescue.media.values()))

    def test_an_instance_starts_from_a_medium_and_later_from_its_disk_again(
        self, backend: ComputeBackend, rescue: Rescue, medium: Boot, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec(is_started=False)).name
        before = json.loads(json.dumps(dict(rescue.boot(name))))

        self.succeed(backend, rescue.set_boot(name, medium))
        self.succeed(backend, backend.lifecycle.start(name))
        between = rescue.boot(name), backend.inventory.instance(name).power
        told = [each.boot for each in backend.inventory.some([name]).values()]
        self.succeed(backend, backend.lifecycle.stop(name, grace_s=0))
        self.succeed(backend, rescue.set_boot(name, before))

        assert (medium, PowerState.RUNNING, [medium]) == (*between, told)
        assert before == backend.inventory.instance(name).boot
        assert before == rescue.boot(name)
        assert before != medium

    def test_the_same_medium_once_more_is_no_error(
        self, backend: ComputeBackend, rescue: Rescue, medium: Boot, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec(is_started=False)).name

        for _ in range(2):
            self.succeed(backend, rescue.set_boot(name, medium))

        assert medium == rescue.boot(name)

    def test_a_rescued_instance_keeps_all_else(
        self, backend: ComputeBackend, rescue: Rescue, medium: Boot, instance_spec: SpecFactory
    ) -> None:
        before = self.make(backend, instance_spec(is_started=False))

        self.succeed(backend, rescue.set_boot(before.name, medium))

        assert replace(before, boot=medium) == backend.inventory.instance(before.name)

    def test_an_unknown_instance_starts_from_nothing(
        self, backend: ComputeBackend, rescue: Rescue, medium: Boot, instance_spec: SpecFactory
    ) -> None:
        name = instance_spec().name

        with pytest.raises(InstanceMissing):
            rescue.boot(name)

        try:
            job = self.wait(backend, rescue.set_boot(name, medium))
        except InstanceMissing:
            return
        assert JobState.ERROR is job.state
