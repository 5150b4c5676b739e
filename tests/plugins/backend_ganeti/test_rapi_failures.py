# SPDX-License-Identifier: Apache-2.0
import threading
import time

import pytest

from synnefo_backend_ganeti.rapi import errors
from tests.plugins.backend_ganeti.rapi_server import Answer, free_port, sample


@pytest.fixture
def start_refused_as(server, client):
    """Start an instance at a cluster that answers as it once did; return the error."""

    def start(name):
        answer = sample(name)["response"]
        server.answer = lambda received: Answer.of(answer["body"], answer["status"])
        with pytest.raises(errors.ErrorAnswer) as caught:
            client.start_instance("snf-1")
        return caught.value

    return start


def test_a_refused_connection_was_never_sent(connect):
    client = connect(url=f"https://127.0.0.1:{free_port()}")

    with pytest.raises(errors.ConnectionFailed) as caught:
        client.start_instance("snf-1")

    assert not caught.value.may_have_submitted
    assert caught.value.is_transient


def test_a_silent_master_may_have_submitted_the_job(server, connect):
    server.fall_silent()

    with pytest.raises(errors.TimedOut) as caught:
        connect(read_timeout_s=0.2).start_instance("snf-1")

    assert caught.value.may_have_submitted


def test_a_deadline_ends_a_call_before_its_own_timeouts(server, client):
    server.fall_silent()
    begun = time.monotonic()

    with pytest.raises(errors.TimedOut):
        client.info(deadline=begun + 0.3)

    assert time.monotonic() - begun < 3


def test_an_answer_in_drips_is_not_waited_for_beyond_the_deadline(server, client):
    def drip(received):
        server.released.wait(0.3)
        return Answer(200, b"[", promised_bytes=2)

    server.answer = drip

    with pytest.raises((errors.TimedOut, errors.ConnectionBroken)) as caught:
        client.nodes(deadline=time.monotonic() + 0.1)

    assert caught.value.may_have_submitted


def test_a_cut_answer_is_not_taken_for_a_shorter_one(server, client):
    server.answer = lambda received: Answer(200, b"12", promised_bytes=3)

    with pytest.raises(errors.ConnectionBroken) as caught:
        client.start_instance("snf-1")

    assert caught.value.may_have_submitted


def test_an_answer_that_is_not_json_is_malformed(server, client):
    server.answer = lambda received: Answer(200, b"<html>")

    with pytest.raises(errors.MalformedAnswer):
        client.info()


def test_an_answer_of_another_shape_is_malformed(server, client):
    server.answer = lambda received: Answer.of(["no", "object"])

    with pytest.raises(errors.MalformedAnswer):
        client.info()


def test_more_calls_than_connections_wait_for_each_other(server, connect):
    client = connect(connections=1)
    server.fall_silent()
    first = threading.Thread(target=client.nodes)
    first.start()
    assert server.arrived.wait(5)

    with pytest.raises(errors.NoFreeConnection) as caught:
        client.nodes(deadline=time.monotonic() + 0.1)

    assert not caught.value.may_have_submitted
    server.released.set()
    first.join()


def test_a_wrong_password_is_unauthorized_and_shown_nowhere(connect, caplog):
    caplog.set_level("DEBUG")
    client = connect(password="tell-nobody")

    with pytest.raises(errors.Unauthorized) as caught:
        client.info()

    told = f"{caught.value!r} {client!r} {vars(client)!r} {caplog.text}"
    assert "tell-nobody" not in told


def test_the_password_is_not_in_the_representation_of_an_endpoint(endpoint):
    assert endpoint.password not in repr(endpoint)


@pytest.mark.parametrize(
    "name, expected, is_transient, may_have_submitted",
    [
        ("err-403-read-user-put", errors.Forbidden, False, False),
        ("err-404-instance", errors.NotFound, False, False),
        ("err-501-or-405-method", errors.BadRequest, False, False),
        ("err-503-drained", errors.QueueDrained, True, False),
        ("err-404-job-wait", errors.ServerError, True, True),
        ("err-luxid-down-get", errors.MasterUnavailable, True, True),
    ],
)
def test_a_recorded_refusal_says_what_may_be_tried_again(
    start_refused_as, name, expected, is_transient, may_have_submitted
):
    error = start_refused_as(name)

    assert expected is type(error)
    assert is_transient == error.is_transient
    assert may_have_submitted == error.may_have_submitted


def test_messages_are_read_without_their_html_escapes(start_refused_as):
    error = start_refused_as("err-400-unknown-param")

    expected = "Object OpInstanceCreate doesn't support the parameter 'zork'"
    assert error.message.endswith(expected)


@pytest.mark.parametrize("status", [502, 503, 418, 500])
def test_an_error_page_of_something_in_between_is_told_by_its_status(server, client, status):
    server.answer = lambda received: Answer(status, b"<html>oops</html>")

    with pytest.raises(errors.ErrorAnswer) as caught:
        client.info()

    assert status == caught.value.status


@pytest.mark.parametrize(
    "url",
    [
        "http://ganeti",
        "ganeti:5080",
        "https://",
        "https://a/2/info",
        "https://u:p@a",
        "https://a:x",
    ],
)
def test_a_url_that_cannot_be_a_cluster_is_refused(connect, url):
    with pytest.raises(ValueError):
        connect(url=url)
