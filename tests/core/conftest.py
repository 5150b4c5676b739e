# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_core import policy
from synnefo_core.clock import Clock
from synnefo_core.contracts.api import Api
from synnefo_core.contracts.directory import Claims, Directory
from synnefo_core.hookspecs import hookimpl
from synnefo_core.testing import http
from synnefo_core.testing.fixtures import NO_DATABASE
from synnefo_core.testing.plugins import core_and
from synnefo_core.wsgi import compose
from synnefo_core.wsgi.faults import plain


@pytest.fixture
def house(make_cloud):
    """Return a function that makes a cloud of the core and the given plugins alone."""

    def make(*plugins, settings=None, clock=None, like=None):
        return make_cloud(settings, plugins_=core_and(*plugins), clock=clock or Clock(), like=like)

    return make


class People(Directory):
    """A directory with one user; the token "good" is hers."""

    claim = Claims("u1", "alice", "default", 9e9, project_id="p1", roles=frozenset({"reader"}))

    def claims(self, token):
        return self.claim if token == "good" else None

    def users(self, ids):
        return {}

    projects = users

    def project_ids(self):
        return ()


class Face:
    """A hook plugin with one face at /toy and its people."""

    def __init__(self, *routes, **fields):
        self.people = People()
        fields = {"name": "toy", "prefix": "/toy", "dialect": plain} | fields
        self._api = Api(service_type="toy", title="Toy", routes=routes, **fields)

    @hookimpl
    def apis(self):
        return [self._api]

    @hookimpl
    def policies(self):
        return [
            policy.rule("toy:thing:show", policy.READER, "Look", "GET /things"),
            policy.rule("toy:thing:create", policy.MEMBER, "Make", "POST /things"),
        ]

    @hookimpl
    def directory(self):
        return self.people


@pytest.fixture
def serve(house):
    """Return a function that serves routes at /toy and returns how to call them."""

    def make(*routes, **fields):
        cloud = house(Face(*routes, **fields), settings=NO_DATABASE)
        application = compose.application(cloud)

        def ask(method, path, *, token="good", **given):
            return http.call(application, method, path, token=token, **given)

        return ask

    return make
