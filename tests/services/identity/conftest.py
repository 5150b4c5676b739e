# SPDX-License-Identifier: Apache-2.0
"""A bootstrapped cloud with the cheapest password hashes, and people in it."""

from __future__ import annotations

import io
from dataclasses import dataclass

import pytest

import synnefo_identity
from synnefo_core.commands import main
from synnefo_core.context import for_claims, for_worker
from synnefo_core.db import migrations
from synnefo_identity import Credentials, Reference, Scope, ScopeKind
from synnefo_identity.bootstrap import bootstrap
from tests.services.identity.post import running

PASSWORD = "a password of tests"

CHEAP = {
    ("auth_local", "time_cost"): 1,
    ("auth_local", "memory_kib"): 8,
    ("auth", "refusal_floor_s"): 0.0,
    ("identity", "admin_password"): PASSWORD,
    ("identity", "demo_password"): PASSWORD,
}


@pytest.fixture
def cloud_settings():
    return CHEAP


@pytest.fixture
def home(cloud):
    """Return the cloud with its first people."""
    bootstrap(cloud)
    return Home(cloud)


@pytest.fixture
def neighbour(home, make_cloud):
    """Return another process' view of the same cloud."""
    return Home(make_cloud(CHEAP, like=home.cloud, clock=home.cloud.clock))


@pytest.fixture
def synnefo(home, capsys, monkeypatch):
    """Return a function that runs a command line and returns what it printed."""
    config = home.cloud.data_dir / "commands.conf"
    config.write_text("[auth_local]\ntime_cost = 1\nmemory_kib = 8\n[database]\n")
    migrations.upgrade(home.cloud.database, home.cloud.branches())
    url = home.cloud.database.engine.url.render_as_string(hide_password=False)
    monkeypatch.setenv("OS_DATABASE__URL", url)
    place = ["--data", str(home.cloud.data_dir), "--config", str(config)]

    def run(*words, given="", expect=0):
        monkeypatch.setattr("sys.stdin", io.StringIO(given))
        assert expect == main([*place, *words])
        return capsys.readouterr().out

    return run


@dataclass
class Home:
    """A cloud as tests speak of it."""

    cloud: object

    @property
    def admin(self):
        """An administrator's context, without asking for a token."""
        return for_worker(self.cloud)

    def prove(self, name="demo", password=PASSWORD, **domain):
        """Log in; return the proof."""
        reference = Reference(name=name, **(domain or {"domain_id": "default"}))
        return synnefo_identity.with_password(self.admin, Credentials(reference, password))

    def token(self, name="demo", project=None):
        """Log in; return a token for the project (of the same name)."""
        proof = self.prove(name)
        reference = Reference(name=project or name, domain_id="default")
        scope = synnefo_identity.project_scope(self.admin, reference)
        return synnefo_identity.issue_token(self.admin, proof, scope)

    def claims(self, text):
        """Ask what a token says, as the middleware does."""
        return self.cloud.directory.claims(text)

    def caller(self, name="demo", project=None):
        """Return the context of somebody's request."""
        claims = self.claims(self.token(name, project).text)
        return for_claims(self.cloud, claims, "req-test")

    def user(self, name="jane", **values):
        """Make a user with the password of tests."""
        return synnefo_identity.create_user(
            self.admin, "default", {"name": name, **values}, password=PASSWORD
        )

    def user_id(self, name="demo"):
        """Return a user's id."""
        return self.prove(name).user_id

    def list_users(self, only):
        """Return the users that a filter leaves in."""
        return synnefo_identity.list_users(self.admin, only)

    def project(self, name="hall", **values):
        """Make a project."""
        return synnefo_identity.create_project(self.admin, "default", {"name": name, **values})

    def group(self, name="staff"):
        """Make a group."""
        return synnefo_identity.create_group(self.admin, "default", {"name": name})

    def role_id(self, name="member"):
        """Return a role's id."""
        only = synnefo_identity.Filter(names=[("", name)])
        return synnefo_identity.list_roles(self.admin, only)[0].id

    def grant(self, actor, project_id, role="member"):
        """Give a role on a project to ("user" or "group", id)."""
        target = Scope(ScopeKind.PROJECT, project_id)
        synnefo_identity.grant_role(self.admin, actor, target, self.role_id(role))

    def revoke(self, actor, project_id, role="member"):
        """Take a role on a project."""
        target = Scope(ScopeKind.PROJECT, project_id)
        synnefo_identity.revoke_role(self.admin, actor, target, self.role_id(role))

    def holds(self, actor, project_id, role):
        """Tell whether a role was given."""
        target = Scope(ScopeKind.PROJECT, project_id)
        roles = synnefo_identity.list_granted_roles(self.admin, actor, target)
        return role in {each.name for each in roles}


@pytest.fixture(scope="session")
def sink(tmp_path_factory):
    """Return the mailbox of a mail server."""
    with running(tmp_path_factory.mktemp("mail")) as mailbox:
        yield mailbox


@pytest.fixture
def mailbox(sink):
    """Return an empty mailbox."""
    sink.clear()
    return sink
