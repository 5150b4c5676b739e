# SPDX-License-Identifier: Apache-2.0
"""HTTP tests in gabbi: a bootstrapped cloud for each YAML file.

In a test module beside its YAML files::

    from gabbi.driver import test_pytest  # noqa: F401
    from synnefo_core.testing import http

    def pytest_generate_tests(metafunc):
        http.generate(metafunc, __file__)

A file names ``fixtures: [CloudFixture]`` and finds in its environment
``$ENVIRON['ADMIN_TOKEN']``, ``DEMO_TOKEN``, ``OTHER_TOKEN`` (another project's member),
``ADMIN_PROJECT``, ``DEMO_PROJECT``, ``OTHER_PROJECT``; the worker runs beside it.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

from gabbi import driver
from gabbi.fixture import GabbiFixture
from webob import Request

from synnefo_core.cloud import Cloud, assemble
from synnefo_core.db import migrations
from synnefo_core.testing.fixtures import QUICK, Settings
from synnefo_core.worker import Worker
from synnefo_core.wsgi import compose

if TYPE_CHECKING:
    import pytest
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

PASSWORD = "a password of tests"  # of clouds that live for one file
SETTINGS: Settings = {
    ("identity", "admin_password"): PASSWORD,
    ("identity", "demo_password"): PASSWORD,
}

_current: list[WSGIApplication] = []


def _serve(environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
    """Serve by the cloud of the file that runs; gabbi asks for it before there is one."""
    return _current[-1](environ, start_response)


def current_application() -> WSGIApplication:
    """Return the application of the cloud whose file is being tested."""
    return _serve


def call(
    application: WSGIApplication,
    method: str,
    path: str,
    *,
    body: Any = None,
    token: str = "",
    headers: Mapping[str, str] | None = None,
    environ: Mapping[str, Any] | None = None,
) -> Any:
    """Make a request in this process and return WebOb's response.

    ``environ`` replaces values of the WSGI environment; None removes one.
    """
    request = Request.blank(path, method=method)
    if isinstance(body, bytes):
        request.body = body
    elif body is not None:
        request.json_body = body
    if token:
        request.headers["X-Auth-Token"] = token
    for name, value in (headers or {}).items():
        request.headers[name] = value
    request.environ.update(environ or {})
    for name in [name for name, value in request.environ.items() if value is None]:
        del request.environ[name]
    return request.get_response(application)


def login(application: WSGIApplication, user: str, project: str) -> tuple[str, str]:
    """Log in with a password; return the token and the project's id."""
    domain = {"id": "default"}
    body = {
        "auth": {
            "identity": {
                "methods": ["password"],
                "password": {"user": {"name": user, "domain": domain, "password": PASSWORD}},
            },
            "scope": {"project": {"name": project, "domain": domain}},
        }
    }
    response = call(application, "POST", "/identity/v3/auth/tokens", body=body)
    if response.status_int != 201:
        msg = f"login of {user} failed: {response.status} {response.text}"
        raise RuntimeError(msg)
    return response.headers["X-Subject-Token"], response.json_body["token"]["project"]["id"]


class CloudFixture(GabbiFixture):  # type: ignore[misc]  # gabbi is untyped
    """A bootstrapped cloud with three logged-in users, for one YAML file."""

    settings: ClassVar[Settings] = {}

    def start_fixture(self) -> None:
        """Make the cloud and log in."""
        self._directory = tempfile.TemporaryDirectory(prefix="synnefo-http-")
        self.cloud: Cloud = assemble(
            data_dir=Path(self._directory.name), overrides={**QUICK, **SETTINGS, **self.settings}
        )
        migrations.upgrade(self.cloud.database, self.cloud.branches())
        self.cloud.plugins.hook.bootstrap(cloud=self.cloud)
        self.application = compose.application(self.cloud)
        self._worker = Worker(self.cloud)
        self._worker.start()
        _current.append(self.application)
        admin, admin_project = login(self.application, "admin", "admin")
        self._set("ADMIN", admin, admin_project)
        demo, demo_project = login(self.application, "demo", "demo")
        self._set("DEMO", demo, demo_project)
        self._make_other(admin)
        self._set("OTHER", *login(self.application, "other", "other"))

    def _set(self, who: str, token: str, project_id: str) -> None:
        os.environ[f"{who}_TOKEN"] = token
        os.environ[f"{who}_PROJECT"] = project_id

    def _make_other(self, admin: str) -> None:
        def make(path: str, body: Mapping[str, Any]) -> Any:
            made = call(self.application, "POST", f"/identity/v3{path}", body=body, token=admin)
            return next(iter(made.json_body.values()))

        project = make("/projects", {"project": {"name": "other", "domain_id": "default"}})
        user = make(
            "/users", {"user": {"name": "other", "domain_id": "default", "password": PASSWORD}}
        )
        roles = call(self.application, "GET", "/identity/v3/roles?name=member", token=admin)
        role = roles.json_body["roles"][0]
        path = f"/identity/v3/projects/{project['id']}/users/{user['id']}/roles/{role['id']}"
        call(self.application, "PUT", path, token=admin)

    def stop_fixture(self) -> None:
        """Stop the worker and remove the cloud."""
        _current.remove(self.application)
        self._worker.stop()
        self.cloud.close()
        self._directory.cleanup()


def generate(
    metafunc: pytest.Metafunc, module_file: str, fixtures: Any = None, directory: str = "gabbits"
) -> None:
    """Turn the YAML files of a module's folder ``gabbits`` into tests."""
    driver.py_test_generator(
        str(Path(module_file).parent / directory),
        intercept=current_application,
        fixture_module=fixtures or __import__(__name__, fromlist=["CloudFixture"]),
        test_loader_name=Path(module_file).stem,
        metafunc=metafunc,
    )
