# SPDX-License-Identifier: Apache-2.0
import socket
import threading
from contextlib import suppress

import pytest

from synnefo_core.contracts.compute import (
    BackendBusy,
    BackendUnavailable,
    InstanceMissing,
    InstanceSpec,
    JobMissing,
    JobState,
    PowerState,
)
from synnefo_core.testing.compute import ComputeBackendContract
from synnefo_core.testing.fakes import MemoryBackend, MemoryDisks
from synnefo_core.testing.moving import MovableContract

SPEC = InstanceSpec("snf-1", vcpus=1, ram_mib=512)


@pytest.fixture
def backend():
    return MemoryBackend()


class TestMemoryBackend(ComputeBackendContract):
    @pytest.fixture
    def backend(self):
        with socket.create_server(("127.0.0.1", 0)) as listening:
            greeter = threading.Thread(target=_greet, args=(listening,), daemon=True)
            greeter.start()
            yield MemoryBackend(vnc_port=listening.getsockname()[1])
            listening.shutdown(socket.SHUT_RDWR)
            greeter.join()


class TestMemoryMoves(MovableContract):
    """Two clusters with one store of disks."""

    @pytest.fixture
    def disks(self):
        return MemoryDisks()

    @pytest.fixture
    def backend(self, disks):
        return MemoryBackend(disks=disks)

    @pytest.fixture
    def other(self, disks):
        return MemoryBackend(disks=disks)

    def write(self, backend, disk, content):
        backend.disks.contents[disk] = content

    def read(self, backend, disk):
        return backend.disks.contents[disk]


def _greet(listening):
    with suppress(OSError):
        while True:
            client, _ = listening.accept()
            with client:
                client.sendall(b"RFB 003.008\n")


def test_a_held_job_stays_queued_until_it_is_released(backend):
    backend.hold()
    job_id = backend.lifecycle.create(SPEC)

    held = backend.job_queue.job(job_id)
    backend.release()

    assert JobState.QUEUED is held.state
    assert JobState.SUCCESS is backend.job_queue.job(job_id).state


def test_a_held_job_is_pending(backend):
    backend.hold()
    job_id = backend.lifecycle.create(SPEC)

    assert [job_id] == [job.id for job in backend.job_queue.pending("snf-1")]
    assert [] == backend.inventory.instances()


def test_a_held_job_can_be_canceled(backend):
    backend.hold()
    job_id = backend.lifecycle.create(SPEC)

    assert backend.job_queue.cancel(job_id)

    backend.release()
    assert JobState.CANCELED is backend.job_queue.job(job_id).state
    assert [] == backend.inventory.instances()


def test_a_failure_hits_one_job_only(backend):
    backend.fail_next("a node burns", is_transient=True)

    failed = backend.job_queue.job(backend.lifecycle.create(SPEC))
    again = backend.job_queue.job(backend.lifecycle.create(SPEC))

    assert (JobState.ERROR, "a node burns", True) == (
        failed.state,
        failed.error,
        failed.is_transient,
    )
    assert JobState.SUCCESS is again.state


def test_what_does_not_fit_fails_for_now(backend):
    small = MemoryBackend(ram_mib=600)
    small.lifecycle.create(SPEC)

    second = small.job_queue.job(small.lifecycle.create(InstanceSpec("snf-2", 1, 512)))

    assert second.is_transient
    assert ["snf-1"] == [instance.name for instance in small.inventory.instances()]


def test_an_unreachable_cluster_answers_nothing(backend):
    backend.set_unreachable(is_unreachable=True)

    with pytest.raises(BackendUnavailable):
        backend.lifecycle.create(SPEC)
    with pytest.raises(BackendUnavailable):
        backend.inventory.instances()


def test_a_drained_cluster_shows_but_takes_nothing(backend):
    backend.lifecycle.create(SPEC)
    backend.set_drained(is_drained=True)

    with pytest.raises(BackendBusy):
        backend.lifecycle.stop("snf-1")

    assert PowerState.RUNNING is backend.inventory.instance("snf-1").power


def test_an_instance_may_vanish_behind_our_back(backend):
    backend.lifecycle.create(SPEC)

    backend.drop("snf-1")

    with pytest.raises(InstanceMissing):
        backend.lifecycle.stop("snf-1")


def test_forgotten_jobs_are_missing(backend):
    job_id = backend.lifecycle.create(SPEC)

    backend.forget_jobs()

    with pytest.raises(JobMissing):
        backend.job_queue.job(job_id)
