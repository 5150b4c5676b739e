# SPDX-License-Identifier: Apache-2.0
"""What every request passes: ids, the access log, errors in the face's dialect."""

import logging

import pytest
from prometheus_client import REGISTRY

from synnefo_core import errors
from synnefo_core.contracts.api import Fault, Reply, Route
from synnefo_core.contracts.driver import DriverError, Misconfigured, Unavailable
from synnefo_core.contracts.storage import StorageFull


def shout(error, request_id):
    """Word errors as the toy's dialect does."""
    return Fault(error.status, {"oh": str(error), "code": error.code, "request": request_id})


def failing(serve, error, **fields):
    def fail():
        raise error

    return serve(Route("GET", "/fail", fail), dialect=shout, **fields)


@pytest.fixture
def ask(serve):
    return serve(
        Route("GET", "/things/{name:.*}", lambda name: {"name": name}),
        Route("POST", "/things", lambda body: body),
        dialect=shout,
    )


@pytest.fixture
def access(caplog):
    caplog.set_level(logging.INFO, "synnefo.access")
    return lambda: [record for record in caplog.records if record.name == "synnefo.access"]


def test_every_answer_has_a_request_id_of_its_own(ask):
    ids = {
        ask("GET", path).headers["X-Openstack-Request-Id"]
        for path in ("/toy/things/1", "/toy/nothing", "/", "/nothing")
    }

    assert 4 == len(ids)
    assert all(request_id.startswith("req-") for request_id in ids)


def test_the_clients_own_id_is_logged_beside_ours(ask, access):
    theirs = "req-01234567-89ab-cdef-0123-456789abcdef"

    response = ask("GET", "/toy/things/1", headers={"X-OpenStack-Request-Id": theirs})

    assert theirs != response.headers["X-Openstack-Request-Id"]
    assert [theirs] == [record.global_request_id for record in access()]


def test_an_id_that_is_none_is_ignored(ask, access):
    ask("GET", "/toy/things/1", headers={"X-OpenStack-Request-Id": "req-evil\tid"})

    assert not hasattr(access()[0], "global_request_id")


def test_the_access_log_says_what_was_asked_and_how_it_went(ask, access):
    ask("GET", "/toy/things/%C3%BC")
    ask("GET", "/toy/nothing")

    assert [("GET", "/toy/things/ü", "200"), ("GET", "/toy/nothing", "404")] == [
        (record.method, record.path, record.status) for record in access()
    ]


def test_secrets_are_in_no_log(ask, caplog):
    caplog.set_level(logging.DEBUG)

    ask("GET", "/toy/things/1?temp_url_sig=SECRET1", headers={"X-Service-Token": "SECRET2"})
    ask("GET", "/toy/things/1", token="SECRET3")
    ask("GET", "/toy/things/1?X-Auth-Token=SECRET5")
    ask("POST", "/toy/things", body=b'{"password": "SECRET4"')

    written = [str(vars(record)) for record in caplog.records]
    assert [] == [line for line in written if "SECRET" in line]


@pytest.fixture
def ask_back(serve):
    """Return a function that asks who asks, and in what words the query says so."""
    return serve(
        Route(
            "GET",
            "/me",
            lambda context, query: {"user": context.user_id, "query": query},
            "toy:thing:show",
        ),
        dialect=lambda error, _: Fault(error.status, {"why": getattr(error, "reason", "")}),
    )


@pytest.mark.parametrize(
    "query, left",
    [
        ("X-Auth-Token=good", {}),
        ("a=1&X-Auth-Token=good&b=%20", {"a": "1", "b": " "}),
        ("X-Auth-Token=good&X-Auth-Token=bad&a", {"a": ""}),
        ("X-Auth-Token=%67ood", {}),
        ("a=X-Auth-Token&X-Auth-Token=good", {"a": "X-Auth-Token"}),
    ],
)
def test_a_token_may_be_in_the_query_which_nobody_sees(ask_back, query, left):
    assert {"user": "u1", "query": left} == ask_back("GET", f"/toy/me?{query}", token="").json_body


def test_a_token_in_the_header_counts_more(ask_back):
    response = ask_back("GET", "/toy/me?X-Auth-Token=good", token="bad")

    assert (401, "the token is not valid") == (response.status_int, response.json_body["why"])


