# SPDX-License-Identifier: Apache-2.0
"""Tokens: forged ones are worthless, true ones end in time."""

import shutil

import pytest
from cryptography.fernet import Fernet

import synnefo_identity
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.errors import Forbidden, NotFound, Unauthenticated
from synnefo_core.keys import key_ring, write_private
from synnefo_core.testing.fixtures import StillClock
from synnefo_identity import Reference, Scope, ScopeKind


@pytest.fixture
def clock():
    return StillClock()


def test_a_token_says_who_it_is_and_for_what(home):
    token = home.token("demo")

    claims = home.claims(token.text)

    assert home.user_id("demo") == claims.user_id
    assert "demo" == claims.user_name
    assert token.standing.project.id == claims.project_id
    assert ("default", "default") == (claims.user_domain_id, claims.project_domain_id)
    assert {"member", "reader"} == claims.roles
    assert not claims.is_system


def test_a_token_says_the_same_when_it_is_made_and_when_it_is_read(home, clock):
    clock.advance(0.123456789)
    token = home.token("demo")

    assert token == synnefo_identity.check_token(home.admin, token.text)


def test_a_token_shows_nothing_of_what_it_says(home):
    token = home.token("demo")

    assert home.user_id("demo") not in token.text
    assert len(token.text) < 400


