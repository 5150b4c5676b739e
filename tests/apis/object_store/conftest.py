# SPDX-License-Identifier: Apache-2.0
"""A cloud whose people are made up, so that the face is tested without identity."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from synnefo_core.contracts.directory import Claims, Directory, Named
from synnefo_core.testing import http

ROLES = {
    "reader": {"reader"},
    "member": {"member", "reader"},
    "admin": {"admin", "member", "reader"},
}
PROJECTS = ("p1", "p2")


class MadeUpPeople(Directory):
    """Tokens are ``ROLE.PROJECT``."""

    def claims(self, token):
        role, _, project = token.partition(".")
        if role not in ROLES or project not in PROJECTS:
            return None
        return Claims(
            user_id=f"{role}-of-{project}",
            user_name=role,
            user_domain_id="default",
            expires_at=2e10,
            project_id=project,
            roles=frozenset(ROLES[role]),
        )

    def users(self, ids):
        return {}

    def projects(self, ids):
        return {id_: Named(id_, id_, "default", is_enabled=True) for id_ in ids if id_ in PROJECTS}

    def project_ids(self):
        return PROJECTS


@pytest.fixture
def cloud(make_cloud, cloud_settings, clock):
    made = make_cloud(cloud_settings, clock=clock)
    made.shared("core.directory", lambda: [MadeUpPeople()])
    return made


@pytest.fixture
def call(application):
    """Return a function that makes a request as a member of p1, below its account."""

    def made(method, path="", *, token="member.p1", account="AUTH_p1", body=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return http.call(
            application,
            method,
            "/object-store/v1/" + quote(account + path, safe="/?=&%+,:*"),
            body=body,
            token=token,
            headers=named,
        )

    return made


@pytest.fixture
def container(call):
    """Return a call below a container ``c`` that is there."""
    assert 201 == call("PUT", "/c").status_int

    def made(method, path="", **rest):
        return call(method, f"/c{path}", **rest)

    return made
