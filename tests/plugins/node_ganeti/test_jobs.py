# SPDX-License-Identifier: Apache-2.0
"""What a job file says."""

import json

import pytest

from synnefo_node_ganeti import jobs
from tests.plugins.node_ganeti.cluster import SAMPLE, job_file


def states(job):
    return [step.state for step in jobs.read(json.dumps(job).encode(), prefix="snf-")]


def test_a_recorded_job_of_ganeti_says_what_ended_when():
    steps = jobs.read(SAMPLE.read_bytes(), prefix="snf-")

    assert [
        {
            "job": "63",
            "instance": "snf-q.c1.test",
            "operation": "OP_INSTANCE_CREATE",
            "state": "success",
            "at": 1795210811.696243,
        }
    ] == [step.notice for step in steps]


def test_instances_of_others_are_left_out():
    assert [] == jobs.read(SAMPLE.read_bytes(), prefix="other-")


@pytest.mark.parametrize(
    "status, expected, at",
    [
        ("queued", "queued", 1795210810.231626),
        ("waiting", "queued", 1795210810.231626),
        ("running", "running", 1795210810.625790),
        ("error", "error", 1795210811.696243),
        ("canceled", "canceled", 1795210811.696243),
    ],
)
def test_each_state_has_its_moment(status, expected, at):
    (step,) = jobs.read(json.dumps(job_file(1, status)).encode(), prefix="snf-")

    assert (expected, at) == (step.state, step.at)


def test_a_job_that_is_about_to_be_canceled_is_not_told_of_yet():
    assert [] == states(job_file(1, "canceling"))


def test_a_job_that_never_started_was_canceled_when_it_ended():
    job = job_file(1, "canceled")
    job["ops"][0] |= {"start_timestamp": None, "exec_timestamp": None, "end_timestamp": None}

    (step,) = jobs.read(json.dumps(job).encode(), prefix="snf-")

    assert 1795210811.696258 == step.at


def test_every_opcode_of_a_job_is_told_of():
    assert ["success", "running", "queued"] == states(job_file(1, "success", "running", "waiting"))


@pytest.mark.parametrize(
    "given",
    [
        {"OP_ID": "OP_CLUSTER_VERIFY"},
        {"OP_ID": "OP_TAGS_SET", "kind": "instance", "name": "snf-a"},
        {"OP_ID": "OP_INSTANCE_MULTI_ALLOC", "instances": []},
        {"OP_ID": "OP_INSTANCE_QUERY_DATA", "instances": ["snf-a"], "instance_name": None},
    ],
)
def test_what_is_not_about_one_instance_is_left_out(given):
    job = job_file(1, "success")
    job["ops"][0]["input"] = given

    assert [] == states(job)


@pytest.mark.parametrize(
    "content", [b"", b"{", b"\xff", b"[]", b"{}", b'{"id": 1, "ops": [{}]}', b'{"ops": [1]}', b"1"]
)
def test_what_is_no_job_is_said_to_be_none(content):
    with pytest.raises(jobs.UnreadableJob):
        jobs.read(content, prefix="snf-")


def test_jobs_about_networks_are_told_of_by_their_names():
    job = job_file(7, "success")
    job["ops"][0]["input"] = {"OP_ID": "OP_NETWORK_SET_PARAMS", "network_name": "snf-net-1"}
    content = json.dumps(job).encode()

    (step,) = jobs.read(content, prefix="snf-", network_prefix="snf-net-")

    assert ("7", "snf-net-1", "OP_NETWORK_SET_PARAMS", "success") == tuple(
        step.notice[name] for name in ("job", "network", "operation", "state")
    )
    assert "instance" not in step.notice
    assert [] == jobs.read(content, prefix="snf-", network_prefix="other-")
