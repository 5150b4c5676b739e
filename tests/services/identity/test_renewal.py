# SPDX-License-Identifier: Apache-2.0
"""Tokens that are renewed, and what is told of those that are no good: AST-038, AST-040."""

import pytest

import synnefo_identity
from synnefo_core.context import for_claims
from synnefo_core.errors import Forbidden
from synnefo_core.testing.fixtures import StillClock
from synnefo_identity import CredentialWish, Secret, accounts, terms


@pytest.fixture
def clock():
    return StillClock()


def test_a_new_token_ends_all_others_and_lives_no_longer(home, neighbour, clock):
    first, second = home.token(), home.token()
    clock.advance(100)

    made = accounts.renew(home.caller(), second.text)

    assert home.claims(made.text).project_id == second.payload.scope.id
    assert made.payload.expires_at == second.payload.expires_at
    for text in (first.text, second.text):
        assert neighbour.claims(text) is None


def test_who_owes_the_terms_is_told_so(home):
    token = home.token()

    terms.publish(home.admin, "https://example.org/terms")

    assert "pending approval terms" == home.cloud.directory.refusal(token.text)


def test_a_program_can_not_end_its_users_tokens(home):
    caller = home.caller()
    wish = CredentialWish("robot", secret="a long secret")
    made, secret = synnefo_identity.create_application_credential(caller, caller.user_id, wish)
    who = Secret(made.id, None, synnefo_identity.Reference(), secret)
    proof = synnefo_identity.with_application_credential(home.admin, who)
    scope = synnefo_identity.credential_scope(home.admin, made.id)
    text = synnefo_identity.issue_token(home.admin, proof, scope).text
    robot = for_claims(home.cloud, home.claims(text), "req-test")

    with pytest.raises(Forbidden):
        accounts.renew(robot, text)
    with pytest.raises(Forbidden):
        accounts.arrival(robot, "pithos://home", text, is_renewed=True)
    assert home.claims(text)


def test_it_is_told_why_a_token_is_no_good(home, clock):
    why = home.cloud.directory.refusal
    token = home.token().text
    assert "the token is not valid" == why("gAAAAABforged") == why("svc-forged")

    synnefo_identity.update_user(home.admin, home.user_id(), {"is_enabled": False})
    assert "the user is not active" == why(token)

    synnefo_identity.update_user(home.admin, home.user_id("admin"), {}, password="another one")
    other = home.cloud.directory.claims
    assert other(token) is None
    clock.advance(86400)
    assert "the token has expired" == why(token)


def test_a_token_that_was_given_back_is_just_not_valid(home):
    token = home.token().text

    synnefo_identity.revoke_token(home.admin, token)

    assert "the token is not valid any more" == home.cloud.directory.refusal(token)
