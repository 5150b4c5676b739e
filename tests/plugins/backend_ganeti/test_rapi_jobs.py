# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_backend_ganeti.rapi import JobStatus, errors
from tests.plugins.backend_ganeti.rapi_server import Answer, sample


@pytest.fixture
def recorded_job(server, client):
    def read(name):
        body = server.replay(name)
        return client.job(body["id"])

    return read


def test_a_successful_job_says_what_it_did_and_when(recorded_job):
    job = recorded_job("get-job-create-success")

    (operation,) = job.operations
    assert (JobStatus.SUCCESS, 1795210635.6597) == (job.status, job.ended_at)
    assert ("OP_INSTANCE_CREATE", "snf-1.c1.test") == (operation.opcode, operation.instance)
    assert job.error is None


def test_a_queued_job_has_not_ended(recorded_job):
    job = recorded_job("get-job-early")

    assert not job.status.is_final
    assert job.ended_at is None


def test_an_archived_job_is_still_told(recorded_job):
    assert JobStatus.SUCCESS is recorded_job("get-job-archived").status


def test_a_job_that_was_taken_back_is_final_without_error(recorded_job):
    job = recorded_job("job-canceled")

    assert job.status.is_final
    assert job.error is None


def test_a_refused_operation_says_why_in_a_code(recorded_job):
    error = recorded_job("job-of-post-create-dup").error

    assert ("OpPrereqError", "already_exists") == (error.kind, error.code)
    assert "Instance 'snf-3.c1.test' is already in the cluster" == error.text


def test_a_broken_operation_says_why_in_words(recorded_job):
    error = recorded_job("job-of-post-create-os-fail").error

    assert ("OpExecError", "") == (error.kind, error.code)
    assert error.text.endswith("OS create told to fail")


def test_the_operations_of_a_job_keep_their_order(recorded_job):
    job = recorded_job("job-of-post-reinstall")

    assert ["OP_INSTANCE_SHUTDOWN", "OP_INSTANCE_REINSTALL", "OP_INSTANCE_STARTUP"] == [
        operation.opcode for operation in job.operations
    ]


def test_a_job_that_the_cluster_answers_with_nulls_is_not_found(recorded_job):
    with pytest.raises(errors.JobNotFound) as caught:
        recorded_job("err-404-job")

    assert 99999 == caught.value.job_id


@pytest.mark.parametrize(
    "result, text",
    [
        (None, "the job ended without saying why"),
        ("killed", "killed"),
        (["HypervisorError", ["no room"]], "no room"),
        (["Strange", "words"], "words"),
    ],
)
def test_an_operation_that_failed_has_an_error_whatever_it_left(server, client, result, text):
    body = sample("job-of-post-create-dup")["response"]["body"] | {"opresult": [result]}
    server.answer = lambda received: Answer.of(body)

    assert text == client.job(48).error.text


def test_a_status_that_nobody_knows_is_malformed(server, client):
    body = sample("job-canceled")["response"]["body"] | {"status": "dreaming"}
    server.answer = lambda received: Answer.of(body)

    with pytest.raises(errors.MalformedAnswer, match="dreaming"):
        client.job(10)
