# SPDX-License-Identifier: Apache-2.0
import time

import pytest

from synnefo_backend_ganeti.rapi import JobStatus, NewInstance, errors, queries
from tests.plugins.backend_ganeti.rapi_server import Answer, sample


def test_the_settings_of_a_cluster_are_read(server, client):
    server.replay("get-info")

    info = client.info()

    assert "cluster.c1.test" == info.name
    assert "fake" == info.default_hypervisor
    assert ("fake", "kvm") == info.enabled_hypervisors


def test_an_instance_is_read_with_its_disks_and_cards(server, client):
    server.replay("get-instance-file")

    instance = client.instance("snf-3.c1.test")

    assert ("running", 1, 64) == (instance.status, instance.vcpus, instance.ram_mib)
    assert [("snf-vol-1", 64)] == [(disk.name, disk.size_mib) for disk in instance.disks]
    (nic,) = instance.nics
    assert ("snf-p", "aa:00:00:11:22:33", "10.99.1.50") == (nic.name, nic.mac, nic.ip)
    assert ("synnefo:t1",) == instance.tags


def test_a_name_cannot_leave_its_place_in_the_path(server, client):
    server.answer = lambda received: Answer.of({"code": 404, "message": "Not Found"}, 404)

    with pytest.raises(errors.NotFound):
        client.instance("../info?x=1")

    assert "/2/instances/..%2Finfo%3Fx%3D1" == server.received[0].path


def test_making_an_instance_sends_what_ganeti_wants(server, client):
    server.answer = lambda received: Answer.of(13)

    job_id = client.create_instance(
        NewInstance(
            name="snf-1",
            os_type="snf-empty+default",
            vcpus=1,
            ram_mib=128,
            disk_template="file",
            disks=({"size": 64, "name": "snf-vol-1"},),
            node="node1",
            osparams_secret={"key": "hidden"},
        )
    )

    assert 13 == job_id
    body = server.received[0].body
    assert {"vcpus": 1, "minmem": 128, "maxmem": 128, "auto_balance": True} == body["beparams"]
    assert {"key": "hidden"} == body["osparams_secret"]
    assert "iallocator" not in body
    assert "hypervisor" not in body


def test_secrets_are_not_in_the_representation_of_a_new_instance():
    new = NewInstance("snf-1", "os", 1, 1, osparams_secret={"key": "hidden"})

    assert "hidden" not in repr(new)


@pytest.mark.parametrize(
    "name, call",
    [
        ("put-startup", lambda client: client.start_instance("snf-1.c1.test")),
        ("put-shutdown", lambda client: client.stop_instance("snf-1.c1.test", timeout_s=5)),
        ("post-reboot-hard", lambda client: client.reboot_instance("snf-1.c1.test")),
    ],
)
def test_a_change_sends_the_recorded_request_and_returns_the_job(server, client, name, call):
    job_id = server.replay(name)

    assert job_id == call(client)
    assert sample(name)["request"]["body"] == server.received[0].body


def test_a_removal_does_not_wait_for_the_guest(server, client):
    server.answer = lambda received: Answer.of(44)

    assert 44 == client.delete_instance("snf-2.c1.test", shutdown_timeout_s=0)
    assert ("DELETE", {"shutdown_timeout": 0}) == (
        server.received[0].method,
        server.received[0].body,
    )


def test_a_query_gives_the_chosen_fields(server, client):
    server.replay("put-query-job-filter")
    fields = ("id", "status", "summary", "received_ts", "start_ts", "end_ts")

    rows = client.query("job", fields, [">", "id", 15])

    assert (16, "success") == (rows[0].integer("id"), rows[0].text("status"))
    assert sample("put-query-job-filter")["request"]["body"] == server.received[0].body


def test_a_value_that_the_cluster_cannot_tell_now_is_null(server, client):
    server.replay("put-query-instance-filter")

    (row,) = client.query("instance", ("name", "status", "oper_ram"))

    assert "ADMIN_offline" == row.text("status")
    assert row.maybe_integer("oper_ram") is None


def test_a_field_that_this_ganeti_lacks_is_said(server, client):
    server.answer = lambda received: Answer.of({"data": [[[1, None]]], "fields": []})

    with pytest.raises(errors.MalformedAnswer, match="zork"):
        client.query("node", ("zork",))


def test_a_prefix_filter_matches_its_letters_only():
    assert ["=~", "name", r"^snf\.1\-"] == queries.starts_with("name", "snf.1-")


def test_a_queued_job_can_be_taken_back(server, client):
    answers = iter([[True, "Dequeued job 10"], sample("job-canceled")["response"]["body"]])
    server.answer = lambda received: Answer.of(next(answers))

    assert client.cancel_job(10)


def test_a_job_that_ended_while_it_was_taken_back_was_not(server, client):
    final = sample("get-job-create-success")["response"]["body"]
    answers = iter([[True, "Job 13 has been already dead"], final])
    server.answer = lambda received: Answer.of(next(answers))

    assert not client.cancel_job(13)


def test_a_finished_job_cannot_be_taken_back(server, client):
    server.replay("err-cancel-finished")

    assert not client.cancel_job(1)


def test_a_finished_job_is_not_waited_for(server, client):
    server.replay("get-job-create-success")

    job = client.wait_for_job(13, deadline=time.monotonic() + 5)

    assert JobStatus.SUCCESS is job.status
    assert 1 == len(server.received)


