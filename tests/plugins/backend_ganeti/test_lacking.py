# SPDX-License-Identifier: Apache-2.0
"""Network cards that guests could not be given are known by the jobs that added them."""

from __future__ import annotations

import itertools

import pytest

from synnefo_backend_ganeti import lacking
from synnefo_backend_ganeti.rapi import Job, JobStatus
from synnefo_backend_ganeti.rapi.jobs import Operation
from synnefo_core.contracts.compute import InstanceSpec, NicSpec

MAC = "aa:00:00:00:00:01"
FAILED, DONE = "hotplug:failed", "hotplug:done"


@pytest.fixture
def job():
    """Return a function that makes the next job about an instance, which succeeded."""
    numbers = itertools.count(1)

    def job(opcode, result=None, **parameters) -> Job:
        number = next(numbers)
        step = Operation(
            f"OP_{opcode}",
            JobStatus.SUCCESS,
            {"instance_name": "snf-1", **parameters},
            result,
            None,
        )
        return Job(number, JobStatus.SUCCESS, (step,), 1000.0 + number)

    return job


@pytest.fixture
def plug(job):
    """Return a function that makes the job that adds a card; ``how`` says what became of it."""

    def plug(*how, mac="AA:00:00:00:00:01") -> Job:
        said = f"add:mac={mac},ip=None,mode=bridged,link=gbr0,network=None"
        return job("INSTANCE_SET_PARAMS", [["nic.1", said], *(["nic.1", each] for each in how)])

    return plug


def test_a_card_that_could_not_be_plugged_in_is_lacking(plug):
    assert {"snf-1": {MAC}} == lacking.cards_of([plug(FAILED)])


def test_other_changes_are_nothing(plug, job):
    removed = job("INSTANCE_SET_PARAMS", [["nic.1", "remove"], ["nic.1", FAILED]])
    disk = job("INSTANCE_SET_PARAMS", [["disk/1", "add:size=48,mode=rw"], ["disk/1", FAILED]])

    assert {} == lacking.cards_of([plug(DONE), plug(), removed, disk, job("INSTANCE_STARTUP")])


@pytest.mark.parametrize(
    "opcode, parameters, is_lacking",
    [
        ("INSTANCE_STARTUP", {}, False),
        ("INSTANCE_REBOOT", {"reboot_type": "hard"}, False),
        ("INSTANCE_REBOOT", {"reboot_type": "soft"}, True),
        ("INSTANCE_FAILOVER", {}, False),
        ("INSTANCE_MIGRATE", {}, True),
        ("INSTANCE_SET_PARAMS", {}, True),
    ],
    ids=["start", "hard reboot", "soft reboot", "failover", "migration", "change"],
)
def test_it_is_lacking_until_the_guest_starts_anew(plug, job, opcode, parameters, is_lacking):
    jobs = [plug(FAILED), job(opcode, **parameters)]

    assert is_lacking == bool(lacking.cards_of(jobs))


def test_jobs_are_taken_in_the_order_in_which_they_ended(plug, job):
    begun_before, failed = job("INSTANCE_STARTUP"), plug(FAILED)

    assert {"snf-1": {MAC}} == lacking.cards_of([failed, begun_before])


def test_a_card_that_was_added_again_is_there(plug):
    other = "aa:00:00:00:00:02"
    jobs = [plug(FAILED), plug(FAILED, mac=other), plug(DONE)]

    assert {"snf-1": {other}} == lacking.cards_of(jobs)


@pytest.fixture
def backend(make_backend, cluster):
    backend = make_backend()
    yield backend
    backend.close()


@pytest.fixture
def fail(backend, cluster):
    """Return a function that gives an instance a card that its guest does not get."""

    def fail(name):
        run(backend, backend.lifecycle.create(InstanceSpec(name, 1, 128)))
        job_id = run(backend, backend.cards.plug(name, NicSpec("nic-1", MAC)))
        changes = [["nic.0", f"add:mac={MAC},ip=None"], ["nic.0", FAILED]]
        cluster.jobs[int(job_id)]["opresult"] = [changes]

    return fail


def run(backend, job_id):
    while not backend.job_queue.job(job_id).state.is_final:
        pass
    return job_id


def test_the_cluster_is_asked_for_those_under_some_names(backend, fail):
    for name in ("snf-1", "snf-2", "other"):
        fail(name)
    run(backend, backend.lifecycle.reboot("snf-2", is_hard=True))

    assert {"snf-1": {MAC}} == backend.cards.lacking("snf-")
    assert {"snf-1", "other"} == set(backend.cards.lacking())


def test_where_nothing_was_changed_one_question_is_enough(backend, server):
    run(backend, backend.lifecycle.create(InstanceSpec("snf-1", 1, 128)))
    before = len(server.received)

    assert {} == backend.cards.lacking("snf-")
    assert 1 == len(server.received) - before


def test_what_is_in_the_archive_is_not_known(backend, cluster, fail):
    fail("snf-1")
    for job in cluster.jobs.values():
        job["archived"] = True

    assert {} == backend.cards.lacking("snf-")
