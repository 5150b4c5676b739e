# SPDX-License-Identifier: Apache-2.0
"""Which requests a token that is bound to some is for."""

import time

import pytest

from synnefo_core.contracts.api import Api, Route
from synnefo_core.contracts.directory import AccessRule, Claims, Directory
from synnefo_core.hookspecs import hookimpl
from synnefo_core.testing import http
from synnefo_core.wsgi import compose
from synnefo_core.wsgi.faults import plain

LONG = "/toy/" + "a" * 8000


@pytest.mark.parametrize(
    "pattern, path, is_allowed",
    [
        ("/v2.1/servers", "/compute/v2.1/servers", True),
        ("/compute/v2.1/servers", "/compute/v2.1/servers", True),
        ("/v2.1/servers", "/compute/v2.1/servers/1", False),
        ("/v2.1/servers/*", "/compute/v2.1/servers/1", True),
        ("/v2.1/servers/*", "/compute/v2.1/servers/1/ips", False),
        ("/v2.1/servers/*/ips", "/compute/v2.1/servers/1/ips", True),
        ("/v2.1/servers/{id}", "/compute/v2.1/servers/", False),
        ("/v2.1/servers/{id}", "/compute/v2.1/servers/1", True),
        ("/v2.1/**", "/compute/v2.1/servers/1/ips", True),
        ("**a*b", "/a/ab", True),
        ("/v2.1/s.rvers", "/compute/v2.1/servers", False),
        ("/**", "/compute\n/x", True),
        ("**", "/compute", True),
        ("", "/compute", False),
    ],
)
def test_a_path_fits_its_pattern(pattern, path, is_allowed):
    assert is_allowed == AccessRule("compute", "GET", pattern).allows("compute", "GET", path)


@pytest.mark.parametrize("request_", [("compute", "POST"), ("image", "GET")])
def test_service_and_method_must_fit_too(request_):
    assert not AccessRule("compute", "GET", "/**").allows(*request_, "/compute/v2.1")


@pytest.mark.parametrize("pattern", ["**a" * 40 + "b", "*a" * 60 + "b", "{x}a" * 30 + "b"])
def test_no_pattern_takes_long(pattern):
    begun = time.process_time()

    assert not AccessRule("toy", "GET", pattern).allows("toy", "GET", LONG)
    assert time.process_time() - begun < 2


def served():
    return {}


class Bound(Directory):
    """Knows one token, which is for one request only."""

    claim = Claims(
        "u1", "alice", "default", 9e9, access_rules=(AccessRule("toy", "GET", "/things"),)
    )

    def claims(self, token):
        return self.claim if token == "good" else None

    def users(self, ids):
        return {}

    projects = users

    def project_ids(self):
        return ()


class Toy:
    """A face at /toy whose caller comes with a token that is bound."""

    @hookimpl
    def apis(self):
        routes = [Route("GET", path, served) for path in ("/things", "/others")]
        return [Api("toy", "/toy", service_type="toy", title="Toy", routes=routes, dialect=plain)]

    @hookimpl
    def directory(self):
        return Bound()


@pytest.mark.parametrize("path, status", [("/toy/things", 200), ("/toy/others", 401)])
def test_a_token_that_is_bound_is_worth_nothing_elsewhere(house, path, status):
    application = compose.application(house(Toy()))

    response = http.call(application, "GET", path, token="good")

    assert status == response.status_int
