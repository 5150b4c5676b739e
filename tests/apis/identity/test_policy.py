# SPDX-License-Identifier: Apache-2.0
"""Who may call what: every row of the table, for every kind of caller."""

from __future__ import annotations

import re

import pytest

from synnefo_api_identity.routes import ROUTES
from synnefo_core.testing import http
from synnefo_core.wsgi.routing import unbuilt

_WAY = "identity_providers/{idp_id}/protocols/{protocol_id}"
PUBLIC = {
    ("GET", "/"),
    ("POST", "/auth/tokens"),
    ("POST", "/users/{user_id}/password"),
    ("GET", "/auth/OS-FEDERATION/websso/{protocol_id}"),
    ("GET", f"/auth/OS-FEDERATION/{_WAY}/websso"),
    ("GET", f"/OS-FEDERATION/{_WAY}/auth"),
    ("POST", f"/OS-FEDERATION/{_WAY}/auth"),
}

# Rows that any valid token may call; all others are for administrators.
ANYONE = {
    "/auth/tokens",
    "/auth/projects",
    "/auth/domains",
    "/auth/system",
    "/auth/catalog",
    "/OS-FEDERATION/projects",
    "/OS-FEDERATION/domains",
    "/OS-FEDERATION/service_providers",
    "/credentials",
    "/credentials/{credential_id}",
}

# What any valid token may look at and no other than an administrator's may change.
LOOKS = ("/services", "/endpoints", "/regions", "/limits", "/registered_limits")

# Rows by which a user makes something for nobody else, whoever it is, with a body that is right.
OWN = {
    "/users/{user_id}/application_credentials": {"application_credential": {"name": "mine"}},
    "/users/{user_id}/credentials/OS-EC2": {"tenant_id": "unknown"},
}

BUILT = [route for route in ROUTES if route.handler is not unbuilt]

every_row = pytest.mark.parametrize(
    "route", BUILT, ids=lambda route: f"{route.method} {route.path}"
)


@pytest.fixture(scope="module")
def callers():
    """Return a bootstrapped cloud's application and tokens by who has them."""
    fixture = http.CloudFixture()
    fixture.start_fixture()
    application = fixture.application
    tokens = {
        "admin": http.login(application, "admin", "admin")[0],
        **{role: member_with(application, role) for role in ("reader", "member", "manager")},
    }
    yield application, tokens
    fixture.stop_fixture()


def member_with(application, role):
    """Make a user who has one role in a project; return a token."""
    admin, _ = http.login(application, "admin", "admin")

    def post(path, body):
        made = http.call(application, "POST", f"/identity/v3{path}", body=body, token=admin)
        return next(iter(made.json_body.values()))["id"]

    project = post("/projects", {"project": {"name": f"of-{role}"}})
    user = post("/users", {"user": {"name": f"a-{role}", "password": http.PASSWORD}})
    found = http.call(application, "GET", f"/identity/v3/roles?name={role}", token=admin)
    role_id = found.json_body["roles"][0]["id"]
    path = f"/identity/v3/projects/{project}/users/{user}/roles/{role_id}"
    http.call(application, "PUT", path, token=admin)
    return http.login(application, f"a-{role}", f"of-{role}")[0]


def call(application, route, token):
    path = re.sub(r"\{[^}]*\}", "unknown", route.path)
    body = OWN.get(route.path, {}) if route.body is not None else None
    headers = {"X-Subject-Token": "gAAAAABforged"}
    return http.call(
        application,
        route.method,
        f"/identity/v3{path}",
        body=body,
        token=token,
        headers=headers,
    )


@every_row
def test_only_public_rows_need_no_token(callers, route):
    application, _ = callers

    for token in ("", "gAAAAABforged"):
        status = call(application, route, token).status_int
        is_open = (route.method, route.path) in PUBLIC and not token
        assert (status != 401) == is_open


@every_row
@pytest.mark.parametrize("role", ["reader", "member", "manager"])
def test_others_than_administrators_may_look_at_themselves_and_the_catalog_only(
    callers, route, role
):
    application, tokens = callers

    status = call(application, route, tokens[role]).status_int

    is_look = route.method == "GET" and route.path.startswith(LOOKS)
    is_open = is_look or route.path in ANYONE or (route.method, route.path) in PUBLIC
    assert (status != 403) == is_open


@every_row
def test_an_administrator_may_do_everything(callers, route):
    application, tokens = callers

    refusals = (401, 500) if route.path in OWN else (401, 403, 500)
    assert call(application, route, tokens["admin"]).status_int not in refusals
