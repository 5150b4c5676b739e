# SPDX-License-Identifier: Apache-2.0
import time

import pytest

from synnefo_backend_ganeti.driver import GanetiBackend
from synnefo_backend_ganeti.options import client
from synnefo_core.config import checked_settings
from synnefo_core.contracts.compute import BackendBusy, BackendUnavailable, InstanceSpec, JobState
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.testing.compute import ComputeBackendContract
from tests.system.labs.fixtures import ganeti_lab, ganeti_labs  # noqa: F401 - fixtures

pytestmark = pytest.mark.system


@pytest.fixture
def settings(ganeti_lab):  # noqa: F811 - a fixture is asked for by its name
    return checked_settings(
        GanetiBackend,
        {
            "url": ganeti_lab.rapi_url,
            "user": ganeti_lab.rapi_user,
            "password": ganeti_lab.rapi_password,
            "certificate_file": str(ganeti_lab.rapi_certificate),
        },
    )


@pytest.fixture
def backend(settings, tmp_path):
    backend = GanetiBackend(DriverSetup("real", settings, tmp_path))
    yield backend
    backend.close()


class TestRealGaneti(ComputeBackendContract):
    has_exact_capacity = False
    has_movable_disks = False
    # QEMU reaches them, and its guests are not real; tests/system/test_ext_storage.py has some.
    serves_volumes = False
    # The lab's OS definition takes no parameters; the suite on the small Ganeti has secrets.
    secret_parameters = {}


def test_a_job_is_awaited_and_told_from_the_archive(ganeti_lab, backend, settings):  # noqa: F811
    job_id = backend.lifecycle.create(InstanceSpec("snf-archived", 1, 128))
    client(settings).wait_for_job(int(job_id), deadline=time.monotonic() + 60)

    ganeti_lab.run("gnt-job", "archive", job_id)

    assert JobState.SUCCESS is backend.job_queue.job(job_id).state
    assert [job_id] == list(backend.job_queue.jobs([job_id]))


def test_a_drained_queue_is_busy(ganeti_lab, backend):  # noqa: F811
    ganeti_lab.run("gnt-cluster", "queue", "drain")
    try:
        with pytest.raises(BackendBusy):
            backend.lifecycle.start("snf-1")
    finally:
        ganeti_lab.run("gnt-cluster", "queue", "undrain")


def test_a_master_without_its_remote_api_is_unavailable(ganeti_lab, backend):  # noqa: F811
    ganeti_lab.stop_rapi()
    try:
        with pytest.raises(BackendUnavailable):
            backend.inventory.capacity()
    finally:
        ganeti_lab.restart_rapi()
