# SPDX-License-Identifier: Apache-2.0
"""A cluster moves by its clock alone."""

import pytest

from synnefo_core.contracts.compute import JobMissing, JobState, PowerState


def state(backend, job_id):
    return backend.job_queue.job(job_id).state


def test_a_job_runs_until_its_time_is_up(backend, clock, spec):
    job_id = backend.lifecycle.create(spec())
    clock.at += 9.9
    before = state(backend, job_id)

    clock.at += 0.1

    assert JobState.RUNNING is before
    assert JobState.SUCCESS is state(backend, job_id)


def test_a_job_ended_when_it_was_due_not_when_somebody_looked(backend, clock, spec):
    job_id = backend.lifecycle.create(spec())

    clock.at += 3600

    assert 1010.0 == backend.job_queue.job(job_id).ended_at


def test_an_instance_is_listed_stopped_while_it_is_made(backend, spec):
    backend.lifecycle.create(spec())

    assert PowerState.STOPPED is backend.inventory.instance("snf-1").power


def test_an_instance_runs_until_its_deletion_ends(backend, clock, running):
    backend.lifecycle.delete(running)

    clock.at += 9
    assert [running] == [instance.name for instance in backend.inventory.instances()]
    clock.at += 1
    assert [] == backend.inventory.instances()


def test_jobs_on_one_instance_run_one_after_another(backend, clock, spec):
    job_ids = [backend.lifecycle.create(spec()), backend.lifecycle.stop("snf-1")]
    assert [JobState.RUNNING, JobState.QUEUED] == [state(backend, job_id) for job_id in job_ids]

    clock.at += 100

    assert [1010.0, 1020.0] == [backend.job_queue.job(job_id).ended_at for job_id in job_ids]


def test_jobs_on_different_instances_run_side_by_side(backend, clock, spec):
    job_ids = [backend.lifecycle.create(spec(f"snf-{number}")) for number in range(5)]

    clock.at += 10

    assert {JobState.SUCCESS} == {state(backend, job_id) for job_id in job_ids}


def test_a_job_waits_for_a_free_slot(open_cluster, clock, spec):
    backend = open_cluster(jobs_at_once=2)
    job_ids = [backend.lifecycle.create(spec(f"snf-{number}")) for number in range(5)]

    clock.at += 100

    ends = [backend.job_queue.job(job_id).ended_at for job_id in job_ids]
    assert [1010.0, 1010.0, 1020.0, 1020.0, 1030.0] == ends


def test_a_canceled_job_lets_the_next_one_in(backend, clock, spec):
    backend.lifecycle.create(spec())
    stop = backend.lifecycle.stop("snf-1")
    reboot = backend.lifecycle.reboot("snf-1")
    clock.at += 5

    assert backend.job_queue.cancel(stop)

    clock.at += 15
    assert 1020.0 == backend.job_queue.job(reboot).ended_at


def test_a_running_job_can_not_be_canceled(backend, spec):
    assert not backend.job_queue.cancel(backend.lifecycle.create(spec()))


def test_pending_jobs_are_those_that_have_not_ended(backend, clock, spec):
    backend.lifecycle.create(spec())
    stop = backend.lifecycle.stop("snf-1")

    clock.at += 10

    assert [stop] == [job.id for job in backend.job_queue.pending("snf-1")]


def history(open_cluster, clock, spec, *, name, look_every_s):
    backend = open_cluster(cluster="same", path=str(name), job_delay_min_s=1.0, jobs_at_once=2)
    start = clock.at
    job_ids = [backend.lifecycle.create(spec(f"snf-{number}")) for number in range(6)]
    job_ids += [backend.lifecycle.stop(f"snf-{number}") for number in range(6)]
    while clock.at < start + 120:
        clock.at += look_every_s
        backend.inventory.instances()
    jobs = backend.job_queue.jobs(job_ids)
    return [(jobs[job_id].state, round(jobs[job_id].ended_at - start, 6)) for job_id in job_ids]


def test_what_happens_does_not_depend_on_who_looks(open_cluster, clock, spec, tmp_path):
    often = history(open_cluster, clock, spec, name=tmp_path / "a", look_every_s=0.5)
    once = history(open_cluster, clock, spec, name=tmp_path / "b", look_every_s=120)

    assert often == once
    assert {JobState.SUCCESS} == {job_state for job_state, _ in once}
    assert len({ended_at for _, ended_at in once}) > 6


def test_an_old_job_is_forgotten(open_cluster, clock, spec):
    backend = open_cluster(archive_after_s=60)
    job_id = backend.lifecycle.create(spec())
    clock.at += 70
    assert JobState.SUCCESS is state(backend, job_id)

    clock.at += 0.1

    with pytest.raises(JobMissing):
        backend.job_queue.job(job_id)
    assert {} == backend.job_queue.jobs([job_id])


def test_a_forgotten_jobs_id_is_never_given_again(open_cluster, clock, spec):
    backend = open_cluster(archive_after_s=60)
    first = backend.lifecycle.create(spec())
    clock.at += 1000

    second = backend.lifecycle.stop("snf-1")

    assert first != second


@pytest.mark.parametrize("job_id", ["", "0", "-1", "01", "1.0", "x", "٣", "9" * 30])
def test_what_is_no_id_of_ours_is_a_missing_job(backend, spec, job_id):
    backend.lifecycle.create(spec())

    with pytest.raises(JobMissing):
        backend.job_queue.job(job_id)
    assert not backend.job_queue.cancel(job_id)


def test_a_reboot_starts_a_stopped_instance(backend, clock, running):
    backend.lifecycle.stop(running)
    backend.lifecycle.reboot(running)

    clock.at += 20

    assert PowerState.RUNNING is backend.inventory.instance(running).power
