# SPDX-License-Identifier: Apache-2.0
"""Microversions: what is asked for, what is spoken, and what there is only in newer ones."""

import pytest

from synnefo_core.contracts.api import MicroversionRange, Route

RANGE = MicroversionRange("compute", (2, 1), (2, 96), "X-OpenStack-Nova-API-Version")


@pytest.fixture
def ask(serve):
    routes = [Route("GET", "/v", lambda version: list(version))]
    call = serve(*routes, microversions=RANGE)
    return lambda **headers: call(
        "GET", "/toy/v", headers={name.replace("_", "-"): value for name, value in headers.items()}
    )


@pytest.mark.parametrize(
    "headers, version",
    [
        ({}, [2, 1]),
        ({"OpenStack_API_Version": "compute 2.50"}, [2, 50]),
        ({"OpenStack_API_Version": "compute latest"}, [2, 96]),
        ({"OpenStack_API_Version": "volume 3.0, compute 2.3"}, [2, 3]),
        ({"OpenStack_API_Version": "volume 3.0"}, [2, 1]),
        ({"X_OpenStack_Nova_API_Version": "2.7"}, [2, 7]),
        (
            {"OpenStack_API_Version": "compute 2.8", "X_OpenStack_Nova_API_Version": "2.7"},
            [2, 8],
        ),
    ],
)
def test_the_version_that_is_asked_for_is_spoken_and_told(ask, headers, version):
    response = ask(**headers)

    assert version == response.json_body
    text = f"{version[0]}.{version[1]}"
    assert f"compute {text}" == response.headers["OpenStack-API-Version"]
    assert text == response.headers["X-OpenStack-Nova-API-Version"]
    assert {"OpenStack-API-Version", "X-OpenStack-Nova-API-Version"} == set(response.vary)


@pytest.mark.parametrize("version", ["2.0", "2.97", "3.1", "1.99"])
def test_a_version_outside_of_the_range_is_not_acceptable(ask, version):
    response = ask(OpenStack_API_Version=f"compute {version}")

    assert 406 == response.status_int
    assert "minimum is 2.1 and maximum is 2.96" in response.json_body["error"]["message"]


@pytest.mark.parametrize("version", ["2", "2.x", "two", "2.1.1", "-2.1", "2.99999"])
def test_what_is_no_version_is_invalid(ask, version):
    response = ask(OpenStack_API_Version=f"compute {version}")

    assert 400 == response.status_int
    assert "MAJOR.MINOR" in response.json_body["error"]["message"]


def _of(version):
    return {"OpenStack-API-Version": f"compute {version}"}


@pytest.mark.parametrize("version, status", [("2.25", 404), ("2.26", 200), ("2.96", 200)])
def test_a_newer_route_is_there_for_those_who_ask_for_its_version(serve, version, status):
    call = serve(Route("GET", "/new", lambda: {"is": "new"}, since=(2, 26)), microversions=RANGE)

    assert status == call("GET", "/toy/new", headers=_of(version)).status_int


@pytest.mark.parametrize(
    "version, body, status",
    [
        ("2.1", {"old": 1}, 200),
        ("2.1", {"new": 1}, 400),
        ("2.18", {"new": 1}, 400),
        ("2.19", {"new": 1}, 200),
        ("2.30", {"old": 1}, 400),
    ],
)
def test_a_body_is_checked_by_the_schema_of_its_version(serve, version, body, status):
    schemas = {
        since: {"type": "object", "required": [name], "additionalProperties": {"type": "integer"}}
        for since, name in (((2, 1), "old"), ((2, 19), "new"))
    }
    call = serve(Route("POST", "/v", lambda body: body, body=schemas), microversions=RANGE)

    assert status == call("POST", "/toy/v", body=body, headers=_of(version)).status_int
