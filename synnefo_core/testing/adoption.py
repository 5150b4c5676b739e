# SPDX-License-Identifier: Apache-2.0
"""The part of the conformance suite about the facet ``Adoption``; skipped where there is none."""

from __future__ import annotations

from collections.abc import Callable, Mapping

import pytest

from synnefo_core.contracts.compute import (
    Adoption,
    ComputeBackend,
    InstanceMissing,
    JobState,
)
from synnefo_core.testing.compute_rig import ComputeRig, SpecFactory

_BY_NAME: Mapping[str, Callable[[Adoption, str], str]] = {
    "tag": lambda adoption, name: adoption.tag(name, ["synnefo:test"]),
    "rename": lambda adoption, name: adoption.rename(name, f"{name}-x"),
}


class AdoptionContract(ComputeRig):
    """What a compute backend does that can make instances known as ours."""

    @pytest.fixture
    def adoption(self, backend: ComputeBackend) -> Adoption:
        """Return the facet."""
        if backend.adoption is None:
            pytest.skip("the backend does not make instances known as ours")
        return backend.adoption

    def test_tags_are_put_beside_those_that_there_are(
        self, backend: ComputeBackend, adoption: Adoption, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec(tags=("a:1",))).name

        for _ in range(2):
            self.succeed(backend, adoption.tag(name, ["synnefo:test", "b"]))

        assert ["a:1", "b", "synnefo:test"] == sorted(backend.inventory.instance(name).tags)

    def test_a_stopped_instance_has_its_new_name_and_all_that_it_had(
        self, backend: ComputeBackend, adoption: Adoption, instance_spec: SpecFactory
    ) -> None:
        before = self.make(backend, instance_spec(is_started=False, tags=("a:1",)))
        new_name = instance_spec("renamed").name

        self.succeed(backend, adoption.rename(before.name, new_name))

        after = backend.inventory.instance(new_name)
        assert (before.disks, before.nics, before.tags) == (after.disks, after.nics, after.tags)
        assert (before.vcpus, before.ram_mib) == (after.vcpus, after.ram_mib)
        with pytest.raises(InstanceMissing):
            backend.inventory.instance(before.name)

    def test_an_instance_that_runs_keeps_its_name(
        self, backend: ComputeBackend, adoption: Adoption, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec()).name

        job = self.wait(backend, adoption.rename(name, instance_spec("renamed").name))

        assert (JobState.ERROR, name) == (job.state, backend.inventory.instance(name).name)

    def test_a_name_that_is_taken_is_not_given_again(
        self, backend: ComputeBackend, adoption: Adoption, instance_spec: SpecFactory
    ) -> None:
        one, other = (self.make(backend, instance_spec(is_started=False)).name for _ in range(2))

        job = self.wait(backend, adoption.rename(one, other))

        assert JobState.ERROR is job.state
        assert [one, other] == [backend.inventory.instance(name).name for name in (one, other)]

    @pytest.mark.parametrize("operation", list(_BY_NAME))
    def test_an_unknown_instance_is_not_adopted(
        self,
        backend: ComputeBackend,
        adoption: Adoption,
        instance_spec: SpecFactory,
        operation: str,
    ) -> None:
        name = instance_spec().name

        try:
            job = self.wait(backend, _BY_NAME[operation](adoption, name))
        except InstanceMissing:
            return
        assert JobState.ERROR is job.state
