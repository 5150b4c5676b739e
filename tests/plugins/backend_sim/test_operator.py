# SPDX-License-Identifier: Apache-2.0
"""What happens on the cluster itself shows through the cloud's door."""

from dataclasses import replace

import pytest

from synnefo_backend_sim import ClusterFile, operator
from synnefo_core.contracts.compute import (
    BackendBusy,
    BackendUnavailable,
    Disk,
    InstanceMissing,
    JobMissing,
    JobState,
    Nic,
    PowerState,
)


def test_power_is_switched_behind_our_back(backend, running):
    seen = []
    for switch in (operator.stop, operator.start, operator.crash):
        switch(backend.cluster, running)
        seen.append(backend.inventory.instance(running).power)

    assert [PowerState.STOPPED, PowerState.RUNNING, PowerState.CRASHED] == seen


def test_an_instance_of_the_operators_own_is_listed(backend, spec):
    operator.add(backend.cluster, spec("theirs", tags=("x",)))

    instance = backend.inventory.instance("theirs")

    assert (PowerState.RUNNING, ("x",)) == (instance.power, instance.tags)


def test_the_operator_gets_no_room_that_is_not_there(backend, spec):
    with pytest.raises(ValueError):
        operator.add(backend.cluster, spec(ram_mib=10**9))


def test_a_removed_instance_fails_the_job_that_is_about_it(backend, clock, running):
    job_id = backend.lifecycle.stop(running)

    operator.remove(backend.cluster, running)

    clock.at += 10
    assert JobState.ERROR is backend.job_queue.job(job_id).state
    assert [] == backend.inventory.instances()


def test_modified_hardware_shows_and_counts(backend, running):
    before = backend.inventory.capacity()
    nic = Nic(name="new", mac="aa:00:00:00:00:01", ip=None)

    operator.modify(
        backend.cluster,
        running,
        lambda old: replace(
            old, vcpus=4, ram_mib=3072, disks=(Disk("disk", 4096),), nics=(nic,), tags=("t",)
        ),
    )

    instance, after = backend.inventory.instance(running), backend.inventory.capacity()
    assert (4, 3072, (nic,), ("t",)) == (
        instance.vcpus,
        instance.ram_mib,
        instance.nics,
        instance.tags,
    )
    assert (2048, 2048) == (
        before.free_ram_mib - after.free_ram_mib,
        before.free_disk_mib - after.free_disk_mib,
    )


def test_a_moved_instance_takes_its_room_along(backend, running):
    operator.set_node_online(backend.cluster, "node1.local", is_online=False)
    before = backend.inventory.capacity()

    operator.move(backend.cluster, running, "node2.local")

    instance = backend.inventory.instance(running)
    assert ("node2.local", PowerState.RUNNING) == (instance.node, instance.power)
    assert 1024 == before.free_ram_mib - backend.inventory.capacity().free_ram_mib


def test_nobody_knows_what_runs_on_a_node_that_is_offline(backend, clock, running):
    operator.set_node_online(backend.cluster, "node1.local", is_online=False)

    job = backend.job_queue.job(backend.lifecycle.stop(running))

    assert PowerState.UNKNOWN is backend.inventory.instance(running).power
    assert (JobState.ERROR, True) == (job.state, job.is_transient)
    assert 3 == backend.inventory.capacity().nodes


def test_a_node_that_comes_back_has_kept_its_instances(backend, running):
    operator.set_node_online(backend.cluster, "node1.local", is_online=False)

    operator.set_node_online(backend.cluster, "node1.local", is_online=True)

    assert PowerState.RUNNING is backend.inventory.instance(running).power


def test_a_drained_queue_takes_no_jobs_but_ends_those_it_has(backend, clock, spec):
    job_id = backend.lifecycle.create(spec())
    operator.set_drained(backend.cluster, is_drained=True)

    with pytest.raises(BackendBusy):
        backend.lifecycle.stop("snf-1")

    clock.at += 10
    assert JobState.SUCCESS is backend.job_queue.job(job_id).state
    operator.set_drained(backend.cluster, is_drained=False)
    assert backend.lifecycle.stop("snf-1")


@pytest.mark.parametrize(
    "ask",
    [
        lambda backend, spec: backend.lifecycle.create(spec("other")),
        lambda backend, spec: backend.lifecycle.delete("snf-1"),
        lambda backend, spec: backend.job_queue.job("1"),
        lambda backend, spec: backend.job_queue.cancel("1"),
        lambda backend, spec: backend.job_queue.pending("snf-1"),
        lambda backend, spec: backend.inventory.instances(),
        lambda backend, spec: backend.inventory.capacity(),
        lambda backend, spec: backend.capabilities(),
    ],
)
def test_an_unreachable_cluster_answers_nothing(backend, spec, ask):
    operator.set_unreachable(backend.cluster, is_unreachable=True)

    with pytest.raises(BackendUnavailable):
        ask(backend, spec)


def test_an_unreachable_cluster_goes_on(backend, clock, spec):
    job_id = backend.lifecycle.create(spec())
    operator.set_unreachable(backend.cluster, is_unreachable=True)
    clock.at += 50

    operator.set_unreachable(backend.cluster, is_unreachable=False)

    assert 1010.0 == backend.job_queue.job(job_id).ended_at


def test_archived_jobs_are_missing(backend, clock, spec):
    job_id = backend.lifecycle.create(spec())
    clock.at += 10

    operator.forget_jobs(backend.cluster)

    with pytest.raises(JobMissing):
        backend.job_queue.job(job_id)
    assert PowerState.RUNNING is backend.inventory.instance("snf-1").power


@pytest.mark.parametrize(
    "do",
    [
        operator.start,
        operator.stop,
        operator.crash,
        operator.remove,
        lambda cluster, name: operator.modify(cluster, name, lambda old: old),
        lambda cluster, name: operator.move(cluster, name, "node1.local"),
    ],
)
def test_the_operator_is_told_that_an_instance_is_missing(backend, do):
    with pytest.raises(InstanceMissing):
        do(backend.cluster, "nobody")


def test_the_operator_is_told_that_a_node_is_missing(backend, running):
    with pytest.raises(ValueError):
        operator.move(backend.cluster, running, "node99")
    with pytest.raises(ValueError):
        operator.set_node_online(backend.cluster, "node99", is_online=False)


def test_somebody_who_knows_only_the_file_can_work_on_it(backend, clock, running):
    somebody = ClusterFile(backend.cluster.path, clock=clock)

    operator.crash(somebody, running)
    somebody.close()

    assert PowerState.CRASHED is backend.inventory.instance(running).power