@pytest.mark.parametrize(
    "query, why",
    [
        ("", "there is no token"),
        ("x-auth-token=good", "there is no token"),
        ("a=X-Auth-Token", "there is no token"),
        ("X-Auth-Token=", "there is no token"),
        ("X-Auth-Token=bad", "the token is not valid"),
    ],
)
def test_what_is_wrong_with_a_token_is_told(ask_back, query, why):
    response = ask_back("GET", f"/toy/me?{query}", token="")

    assert (401, why) == (response.status_int, response.json_body["why"])


def test_methods_that_somebody_makes_up_are_counted_as_one(ask):
    def count(method):
        labels = {"face": "toy", "method": method, "status": "404"}
        return REGISTRY.get_sample_value("synnefo_requests_total", labels) or 0

    before = count("other")
    ask("BREW", "/toy/nothing")
    ask("STEW", "/toy/nothing")

    assert (before + 2, 0, 0) == (count("other"), count("BREW"), count("STEW"))


@pytest.mark.parametrize(
    "error, status, code",
    [
        (errors.InvalidField("server.name", "is too long"), 400, "invalid_field"),
        (errors.Unauthenticated(), 401, "unauthenticated"),
        (errors.NotFound("server", "42"), 404, "not_found"),
        (errors.QuotaExceeded("vm", 2, 1), 409, "quota_exceeded"),
        (errors.Unbuilt(), 501, "not_supported"),
        (errors.NoRoom("full"), 507, "no_room"),
    ],
)
def test_an_error_of_the_caller_is_worded_by_the_dialect(serve, error, status, code):
    response = failing(serve, error)("GET", "/toy/fail")

    assert status == response.status_int
    assert {
        "oh": str(error),
        "code": code,
        "request": response.headers["X-Openstack-Request-Id"],
    } == response.json_body


@pytest.mark.parametrize(
    "error, header, value",
    [
        (errors.Unavailable("away"), "Retry-After", "5"),
        (errors.TooManyRequests("slowly"), "Retry-After", "5"),
        (errors.RangeUnsatisfiable(10), "Content-Range", "bytes */10"),
        (errors.MethodNotAllowed("PUT", ["GET"]), "Allow", "GET"),
    ],
)
def test_some_errors_have_headers_in_every_dialect(serve, error, header, value):
    assert value == failing(serve, error)("GET", "/toy/fail").headers[header]


@pytest.mark.parametrize(
    "error, status",
    [
        (StorageFull("pool ssd7 at 10.0.0.9 is full"), 507),
        (Unavailable("10.0.0.9 does not answer"), 503),
        (Misconfigured("wrong password for 10.0.0.9"), 503),
        (DriverError("10.0.0.9 said something odd"), 503),
    ],
)
def test_an_error_of_a_driver_is_told_without_its_inner_names(serve, caplog, error, status):
    response = failing(serve, error)("GET", "/toy/fail")

    assert status == response.status_int
    assert "10.0.0.9" not in response.text
    assert str(error) in [getattr(record, "problem", "") for record in caplog.records]


def test_a_mistake_of_ours_tells_nothing_but_the_request_id(serve, caplog):
    response = failing(serve, KeyError("a secret place"))("GET", "/toy/fail")

    assert (500, "internal_error") == (response.status_int, response.json_body["code"])
    assert "secret" not in response.text
    assert response.headers["X-Openstack-Request-Id"] == response.json_body["request"]
    assert "a secret place" in caplog.text


def test_a_dialect_that_fails_is_a_mistake_of_ours_too(serve):
    def speechless(_error, _request_id):
        raise ValueError("no words")

    response = serve(Route("GET", "/a", list), dialect=speechless)("GET", "/toy/nothing")

    assert (500, "internal_error") == (
        response.status_int,
        response.json_body["error"]["code"],
    )


def test_bytes_of_a_dialect_go_out_as_they_are(serve):
    def text(error, _request_id):
        return Fault(error.status, b"<p>no</p>", "text/html", {"X-Why": "because"})

    response = serve(Route("GET", "/a", list), dialect=text)("GET", "/toy/nothing")

    assert (404, b"<p>no</p>", "text/html", "because") == (
        response.status_int,
        response.body,
        response.content_type,
        response.headers["X-Why"],
    )


def test_a_reply_may_have_any_status(serve):
    ask = serve(Route("GET", "/a", lambda: Reply(None, status=304)))

    assert 304 == ask("GET", "/toy/a").status_int
