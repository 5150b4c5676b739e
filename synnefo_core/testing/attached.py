# SPDX-License-Identifier: Apache-2.0
"""The part of the conformance suite about the facet ``Volumes``; skipped where there is none."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Mapping

import pytest

from synnefo_core.contracts import volumes as tickets
from synnefo_core.contracts.compute import (
    ComputeBackend,
    DiskSpec,
    InstanceMissing,
    JobState,
    PowerState,
    RequestRefused,
)
from synnefo_core.contracts.devices import Volumes
from synnefo_core.signatures import Signer
from synnefo_core.testing.compute_rig import ComputeRig, SpecFactory

_BY_NAME: Mapping[str, Callable[[Volumes, str, DiskSpec], str]] = {
    "attach": lambda volumes, name, disk: volumes.attach(name, disk),
    "detach": lambda volumes, name, disk: volumes.detach(name, disk.name),
    "tell_size": lambda volumes, name, disk: volumes.tell_size(name, disk.name, size_mib=128),
}


class VolumesContract(ComputeRig):
    """What a compute backend does that gives instances volumes for disks.

    Attributes:
        serves_volumes: Whether the cluster's nodes are set up for it.
    """

    serves_volumes: bool = True

    @pytest.fixture
    def volumes(self, backend: ComputeBackend) -> Volumes:
        """Return the facet."""
        if backend.volumes is None or not self.serves_volumes:
            pytest.skip("the backend serves no volumes")
        return backend.volumes

    @pytest.fixture
    def volume(self, volumes: Volumes) -> Callable[[], DiskSpec]:
        """Return a function that returns a volume of 64 MiB that no instance has."""
        signer = Signer(Signer.new_key(), tickets.PURPOSE)

        def make() -> DiskSpec:
            name = str(uuid.uuid4())
            ticket = tickets.Ticket(volume=name, store="main", generation=1, size_bytes=64 * 2**20)
            sealed = tickets.seal(signer, ticket)
            return volumes.disk(f"volume-{name}", size_mib=64, ticket=sealed)

        return make

    @pytest.mark.parametrize("is_started", [True, False])
    def test_a_volume_is_attached_once_behind_the_others_and_detached_once(
        self,
        backend: ComputeBackend,
        volumes: Volumes,
        volume: Callable[[], DiskSpec],
        instance_spec: SpecFactory,
        is_started: bool,
    ) -> None:
        disk, template = volume(), volumes.template
        spec = instance_spec(disk_template=template, disks=(volume(),), is_started=is_started)
        before = self.make(backend, spec)

        self.succeed(backend, volumes.attach(before.name, disk))
        attached = self.wait(backend, volumes.attach(before.name, disk))
        between = backend.inventory.instance(before.name)
        self.succeed(backend, volumes.detach(before.name, disk.name))
        detached = self.wait(backend, volumes.detach(before.name, disk.name))

        added, after = between.disks[-1], backend.inventory.instance(before.name)
        assert (disk.name, disk.size_mib) == (added.name, added.size_mib)
        assert before.disks == between.disks[:-1]
        assert (before.disks, before.power) == (after.disks, after.power)
        assert [JobState.ERROR] * 2 == [attached.state, detached.state]
        assert not detached.is_transient

    def test_an_instance_starts_with_what_was_attached_and_is_removed_with_it(
        self,
        backend: ComputeBackend,
        volumes: Volumes,
        volume: Callable[[], DiskSpec],
        instance_spec: SpecFactory,
    ) -> None:
        disk, template = volume(), volumes.template
        spec = instance_spec(disk_template=template, disks=(volume(),), is_started=False)
        before = self.make(backend, spec)
        self.succeed(backend, volumes.attach(before.name, disk))

        self.succeed(backend, backend.lifecycle.start(before.name))

        after = backend.inventory.instance(before.name)
        assert PowerState.RUNNING is after.power
        assert disk.name in [each.name for each in after.disks]
        self.succeed(backend, backend.lifecycle.delete(before.name))
        assert not backend.inventory.instances(before.name)

    def test_the_cluster_knows_the_new_size_of_one_volume(
        self,
        backend: ComputeBackend,
        volumes: Volumes,
        volume: Callable[[], DiskSpec],
        instance_spec: SpecFactory,
    ) -> None:
        first, second = volume(), volume()
        made = instance_spec(disk_template=volumes.template, disks=(first, second))
        name = self.make(backend, made).name

        self.succeed(backend, volumes.tell_size(name, second.name, size_mib=128))

        sizes = {disk.name: disk.size_mib for disk in backend.inventory.instance(name).disks}
        assert {first.name: 64, second.name: 128} == sizes
        try:
            job = self.wait(backend, volumes.tell_size(name, "of-nobody", size_mib=128))
        except RequestRefused:
            return
        assert JobState.ERROR is job.state

    @pytest.mark.parametrize("operation", list(_BY_NAME))
    def test_an_unknown_instance_gets_and_loses_no_volume(
        self,
        backend: ComputeBackend,
        volumes: Volumes,
        volume: Callable[[], DiskSpec],
        instance_spec: SpecFactory,
        operation: str,
    ) -> None:
        name = instance_spec().name

        try:
            job = self.wait(backend, _BY_NAME[operation](volumes, name, volume()))
        except (InstanceMissing, RequestRefused):
            return
        assert JobState.ERROR is job.state
