# SPDX-License-Identifier: Apache-2.0
"""The conformance suite of compute backends: subclass it and give it a ``backend``.

.. code-block:: python

    class TestMine(ComputeBackendContract):
        @pytest.fixture
        def backend(self, tmp_path):
            backend = MyBackend(DriverSetup("mine", {"host": "…"}, tmp_path))
            yield backend
            backend.close()

The suite runs on a cluster that others use too: it touches only instances that it made, and
removes them. Jobs are awaited by looking again and again until ``job_deadline_s``, so a cluster
whose jobs take seconds passes as well. The attributes of
:class:`~synnefo_core.testing.compute_rig.ComputeRig` are there to be overridden.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import FrozenInstanceError, replace

import pytest

from synnefo_core.contracts.compute import (
    ComputeBackend,
    InstanceMissing,
    JobMissing,
    JobState,
    PowerState,
)
from synnefo_core.testing.adoption import AdoptionContract
from synnefo_core.testing.attached import VolumesContract
from synnefo_core.testing.cards import CardsContract
from synnefo_core.testing.compute_rig import SpecFactory
from synnefo_core.testing.consoles import ConsolesContract
from synnefo_core.testing.migration import MigrationContract
from synnefo_core.testing.networks import NetworksContract
from synnefo_core.testing.node_state import NodeStatesContract
from synnefo_core.testing.rescue import RescueContract
from synnefo_core.testing.reshape import ReshapeContract
from synnefo_core.testing.samples import SamplesContract

Submit = Callable[[ComputeBackend, str], str]

_BY_NAME: Mapping[str, Submit] = {
    "delete": lambda backend, name: backend.lifecycle.delete(name),
    "start": lambda backend, name: backend.lifecycle.start(name),
    "stop": lambda backend, name: backend.lifecycle.stop(name, grace_s=0),
    "reboot": lambda backend, name: backend.lifecycle.reboot(name),
    "hard reboot": lambda backend, name: backend.lifecycle.reboot(name, is_hard=True),
}


class ComputeBackendContract(
    ReshapeContract,
    CardsContract,
    VolumesContract,
    RescueContract,
    AdoptionContract,
    MigrationContract,
    NodeStatesContract,
    SamplesContract,
    NetworksContract,
    ConsolesContract,
):
    """What every compute backend does, and what optional facets do where there are any."""

    # Instances

    def test_a_created_instance_runs_and_is_listed(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec()

        instance = self.make(backend, spec)

        assert instance.power is PowerState.RUNNING
        assert [spec.name] == [each.name for each in backend.inventory.instances(spec.name)]

    def test_an_instance_created_without_starting_it_is_stopped(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        assert PowerState.STOPPED is self.make_power(backend, instance_spec(is_started=False))

    def test_an_instance_has_the_hardware_that_was_asked_for(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec(vcpus=2, ram_mib=256)

        instance = self.make(backend, spec)

        assert (2, 256) == (instance.vcpus, instance.ram_mib)
        assert [(disk.name, disk.size_mib) for disk in spec.disks] == [
            (disk.name, disk.size_mib) for disk in instance.disks
        ]

    def test_nics_come_back_in_the_guests_order(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        first, second = (instance_spec().nics[0] for _ in range(2))
        nics = (replace(second, ip="192.0.2.12"), first)

        instance = self.make(backend, instance_spec(nics=nics))

        assert [(nic.name, nic.mac, nic.ip) for nic in nics] == [
            (nic.name, nic.mac, nic.ip) for nic in instance.nics
        ]

    def test_an_instance_keeps_its_tags(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        tags = ("snf:suite", "snf:server:7f6e")

        instance = self.make(backend, instance_spec(tags=tags))

        assert set(tags) == set(instance.tags)

    def test_one_look_and_the_list_say_the_same(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        instance = self.make(backend, instance_spec())

        assert [instance] == backend.inventory.instances(instance.name)

    def test_a_name_can_be_used_once_only(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec()
        self.make(backend, spec)

        again = self.wait(backend, backend.lifecycle.create(spec))

        assert JobState.ERROR is again.state
        assert again.already_exists
        assert PowerState.RUNNING is backend.inventory.instance(spec.name).power

    def test_a_failed_job_says_why(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec()
        self.make(backend, spec)

        again = self.wait(backend, backend.lifecycle.create(spec))

        assert again.error
        assert again.ended_at is not None

    def test_a_deleted_instance_is_gone(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec()
        self.make(backend, spec)

        self.succeed(backend, backend.lifecycle.delete(spec.name))

        assert [] == backend.inventory.instances(spec.name)
        with pytest.raises(InstanceMissing):
            backend.inventory.instance(spec.name)

    def test_the_name_of_a_deleted_instance_is_free(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec()
        self.make(backend, spec)
        self.succeed(backend, backend.lifecycle.delete(spec.name))

        assert PowerState.RUNNING is self.make_power(backend, spec)

    @pytest.mark.parametrize(
        "is_started, operations, expected",
        [
            (True, ["stop"], PowerState.STOPPED),
            (True, ["start"], PowerState.RUNNING),
            (False, ["stop"], PowerState.STOPPED),
            (False, ["start"], PowerState.RUNNING),
            (True, ["stop", "stop", "start", "start"], PowerState.RUNNING),
            (True, ["reboot"], PowerState.RUNNING),
            (True, ["hard reboot", "hard reboot"], PowerState.RUNNING),
        ],
    )
    def test_power_follows_the_jobs(
        self,
        backend: ComputeBackend,
        instance_spec: SpecFactory,
        is_started: bool,
        operations: list[str],
        expected: PowerState,
    ) -> None:
        spec = instance_spec(is_started=is_started)
        self.make(backend, spec)

        for operation in operations:
            self.succeed(backend, _BY_NAME[operation](backend, spec.name))

        assert expected is backend.inventory.instance(spec.name).power

    @pytest.mark.parametrize("operation", list(_BY_NAME))
    def test_an_unknown_instance_is_told(
        self, backend: ComputeBackend, instance_spec: SpecFactory, operation: str
    ) -> None:
        name = instance_spec().name

        try:
            job = self.wait(backend, _BY_NAME[operation](backend, name))
        except InstanceMissing:
            return
        assert JobState.ERROR is job.state
        assert not job.is_transient

    def test_a_list_is_in_the_order_of_names_and_holds_the_prefix_only(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        specs = [instance_spec(f"list-{letter}") for letter in "cab"]
        other = instance_spec("other")
        for job_id in [backend.lifecycle.create(spec) for spec in (*specs, other)]:
            self.succeed(backend, job_id)

        prefix = other.name.removesuffix(f"other{self.name_suffix}") + "list-"

        listed = [instance.name for instance in backend.inventory.instances(prefix)]
        assert sorted(spec.name for spec in specs) == listed

    def test_some_are_looked_at_together(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        specs = [instance_spec(f"some-{letter}") for letter in "abc"]
        for job_id in [backend.lifecycle.create(spec) for spec in specs]:
            self.succeed(backend, job_id)
        first, _, last = (spec.name for spec in specs)

        found = backend.inventory.some([last, f"{first}-not", first])

        one_by_one = {name: backend.inventory.instance(name) for name in (first, last)}
        assert one_by_one == dict(found)
        assert {} == dict(backend.inventory.some([]))

    # Jobs

    def test_a_job_tells_what_it_is_about(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec()

        job = self.succeed(backend, backend.lifecycle.create(spec))

        assert ("create", spec.name) == (job.operation, job.instance)
        assert ("", False, False) == (job.error, job.is_transient, job.already_exists)

    @pytest.mark.parametrize("operation", ["stop", "start", "reboot", "delete"])
    def test_a_job_tells_its_operation_in_the_contracts_words(
        self, backend: ComputeBackend, instance_spec: SpecFactory, operation: str
    ) -> None:
        spec = instance_spec()
        self.make(backend, spec)

        job = self.succeed(backend, _BY_NAME[operation](backend, spec.name))

        assert (operation, spec.name) == (job.operation, job.instance)

    def test_a_job_has_an_end_once_it_has_ended(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        job_id = backend.lifecycle.create(instance_spec())
        early = backend.job_queue.job(job_id)

        ended = self.succeed(backend, job_id)

        assert early.state.is_final == (early.ended_at is not None)
        assert ended.ended_at is not None

    def test_an_unknown_job_is_missing(self, backend: ComputeBackend) -> None:
        with pytest.raises(JobMissing):
            backend.job_queue.job(self.unknown_job_id)

    def test_of_several_jobs_the_known_ones_are_told(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        first, second = (backend.lifecycle.create(instance_spec()) for _ in range(2))

        told = backend.job_queue.jobs([first, self.unknown_job_id, second])

        assert {first, second} == set(told)
        assert all(job_id == job.id for job_id, job in told.items())

    def test_of_no_jobs_none_are_told(self, backend: ComputeBackend) -> None:
        assert {} == dict(backend.job_queue.jobs([]))

    def test_open_jobs_of_an_instance_are_pending_in_their_order(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec()).name
        job_ids = [_BY_NAME[operation](backend, name) for operation in ("stop", "start", "stop")]

        pending = [job.id for job in backend.job_queue.pending(name)]

        # What is still open now was open when the question was asked.
        jobs = backend.job_queue.jobs(job_ids)
        still_open = [job_id for job_id in job_ids if not jobs[job_id].state.is_final]
        assert still_open == [job_id for job_id in pending if job_id in still_open]
        assert pending == [job_id for job_id in job_ids if job_id in pending]

    def test_nothing_is_pending_once_all_has_ended(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec()
        self.make(backend, spec)

        assert [] == backend.job_queue.pending(spec.name)

    def test_nothing_is_pending_for_an_unknown_instance(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        assert [] == backend.job_queue.pending(instance_spec().name)

    def test_jobs_on_one_instance_do_not_disturb_each_other(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec()).name
        operations = ("stop", "start", "stop", "start", "stop")
        job_ids = [_BY_NAME[operation](backend, name) for operation in operations]

        jobs = [self.succeed(backend, job_id) for job_id in job_ids]

        # Their order is the cluster's choice: what ended last holds.
        last = max(enumerate(jobs), key=lambda each: (each[1].ended_at or 0.0, each[0]))[1]
        expected = PowerState.STOPPED if last.operation == "stop" else PowerState.RUNNING
        assert expected is backend.inventory.instance(name).power

    def test_a_canceled_job_leaves_no_trace(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        name = self.make(backend, instance_spec()).name
        rebooted = backend.lifecycle.reboot(name, is_hard=True)
        stopped = backend.lifecycle.stop(name, grace_s=0)

        was_queued = backend.job_queue.cancel(stopped)

        self.wait(backend, rebooted)
        ended = self.wait(backend, stopped)
        # A fast cluster may have begun the job before: then it says so.
        assert was_queued == (ended.state is JobState.CANCELED)
        if was_queued:
            assert PowerState.RUNNING is backend.inventory.instance(name).power

    def test_a_job_that_ended_or_never_was_can_not_be_canceled(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        job = self.succeed(backend, backend.lifecycle.create(instance_spec()))

        assert not backend.job_queue.cancel(job.id)
        assert not backend.job_queue.cancel(self.unknown_job_id)
        assert job == backend.job_queue.job(job.id)

    # Several at once

    def test_threads_may_submit_at_once(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        specs = [instance_spec() for _ in range(self.threads)]

        with ThreadPoolExecutor(self.threads) as pool:
            job_ids = list(pool.map(backend.lifecycle.create, specs))

        assert len(specs) == len(set(job_ids))
        for job_id, spec in zip(job_ids, specs, strict=True):
            assert spec.name == self.succeed(backend, job_id).instance

    def test_of_threads_that_want_one_name_one_gets_it(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec()

        with ThreadPoolExecutor(self.threads) as pool:
            job_ids = list(pool.map(backend.lifecycle.create, [spec] * self.threads))

        jobs = [self.wait(backend, job_id) for job_id in job_ids]
        assert 1 == sum(job.state is JobState.SUCCESS for job in jobs)
        assert self.threads - 1 == sum(job.state is JobState.ERROR for job in jobs)
        assert PowerState.RUNNING is backend.inventory.instance(spec.name).power

    # The cluster

    def test_capacity_is_sane(self, backend: ComputeBackend) -> None:
        capacity = backend.inventory.capacity()

        assert capacity.nodes >= 1
        assert capacity.vcpus >= 1
        assert 0 <= capacity.free_ram_mib <= capacity.ram_mib
        assert 0 <= capacity.free_disk_mib <= capacity.disk_mib

    def test_an_instance_takes_capacity_and_gives_it_back(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec()
        before = backend.inventory.capacity()

        self.make(backend, spec)
        during = backend.inventory.capacity()
        self.succeed(backend, backend.lifecycle.delete(spec.name))
        after = backend.inventory.capacity()

        assert before.instances + 1 == during.instances
        assert before.instances == after.instances
        if self.has_exact_capacity:
            size_mib = sum(disk.size_mib for disk in spec.disks)
            assert before == after
            assert spec.ram_mib == before.free_ram_mib - during.free_ram_mib
            assert size_mib == before.free_disk_mib - during.free_disk_mib

    def test_capabilities_name_templates_and_hypervisors(self, backend: ComputeBackend) -> None:
        able = backend.capabilities()

        assert able.disk_templates
        assert able.hypervisors
        with pytest.raises(FrozenInstanceError):
            able.has_hotplug = True  # type: ignore[misc]  # that it can't be is the point

    # The driver

    def test_secrets_are_never_printed(
        self, backend: ComputeBackend, instance_spec: SpecFactory
    ) -> None:
        spec = instance_spec(secret_parameters=self.secret_parameters)
        submitted = backend.lifecycle.create(spec)

        job = self.wait(backend, submitted)

        printed = f"{spec!r} {job!r} {backend!r} {backend.inventory.instances(spec.name)!r}"
        assert not any(secret in printed for secret in self.secret_parameters.values())

    def test_a_backend_may_be_closed_twice(self, backend: ComputeBackend) -> None:
        backend.capabilities()

        backend.close()
        backend.close()
