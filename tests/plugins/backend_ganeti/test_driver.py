# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_backend_ganeti.rapi import PinnedCertificate
from synnefo_core.contracts.compute import (
    BackendBusy,
    BackendUnavailable,
    DiskSpec,
    InstanceSpec,
    JobMissing,
    NicSpec,
    RequestRefused,
)
from synnefo_core.contracts.driver import Misconfigured
from tests.plugins.backend_ganeti.rapi_server import Answer, free_port, sample

SPEC = InstanceSpec("snf-1", vcpus=1, ram_mib=128, disks=(DiskSpec("snf-vol-1", 64),))


def sent(server):
    """Return the body of the last request."""
    return server.received[-1].body


def test_the_only_node_is_named(make_backend, cluster, server):
    make_backend().lifecycle.create(SPEC)

    assert "node1" == sent(server)["pnode"]
    assert "iallocator" not in sent(server)


def test_of_several_nodes_the_allocator_chooses(make_backend, cluster, server):
    cluster.add_node("node2")

    make_backend().lifecycle.create(SPEC)

    assert "hail" == sent(server)["iallocator"]
    assert "pnode" not in sent(server)


def test_the_only_node_that_takes_instances_is_named(make_backend, cluster, server):
    cluster.add_node("node2")
    cluster.nodes["node1"]["drained"] = True

    make_backend().lifecycle.create(SPEC)

    assert "node2" == sent(server)["pnode"]


def test_without_a_node_that_takes_instances_nothing_is_submitted(make_backend, cluster):
    cluster.nodes["node1"]["offline"] = True

    with pytest.raises(BackendBusy):
        make_backend().lifecycle.create(SPEC)

    assert {} == cluster.jobs


def test_the_operator_may_choose_the_node(make_backend, cluster, server):
    make_backend(node="node9").lifecycle.create(SPEC)

    assert "node9" == sent(server)["pnode"]


def test_a_server_that_says_nothing_gets_what_the_operator_said(make_backend, cluster, server):
    backend = make_backend(disk_template="plain", hypervisor="kvm", os_type="other+v")

    backend.lifecycle.create(SPEC)

    body = sent(server)
    assert ("plain", "kvm", "other+v") == (
        body["disk_template"],
        body["hypervisor"],
        body["os_type"],
    )


def test_what_neither_says_is_left_to_ganeti(make_backend, cluster, server):
    make_backend().lifecycle.create(SPEC)

    assert "snf-empty+default" == sent(server)["os_type"]
    assert not {"disk_template", "hypervisor"} & set(sent(server))


def test_a_server_without_disks_is_diskless(make_backend, cluster, server):
    make_backend(disk_template="plain").lifecycle.create(InstanceSpec("snf-1", 1, 128))

    assert "diskless" == sent(server)["disk_template"]


def test_a_card_on_a_network_brings_no_link_of_its_own(make_backend, cluster, server):
    nic = NicSpec("snf-nic-1", "aa:00:00:11:22:33", link="br0", mode="bridged", network="snf-net")

    make_backend().lifecycle.create(InstanceSpec("snf-1", 1, 128, nics=(nic,)))

    (asked,) = sent(server)["nics"]
    assert {"name": "snf-nic-1", "mac": "aa:00:00:11:22:33", "network": "snf-net"} == asked


def test_a_disk_brings_the_parameters_of_its_template(make_backend, cluster, server):
    disk = DiskSpec("snf-vol-1", 64, parameters={"provider": "snf-nbd"})

    make_backend().lifecycle.create(InstanceSpec("snf-1", 1, 128, "ext", disks=(disk,)))

    assert [{"name": "snf-vol-1", "size": 64, "provider": "snf-nbd"}] == sent(server)["disks"]


@pytest.mark.parametrize("grace_s, body", [(None, {}), (0, {"timeout": 0}), (7, {"timeout": 7})])
def test_a_stop_leaves_the_guest_its_time(make_backend, cluster, server, grace_s, body):
    make_backend().lifecycle.stop("snf-1", grace_s=grace_s)

    assert body == sent(server)


