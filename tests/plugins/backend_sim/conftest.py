# SPDX-License-Identifier: Apache-2.0
from contextlib import ExitStack

import pytest

from synnefo_backend_sim import SimBackend
from synnefo_core.clock import Clock
from synnefo_core.contracts.compute import DiskSpec, InstanceSpec
from synnefo_core.contracts.driver import DriverSetup


class HandClock(Clock):
    """A clock that a test moves."""

    def __init__(self):
        self.at = 1000.0

    def now(self):
        return self.at


@pytest.fixture
def clock():
    return HandClock()


@pytest.fixture
def open_cluster(tmp_path, clock):
    """Open the one cluster of a test, as one more process would; each job takes 10 s."""
    with ExitStack() as opened:

        def open_it(**settings):
            pace = {"job_delay_min_s": 10.0, "job_delay_max_s": 10.0}
            backend = SimBackend(DriverSetup("local", pace | settings, tmp_path), clock=clock)
            opened.callback(backend.close)
            return backend

        yield open_it


@pytest.fixture
def backend(open_cluster):
    return open_cluster()


@pytest.fixture
def spec():
    def make(name="snf-1", **fields):
        defaults = {"vcpus": 1, "ram_mib": 1024, "disks": (DiskSpec("disk", 2048),)}
        return InstanceSpec(name, **defaults | fields)

    return make


@pytest.fixture
def running(backend, clock, spec):
    """Return the name of an instance that runs, with no job under way."""
    backend.lifecycle.create(spec())
    clock.at += 10
    return "snf-1"
