# SPDX-License-Identifier: Apache-2.0
"""What the tests of a compute backend stand on: specifications, waiting, tidying up."""

from __future__ import annotations

import itertools
import time
import uuid
from collections.abc import Callable, Iterator, Mapping
from typing import Any

import pytest

from synnefo_core.contracts.compute import (
    ComputeBackend,
    DiskSpec,
    Instance,
    InstanceSpec,
    Job,
    JobState,
    NicSpec,
    PowerState,
)

SpecFactory = Callable[..., InstanceSpec]


class ComputeRig:
    """Makes instances on a backend, waits for its jobs and removes what it made.

    Attributes:
        job_deadline_s: How long one job may take.
        poll_interval_s: How long to wait between two looks at a job.
        threads: How many threads submit at once.
        has_exact_capacity: Whether free memory and disk follow the instances to the MiB; not so
            where nodes measure what other programs leave.
        name_suffix: What every instance's name ends with, for clusters that want a domain.
        spec_defaults: Fields of :class:`InstanceSpec` that every instance of the suite gets.
        secret_parameters: Secret parameters that the cluster's OS definition accepts.
        unknown_job_id: An id that looks like the cluster's own but is no job's.
    """

    job_deadline_s: float = 60.0
    poll_interval_s: float = 0.05
    threads: int = 4
    has_exact_capacity: bool = True
    name_suffix: str = ""
    spec_defaults: Mapping[str, Any] = {}
    secret_parameters: Mapping[str, str] = {"password": "a-secret-that-nobody-may-print"}
    unknown_job_id: str = "999999999"

    @pytest.fixture
    def instance_spec(self, backend: ComputeBackend) -> Iterator[SpecFactory]:
        """Return a factory of specifications with a name, disks and a MAC of their own."""
        run, numbers = uuid.uuid4().hex[:8], itertools.count(1)
        names: set[str] = set()

        def make(label: str = "", **fields: Any) -> InstanceSpec:
            number = next(numbers)
            name = f"snf-suite-{run}-{label or number}{self.name_suffix}"
            names.add(name)
            return InstanceSpec(**self._fields(backend, name, number) | fields)

        yield make
        self._remove(backend, names)

    def _fields(self, backend: ComputeBackend, name: str, number: int) -> dict[str, Any]:
        fields: dict[str, Any] = {"name": name, "vcpus": 1, "ram_mib": 128, **self.spec_defaults}
        if "disk_template" not in fields:
            enabled = backend.capabilities().disk_templates
            fields["disk_template"] = next((t for t in enabled if t != "diskless"), "diskless")
        if "disks" not in fields and fields["disk_template"] != "diskless":
            fields["disks"] = (DiskSpec(name=f"{name}-disk", size_mib=64),)
        if "nics" not in fields:
            mac = f"aa:00:00:{uuid.uuid4().hex[:2]}:{number // 256:02x}:{number % 256:02x}"
            fields["nics"] = (NicSpec(name=f"{name}-nic", mac=mac),)
        return fields

    def _remove(self, backend: ComputeBackend, names: set[str]) -> None:
        if not names:
            return
        for job in [job for name in names for job in backend.job_queue.pending(name)]:
            self.wait(backend, job.id)
        left = {instance.name for instance in backend.inventory.instances("snf-suite-")}
        for job_id in [backend.lifecycle.delete(name) for name in sorted(names & left)]:
            self.wait(backend, job_id)

    def pause(self) -> None:
        """Let the cluster get on; override it where a test's clock moves the cluster."""
        time.sleep(self.poll_interval_s)

    def wait(self, backend: ComputeBackend, job_id: str) -> Job:
        """Return a job once it has ended."""
        deadline = time.monotonic() + self.job_deadline_s
        while not (job := backend.job_queue.job(job_id)).state.is_final:
            assert time.monotonic() < deadline, f"{job} took over {self.job_deadline_s} s"
            self.pause()
        return job

    def succeed(self, backend: ComputeBackend, job_id: str) -> Job:
        """Return a job once it has ended well."""
        job = self.wait(backend, job_id)
        assert job.state is JobState.SUCCESS, f"{job} should have succeeded"
        return job

    def make(self, backend: ComputeBackend, spec: InstanceSpec) -> Instance:
        """Return an instance once it is made."""
        self.succeed(backend, backend.lifecycle.create(spec))
        return backend.inventory.instance(spec.name)

    def make_power(self, backend: ComputeBackend, spec: InstanceSpec) -> PowerState:
        """Return the power state of an instance once it is made."""
        return self.make(backend, spec).power
