# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_backend_sim import ClusterFile, faults
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_core.contracts.compute import (
    BackendBusy,
    BackendUnavailable,
    JobMissing,
    JobState,
    PowerState,
)


def ended(backend, clock, job_id):
    clock.at += 10
    return backend.job_queue.job(job_id)


@pytest.mark.parametrize("kind", [FaultKind.ERROR, FaultKind.TRANSIENT])
def test_a_create_that_fails_leaves_nothing(backend, clock, spec, kind):
    before = backend.inventory.capacity()
    faults.inject(backend.cluster, Fault(kind, message="disk on fire"))

    job = ended(backend, clock, backend.lifecycle.create(spec()))

    assert (JobState.ERROR, "disk on fire") == (job.state, job.error)
    assert (kind is FaultKind.TRANSIENT) == job.is_transient
    assert before == backend.inventory.capacity()


def test_a_create_that_fails_half_way_leaves_a_stopped_instance(backend, clock, spec):
    faults.inject(backend.cluster, Fault(FaultKind.PARTIAL))

    job = ended(backend, clock, backend.lifecycle.create(spec()))

    assert JobState.ERROR is job.state
    assert PowerState.STOPPED is backend.inventory.instance("snf-1").power


def test_an_operation_that_fails_changes_nothing(backend, clock, running):
    faults.inject(backend.cluster, Fault(FaultKind.ERROR, operation="stop"))

    ended(backend, clock, backend.lifecycle.stop(running))

    assert PowerState.RUNNING is backend.inventory.instance(running).power


def test_a_fault_strikes_as_often_as_it_was_told(backend, clock, spec):
    faults.inject(backend.cluster, Fault(FaultKind.ERROR, count=2))
    jobs = [backend.lifecycle.create(spec(f"snf-{number}")) for number in range(3)]

    clock.at += 10

    states = [backend.job_queue.job(job_id).state for job_id in jobs]
    assert [JobState.ERROR, JobState.ERROR, JobState.SUCCESS] == states
    assert [] == faults.standing(backend.cluster)


def test_a_fault_strikes_only_what_it_fits(backend, clock, spec):
    fault = Fault(FaultKind.ERROR, operation="create", instance="snf-[2-9]*")
    faults.inject(backend.cluster, fault)

    spared = ended(backend, clock, backend.lifecycle.create(spec("snf-1")))
    also_spared = ended(backend, clock, backend.lifecycle.stop("snf-1"))
    struck = ended(backend, clock, backend.lifecycle.create(spec("snf-2")))

    states = (spared.state, also_spared.state, struck.state)
    assert (JobState.SUCCESS, JobState.SUCCESS, JobState.ERROR) == states


def test_a_slow_job_takes_longer(backend, clock, spec):
    faults.inject(backend.cluster, Fault(FaultKind.SLOW, slower_s=90))
    job_id = backend.lifecycle.create(spec())

    clock.at += 99
    early = backend.job_queue.job(job_id)
    clock.at += 1

    assert JobState.RUNNING is early.state
    assert JobState.SUCCESS is backend.job_queue.job(job_id).state


def test_a_lost_job_is_unknown_and_never_runs(backend, clock, spec):
    faults.inject(backend.cluster, Fault(FaultKind.LOST))

    job_id = backend.lifecycle.create(spec())

    clock.at += 10
    with pytest.raises(JobMissing):
        backend.job_queue.job(job_id)
    assert [] == backend.inventory.instances()
    assert job_id != backend.lifecycle.create(spec())


@pytest.mark.parametrize(
    "kind, error",
    [(FaultKind.BUSY, BackendBusy), (FaultKind.UNAVAILABLE, BackendUnavailable)],
)
def test_a_request_that_is_not_taken_makes_no_job(backend, spec, kind, error):
    faults.inject(backend.cluster, Fault(kind))

    with pytest.raises(error):
        backend.lifecycle.create(spec())

    assert [] == backend.job_queue.pending("snf-1")
    assert "" != backend.lifecycle.create(spec())


def test_an_unanswered_request_has_its_job_all_the_same(backend, clock, spec):
    faults.inject(backend.cluster, Fault(FaultKind.UNANSWERED))

    with pytest.raises(BackendUnavailable):
        backend.lifecycle.create(spec())

    assert ["create"] == [job.operation for job in backend.job_queue.pending("snf-1")]
    clock.at += 10
    assert PowerState.RUNNING is backend.inventory.instance("snf-1").power


def test_the_oldest_fitting_fault_strikes_first(backend, clock, spec):
    faults.inject(backend.cluster, Fault(FaultKind.ERROR, message="first"))
    faults.inject(backend.cluster, Fault(FaultKind.ERROR, message="second"))

    job = ended(backend, clock, backend.lifecycle.create(spec()))

    assert "first" == job.error
    assert ["second"] == [fault.message for fault in faults.standing(backend.cluster)]


def test_cleared_faults_strike_no_more(backend, clock, spec):
    faults.inject(backend.cluster, Fault(FaultKind.ERROR, count=100))

    faults.clear(backend.cluster)

    assert JobState.SUCCESS is ended(backend, clock, backend.lifecycle.create(spec())).state


def test_a_fault_can_be_told_by_somebody_who_knows_only_the_file(backend, clock, spec):
    backend.inventory.instances()
    somebody = ClusterFile(backend.cluster.path, clock=clock)
    fault = Fault(FaultKind.SLOW, "start", "snf-*", count=3, slower_s=2.5)

    faults.inject(somebody, fault)
    somebody.close()

    assert [fault] == faults.standing(backend.cluster)


@pytest.mark.parametrize(
    "fields",
    [
        {"kind": FaultKind.ERROR, "operation": "explode"},
        {"kind": FaultKind.ERROR, "count": 0},
        {"kind": FaultKind.SLOW},
        {"kind": FaultKind.LOST, "slower_s": 1.0},
    ],
)
def test_a_fault_that_makes_no_sense_is_refused(fields):
    with pytest.raises(ValueError):
        Fault(**fields)
