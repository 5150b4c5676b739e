# SPDX-License-Identifier: Apache-2.0
"""Who gets through to what: every row of every face, for every kind of caller.

``authorisation.csv`` beside this file has a line for each row and says for each caller ``401``,
``403``, or ``-`` when the request has passed, whatever becomes of it. Accounts and projects in
paths are the project ``hall``, in which three of the callers have a role; other ids are of nothing.
"""

import csv
import re
from pathlib import Path

import pytest

from synnefo_core.testing import http
from synnefo_core.wsgi.compose import faces
from synnefo_core.wsgi.microversions import text
from synnefo_core.wsgi.routing import unbuilt

TABLE = Path(__file__).with_name("authorisation.csv")
CALLERS = ("nobody", "stranger", "reader", "member", "manager", "admin")
REFUSALS = (401, 403)

# Actions are told apart, and allowed or not, by what is in the body.
BODIES = {
    "/servers/{server_id}/action": {"os-stop": None},
    "/volumes/{volume_id}/action": {"os-reserve": {}},
}


def table():
    with TABLE.open() as file:
        return {row.pop("row"): row for row in csv.DictReader(file)}


def newest(api, route):
    """Return the newest microversion with a row."""
    versions = api.microversions
    if not versions:
        return "none latest"
    return f"{versions.service} {text(min(route.until, versions.maximum))}"


class Everybody:
    """A cloud with a project and people who have one role each in it."""

    def __init__(self, fixture):
        self.application, self.cloud = fixture.application, fixture.cloud
        self._admin, _ = http.login(self.application, "admin", "admin")
        self.hall = self.make("projects", name="hall")
        self.tokens = {"nobody": "", "admin": self._admin}
        for role in ("reader", "member", "manager"):
            self.tokens[role] = self.person(role, role, "hall", self.hall)
        elsewhere = self.make("projects", name="elsewhere")
        self.tokens["stranger"] = self.person("stranger", "manager", "elsewhere", elsewhere)

    def call(self, method, path, token, body=None, version="none latest"):
        headers = {"X-Subject-Token": "gAAAAABforged", "OpenStack-API-Version": version}
        return http.call(self.application, method, path, token=token, body=body, headers=headers)

    def make(self, nouns, **values):
        body = {nouns.removesuffix("s"): values}
        made = self.call("POST", f"/identity/v3/{nouns}", self._admin, body)
        return next(iter(made.json_body.values()))["id"]

    def person(self, name, role, project, project_id):
        user_id = self.make("users", name=name, password=http.PASSWORD)
        found = self.call("GET", f"/identity/v3/roles?name={role}", self._admin)
        role_id = found.json_body["roles"][0]["id"]
        place = f"/identity/v3/projects/{project_id}/users/{user_id}/roles/{role_id}"
        self.call("PUT", place, self._admin)
        return http.login(self.application, name, project)[0]

    def path(self, api, route):
        """Return the address of a row, with the project in it where one belongs."""

        def fill(match):
            # An administrator could delete the project by identity's rows.
            own = {"project_id": self.hall, "account": f"AUTH_{self.hall}"}
            own |= {"serial": "1", "membership_id": "1"}
            return own.get(match[1], "unknown") if api.service_type != "identity" else "unknown"

        return re.sub(r"\{(\w+)[^}]*\}", fill, f"{api.prefix}{route.path}")

    def said(self, api, route):
        """Return what each caller is told."""
        body = BODIES.get(route.path, {}) if route.body is not None else None
        if route.is_stream:
            body = b""
        path = self.path(api, route)
        found = {}
        for caller in CALLERS:
            answer = self.call(route.method, path, self.tokens[caller], body, newest(api, route))
            status = answer.status_int
            assert status < 500, f"{caller}: {route.method} {path}: {status}"
            found[caller] = str(status) if status in REFUSALS else "-"
        return found


@pytest.fixture(scope="module")
def everybody():
    fixture = http.CloudFixture()
    fixture.start_fixture()
    yield Everybody(fixture)
    fixture.stop_fixture()


def rows(everybody):
    """Return the built rows of all faces by name."""
    return {
        f"{api.name} {route.method} {route.path}": (api, route)
        for api in faces(everybody.cloud)
        for route in api.routes
        if route.handler is not unbuilt
    }


def test_every_row_of_every_face_has_its_line(everybody):
    assert sorted(table()) == sorted(rows(everybody))


def test_every_caller_is_told_what_the_table_says(everybody):
    expected = table()
    found = {name: everybody.said(*row) for name, row in rows(everybody).items()}

    wrong = {name: said for name, said in found.items() if said != expected.get(name)}
    assert {} == wrong
