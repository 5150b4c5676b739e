# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_core.contracts.compute import DiskSpec, JobState, RequestRefused


def test_the_cluster_has_what_its_nodes_have(open_cluster):
    backend = open_cluster(nodes=3, vcpus=8, ram_mib=1000, disk_mib=5000)

    capacity = backend.inventory.capacity()

    assert (3, 24, 3000, 15000) == (
        capacity.nodes,
        capacity.vcpus,
        capacity.ram_mib,
        capacity.disk_mib,
    )


def test_what_fits_on_no_node_fails_for_lack_of_resources(open_cluster, spec):
    backend = open_cluster(nodes=2, ram_mib=1024)

    job = backend.job_queue.job(backend.lifecycle.create(spec(ram_mib=2048)))

    assert (JobState.ERROR, True) == (job.state, job.is_transient)
    assert [] == backend.inventory.instances()


def test_room_is_taken_before_the_job_ends(open_cluster, spec):
    backend = open_cluster(nodes=1, ram_mib=1024)
    backend.lifecycle.create(spec("snf-1"))

    second = backend.job_queue.job(backend.lifecycle.create(spec("snf-2")))

    assert second.is_transient


def test_disks_need_room_too(open_cluster, spec):
    backend = open_cluster(nodes=1, disk_mib=3000)
    large = spec(disks=(DiskSpec("a", 2000), DiskSpec("b", 1001)))

    assert backend.job_queue.job(backend.lifecycle.create(large)).is_transient


def test_room_that_was_given_back_can_be_used(open_cluster, clock, spec):
    backend = open_cluster(nodes=1, ram_mib=1024)
    backend.lifecycle.create(spec("snf-1"))
    backend.lifecycle.delete("snf-1")
    clock.at += 20

    second = backend.lifecycle.create(spec("snf-2"))

    clock.at += 10
    assert JobState.SUCCESS is backend.job_queue.job(second).state


def test_an_instance_goes_where_the_least_is_left(open_cluster, spec):
    backend = open_cluster(nodes=2, ram_mib=4096)
    for number, ram_mib in enumerate((1024, 3500, 500, 3072)):
        backend.lifecycle.create(spec(f"snf-{number}", ram_mib=ram_mib))

    nodes = [instance.node for instance in backend.inventory.instances()]

    assert ["node1.local", "node2.local", "node2.local", "node1.local"] == nodes


@pytest.mark.parametrize(
    "fields",
    [
        {"name": ""},
        {"vcpus": 0},
        {"ram_mib": 0},
        {"disk_template": "paper"},
        {"hypervisor": "imagination"},
        {"disks": ()},
        {"disk_template": "diskless"},
        {"disks": (DiskSpec("disk", 0),)},
    ],
)
def test_what_no_cluster_would_take_is_refused(backend, spec, fields):
    with pytest.raises(RequestRefused):
        backend.lifecycle.create(spec(**fields))

    assert [] == backend.job_queue.pending("snf-1")
