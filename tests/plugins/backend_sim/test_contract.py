# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_backend_sim import SimBackend
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.testing.compute import ComputeBackendContract


class TestOnTheClock(ComputeBackendContract):
    """Jobs take a moment of real time."""

    poll_interval_s = 0.005

    @pytest.fixture
    def backend(self, tmp_path):
        pace = {"job_delay_min_s": 0.005, "job_delay_max_s": 0.02}
        backend = SimBackend(DriverSetup("real", pace, tmp_path))
        yield backend
        backend.close()


class TestAtOnce(ComputeBackendContract):
    """Jobs take no time; no more than one runs at once."""

    poll_interval_s = 0.0

    @pytest.fixture
    def backend(self, tmp_path):
        pace = {"job_delay_min_s": 0.0, "job_delay_max_s": 0.0, "jobs_at_once": 1}
        backend = SimBackend(DriverSetup("swift", pace, tmp_path))
        yield backend
        backend.close()


class TestByHand(ComputeBackendContract):
    """The cluster's time goes on only while somebody waits for a job."""

    @pytest.fixture
    def backend(self, open_cluster, clock):
        self.clock = clock
        return open_cluster(job_delay_min_s=1.0)

    def pause(self):
        self.clock.at += 1
