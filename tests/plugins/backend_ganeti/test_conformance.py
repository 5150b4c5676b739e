# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_core.testing.compute import ComputeBackendContract


class TestGaneti(ComputeBackendContract):
    """Over TLS to a small Ganeti in this process; tests/system runs it on a real one."""

    poll_interval_s = 0.0
    has_exact_capacity = False

    @pytest.fixture
    def backend(self, make_backend, cluster):
        cluster.add_node("node2")
        backend = make_backend(rescue_medium="/srv/rescue.iso")
        yield backend
        backend.close()