@pytest.mark.parametrize("is_hard, body", [(False, {}), (True, {"shutdown_timeout": 0})])
def test_a_hard_reboot_leaves_the_guest_no_time(make_backend, cluster, server, is_hard, body):
    make_backend().lifecycle.reboot("snf-1", is_hard=is_hard)

    assert body == sent(server)


@pytest.mark.parametrize(
    "name, expected",
    [
        ("err-503-drained", BackendBusy),
        ("err-luxid-down-get", BackendUnavailable),
        ("err-404-job-wait", BackendUnavailable),
        ("err-401-badpw", BackendUnavailable),
        ("err-403-read-user-put", BackendUnavailable),
        ("err-400-unknown-param", RequestRefused),
    ],
)
def test_a_recorded_refusal_is_told_in_the_words_of_the_contract(
    make_backend, server, name, expected
):
    answer = sample(name)["response"]
    server.answer = lambda received: Answer.of(answer["body"], answer["status"])

    with pytest.raises(expected):
        make_backend().lifecycle.start("snf-1")


def test_a_cluster_that_is_down_is_unavailable(make_backend):
    backend = make_backend(url=f"https://127.0.0.1:{free_port()}")

    with pytest.raises(BackendUnavailable):
        backend.inventory.instances()


def test_a_cluster_that_says_nothing_is_unavailable_in_time(make_backend, server):
    server.fall_silent()

    with pytest.raises(BackendUnavailable):
        make_backend().lifecycle.create(SPEC, timeout_s=0.2)


def test_a_word_that_is_no_number_is_no_job(make_backend, server):
    queue = make_backend().job_queue

    with pytest.raises(JobMissing):
        queue.job("../info")
    assert {} == queue.jobs(["../info"])
    assert not queue.cancel("../info")
    assert [] == server.received


def test_many_jobs_are_read_in_one_request(make_backend, cluster, server):
    backend = make_backend()
    job_ids = [backend.lifecycle.start("snf-1") for _ in range(3)]
    server.received.clear()

    told = backend.job_queue.jobs(job_ids)

    assert set(job_ids) == set(told)
    assert 1 == len(server.received)


def test_nodes_that_take_no_instances_do_not_count(make_backend, cluster):
    cluster.add_node("node2")
    cluster.nodes["node2"]["drained"] = True

    assert 1 == make_backend().inventory.capacity().nodes


def test_a_node_that_does_not_answer_does_not_count(make_backend, cluster):
    cluster.add_node("node2")
    cluster.nodes["node2"] |= dict.fromkeys(["ctotal", "mtotal", "mfree", "dtotal", "dfree"])

    assert 1 == make_backend().inventory.capacity().nodes


def test_only_kvm_plugs_devices_into_what_runs(make_backend, cluster):
    assert not make_backend().capabilities().has_hotplug
    assert make_backend(hypervisor="kvm").capabilities().has_hotplug


def test_the_hypervisor_of_new_servers_comes_first(make_backend, cluster):
    assert ("kvm", "fake") == make_backend(hypervisor="kvm").capabilities().hypervisors


def test_a_fingerprint_is_as_good_as_the_certificate(make_backend, cluster, certificate):
    digits = PinnedCertificate.from_pem(certificate.read_text()).fingerprint

    backend = make_backend(certificate_file=None, certificate_fingerprint=digits)

    assert [] == backend.inventory.instances()


@pytest.mark.parametrize(
    "settings",
    [
        {"url": "http://ganeti.example.com"},
        {"certificate_file": "/nowhere"},
        {"certificate_fingerprint": "00" * 32},
        {"certificate_file": None, "authority_file": "/nowhere"},
        {"insecure": True},
    ],
    ids=["no https", "no file", "two certificates", "no authority", "certificate and insecure"],
)
def test_settings_that_cannot_work_are_refused(make_backend, settings):
    with pytest.raises(Misconfigured):
        make_backend(**settings)