def test_waiting_ends_with_the_job(server, client):
    early = sample("get-job-early")["response"]["body"]
    final = sample("get-job-create-success")["response"]["body"]
    answers = iter([early, {"job_info": ["success"], "log_entries": []}, final])
    server.answer = lambda received: Answer.of(next(answers))

    job = client.wait_for_job(13, deadline=time.monotonic() + 5)

    assert JobStatus.SUCCESS is job.status
    assert ["/2/jobs/13", "/2/jobs/13/wait", "/2/jobs/13"] == [r.path for r in server.received]
    assert ["queued"] == server.received[1].body["previous_job_info"]


def test_a_job_that_was_archived_while_we_waited_has_ended(server, client):
    early = sample("get-job-early")["response"]["body"]
    archived = sample("err-404-job-wait")["response"]
    final = sample("get-job-create-success")["response"]["body"]
    answers = iter(
        [Answer.of(early), Answer.of(archived["body"], archived["status"]), Answer.of(final)]
    )
    server.answer = lambda received: next(answers)

    assert JobStatus.SUCCESS is client.wait_for_job(13, deadline=time.monotonic() + 5).status


def test_a_job_that_does_not_end_is_unfinished_at_the_deadline(server, client):
    early = sample("get-job-early")["response"]["body"]

    def answer(received):
        if received.path.endswith("/wait"):
            server.released.wait(2)
        return Answer.of(early)

    server.answer = answer

    with pytest.raises(errors.JobUnfinished):
        client.wait_for_job(13, deadline=time.monotonic() + 0.3)


def test_other_hardware_is_the_same_memory_at_least_and_at_most(server, client):
    server.answer = lambda received: Answer.of(23)

    assert 23 == client.resize_instance("snf-1", vcpus=2, ram_mib=256)

    (sent,) = server.received
    assert ("PUT", "/2/instances/snf-1/modify") == (sent.method, sent.path)
    assert {"beparams": {"vcpus": 2, "minmem": 256, "maxmem": 256}} == sent.body


def test_a_disk_grows_to_a_size_and_not_by_one(server, client):
    server.answer = lambda received: Answer.of(51)

    assert 51 == client.grow_disk("snf-1", disk=0, size_mib=128)

    (sent,) = server.received
    assert ("POST", "/2/instances/snf-1/disk/0/grow") == (sent.method, sent.path)
    assert {"amount": 128, "absolute": True, "wait_for_sync": False} == sent.body


def test_a_reinstallation_keeps_the_os_unless_told_another(server, client):
    server.answer = lambda received: Answer.of(55)

    client.reinstall_instance("snf-1", is_started=False)
    client.reinstall_instance("snf-1", os_type="debian+x", osparams={"img_id": "a"})

    own, other = (sent.body for sent in server.received)
    assert {"start": False} == own
    assert {"start": True, "os": "debian+x", "osparams": {"img_id": "a"}} == other


def test_tags_are_named_in_the_query(server, client):
    server.answer = lambda received: Answer.of(61)

    assert 61 == client.tag_instance("snf-1", ["synnefo:server:1", "b"])

    (sent,) = server.received
    assert ("PUT", "/2/instances/snf-1/tags?tag=synnefo%3Aserver%3A1&tag=b") == (
        sent.method,
        sent.path,
    )


def test_a_new_name_is_not_looked_up(server, client):
    server.answer = lambda received: Answer.of(62)

    assert 62 == client.rename_instance("db", "snf-1")

    (sent,) = server.received
    assert ("PUT", "/2/instances/db/rename") == (sent.method, sent.path)
    assert {"new_name": "snf-1", "name_check": False, "ip_check": False} == sent.body


def test_an_instance_moves_live_and_by_the_allocator_unless_a_node_is_named(server, client):
    server.answer = lambda received: Answer.of(5)

    client.migrate_instance("snf-1")
    client.migrate_instance("snf-1", node="node2")

    anywhere, there = (sent.body for sent in server.received)
    assert {"mode": "live", "allow_runtime_changes": False} == anywhere
    assert {"target_node": "node2"} == {k: v for k, v in there.items() if k not in anywhere}


def test_cards_are_plugged_into_what_runs_if_that_can_be(server, client):
    server.answer = lambda received: Answer.of(77)
    plugged = {"hotplug_if_possible": True, "conflicts_check": False}

    client.add_nic("snf-1", {"name": "nic-1", "mac": "aa:00:00:00:00:01"})
    client.remove_nic("snf-1", "nic-1")

    added, removed = (sent.body for sent in server.received)
    new = {"name": "nic-1", "mac": "aa:00:00:00:00:01"}
    assert {"nics": [["add", -1, new]], **plugged} == added
    assert {"nics": [["remove", "nic-1", {}]], **plugged} == removed


def test_an_instance_fails_over_by_the_allocator_unless_a_node_is_named(server, client):
    server.answer = lambda received: Answer.of(6)

    client.failover_instance("snf-1")
    client.failover_instance("snf-1", node="node2")

    assert [{}, {"target_node": "node2"}] == [sent.body for sent in server.received]
    assert {"/2/instances/snf-1/failover"} == {sent.path for sent in server.received}