@pytest.mark.parametrize(
    "spoil",
    [
        lambda text: text[:-1],
        lambda text: text[: len(text) // 2],
        lambda text: text[1:],
        lambda text: text[:20] + ("A" if text[20] != "A" else "B") + text[21:],
        lambda text: text + "A",
        lambda text: text + "é",
        lambda text: text * 20,
        lambda _: "",
        lambda _: "=",
        lambda _: "gAAAAA",
        lambda _: Fernet(Fernet.generate_key()).encrypt(b'{"u":"admin"}').decode(),
    ],
)
def test_a_spoilt_or_forged_token_says_nothing(home, spoil):
    text = home.token("demo").text

    assert home.claims(spoil(text)) is None


def test_the_padding_that_other_libraries_add_does_no_harm(home):
    text = home.token("demo").text

    assert home.claims(text + "=" * (-len(text) % 4)) is not None


def test_a_token_ends_in_time_also_where_it_is_remembered(home, clock):
    token = home.token("demo")
    assert token.payload.expires_at == clock.now() + 86400
    assert home.claims(token.text)

    clock.advance(86399)
    assert home.claims(token.text)
    clock.advance(1)

    assert home.claims(token.text) is None
    assert synnefo_identity.check_token(home.admin, token.text) is None


def test_a_token_made_from_a_token_ends_with_it(home, clock):
    first = home.token("demo")
    clock.advance(1000)

    proof = synnefo_identity.with_token(home.admin, first.text)
    second = synnefo_identity.issue_token(home.admin, proof, first.standing.scope)

    assert first.payload.expires_at == second.payload.expires_at
    assert ("token", "password") == second.payload.methods
    assert second.payload.audit_ids[1] == first.payload.audit_ids[0] != second.payload.audit_ids[0]


def test_a_chain_of_tokens_remembers_its_beginning_and_no_more(home):
    first = home.token("demo")
    token = first
    for _ in range(3):
        proof = synnefo_identity.with_token(home.admin, token.text)
        token = synnefo_identity.issue_token(home.admin, proof, first.standing.scope)

    assert first.payload.audit_ids[0] == token.payload.audit_ids[1]
    assert ("token", "password") == token.payload.methods


def test_a_spoilt_token_proves_nothing(home):
    with pytest.raises(NotFound):
        synnefo_identity.with_token(home.admin, home.token("demo").text[:-2])


@pytest.mark.parametrize("which", ["foreign", "disabled", "missing"])
def test_no_token_for_a_project_in_which_one_has_no_role(home, which):
    home.project("foreign")
    home.project("disabled", is_enabled=False)
    user_id = home.user_id("demo")
    project = {p.name: p.id for p in synnefo_identity.list_projects(home.admin)}.get(
        which, "0" * 32
    )
    if which == "disabled":
        home.grant(("user", user_id), project)
    scope = Scope(ScopeKind.PROJECT, project)

    with pytest.raises(Unauthenticated):
        synnefo_identity.issue_token(home.admin, home.prove("demo"), scope)


def test_no_token_for_the_system_without_a_role_there(home):
    with pytest.raises(Unauthenticated):
        synnefo_identity.issue_token(home.admin, home.prove("demo"), synnefo_identity.SYSTEM)


@pytest.mark.parametrize(
    "reference", [Reference(name="nowhere", domain_id="default"), Reference(id="0")]
)
def test_nobody_learns_whether_a_project_is_there(home, reference):
    with pytest.raises(Unauthenticated):
        synnefo_identity.project_scope(home.admin, reference)


def test_a_login_that_asks_for_no_scope_gets_the_default_project(home):
    project = home.project("hall")
    jane = home.user("jane", default_project_id=project.id)
    home.grant(("user", jane.id), project.id)

    assert Scope(ScopeKind.PROJECT, project.id) == synnefo_identity.default_scope(
        home.admin, jane.id
    )


@pytest.mark.parametrize("default", [None, "0" * 32])
def test_without_a_usable_default_project_there_is_no_scope(home, default):
    jane = home.user("jane", default_project_id=default)

    assert synnefo_identity.UNSCOPED == synnefo_identity.default_scope(home.admin, jane.id)


def test_the_personal_project_can_be_the_default_one(home):
    jane = home.user("jane")
    synnefo_identity.update_user(home.admin, jane.id, {"default_project_id": jane.id})

    scope = synnefo_identity.default_scope(home.admin, jane.id)
    token = synnefo_identity.issue_token(home.admin, home.prove("jane"), scope)

    assert (jane.id, {"member", "reader"}) == (
        home.claims(token.text).project_id,
        home.claims(token.text).roles,
    )


def test_an_unscoped_token_has_no_roles(home):
    token = synnefo_identity.issue_token(home.admin, home.prove("admin"), synnefo_identity.UNSCOPED)

    claims = home.claims(token.text)

    assert (None, frozenset()) == (claims.project_id, claims.roles)


def test_others_tokens_are_shown_to_administrators_and_services_only(home):
    token = home.token("demo")
    jane = home.user("jane")
    home.project("jane")
    project = synnefo_identity.project_scope(
        home.admin, Reference(name="jane", domain_id="default")
    )
    home.grant(("user", jane.id), project.id)
    caller = home.caller("jane")

    with pytest.raises(Forbidden):
        synnefo_identity.show_token(caller, token.text)
    with pytest.raises(Forbidden):
        synnefo_identity.revoke_token(caller, token.text)
    with pytest.raises(NotFound):
        synnefo_identity.show_token(caller, token.text[:-2])
    home.grant(("user", jane.id), project.id, "service")

    service = home.caller("jane")
    assert token.payload == synnefo_identity.show_token(service, token.text).payload
    with pytest.raises(Forbidden):
        synnefo_identity.revoke_token(service, token.text)
    assert token.payload == synnefo_identity.show_token(home.caller("demo"), token.text).payload


class TestKeys:
    def rotate(self, home):
        """Rotate as the staged key is meant for: 0 becomes the newest, a new 0 is staged."""
        directory = home.cloud.data_dir / "keys" / "fernet"
        newest = max(int(path.name) for path in directory.iterdir())
        (directory / "0").rename(directory / str(newest + 1))
        write_private(directory / "0", Fernet.generate_key())

    def test_tokens_outlive_a_rotation_in_all_processes(self, home, neighbour):
        old = home.token("demo")
        assert neighbour.claims(old.text)

        self.rotate(home)
        new = home.token("demo")

        assert home.claims(old.text)
        assert neighbour.claims(new.text)

    def test_what_was_sealed_with_the_staged_key_is_read_by_who_has_not_looked(
        self, home, neighbour
    ):
        neighbour.token("demo")
        shared = home.cloud.data_dir / "keys" / "fernet"
        stale = key_ring(neighbour.cloud, "fernet")
        copy = shared.with_name("copy")
        shutil.copytree(shared, copy)
        stale._directory = copy
        stale.fernet()

        self.rotate(home)

        assert neighbour.claims(home.token("demo").text)

    def test_a_key_that_is_gone_ends_its_tokens(self, home):
        token = home.token("demo")
        for _ in range(2):
            self.rotate(home)
        (home.cloud.data_dir / "keys" / "fernet" / "1").unlink()

        assert synnefo_identity.check_token(home.admin, token.text) is None

    def test_without_keys_the_operator_is_told_what_to_do(self, home):
        shutil.rmtree(home.cloud.data_dir / "keys")

        with pytest.raises(Misconfigured, match="synnefo bootstrap"):
            home.token("demo")
