# SPDX-License-Identifier: Apache-2.0
"""Application credentials: what they may, what they may not, and when they end."""

from dataclasses import replace

import pytest

import synnefo_identity
from synnefo_core.context import for_claims
from synnefo_core.contracts.directory import AccessRule
from synnefo_core.errors import Duplicate, Forbidden, Invalid, NotFound, Unauthenticated
from synnefo_core.testing.fixtures import StillClock
from synnefo_identity import CredentialWish, Reference, Secret

SERVERS = AccessRule("compute", "GET", "/v2.1/servers")


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def make(home):
    def make(caller=None, **wish):
        caller = caller or home.caller("demo")
        wish = CredentialWish(**({"name": "backup"} | wish))
        return synnefo_identity.create_application_credential(caller, caller.user_id, wish)

    return make


@pytest.fixture
def use(home):
    """Log in with a credential; return the token."""

    def use(credential_id, secret, **how):
        shown = Secret(
            **({"id": credential_id, "name": None, "user": Reference()} | how), secret=secret
        )
        proof = synnefo_identity.with_application_credential(home.admin, shown)
        scope = synnefo_identity.credential_scope(home.admin, proof.credential_id)
        return synnefo_identity.issue_token(home.admin, proof, scope)

    return use


def test_its_secret_logs_in_for_its_project(home, make, use):
    made, secret = make()

    token = use(made.id, secret)

    assert ("application_credential",) == token.payload.methods
    assert "demo" == token.standing.project.name
    assert home.user_id("demo") == home.claims(token.text).user_id


def test_it_can_be_given_by_name_and_user(make, use):
    made, secret = make()
    user = Reference(name="demo", domain_id="default")

    assert made.id == use(None, secret, name="backup", user=user).standing.credential.id


def test_the_secret_is_not_kept_in_clear(home, make):
    made, secret = make()
    shown = synnefo_identity.show_application_credential(home.admin, made.user_id, made.id)

    assert secret not in repr(shown)
    with home.cloud.database.reading() as session:
        rows = session.connection().exec_driver_sql("SELECT * FROM auth_local_password").all()
    assert made.id in str(rows)
    assert secret not in str(rows)


def test_a_secret_of_ones_own_is_taken(make, use):
    made, secret = make(secret="of my own")

    assert "of my own" == secret
    assert use(made.id, "of my own")


@pytest.mark.parametrize("credential_id", ["its own", "nobody", ""])
def test_a_wrong_secret_and_an_unknown_credential_are_refused_alike(make, use, credential_id):
    made, _ = make()

    with pytest.raises(Unauthenticated) as caught:
        use(made.id if credential_id == "its own" else credential_id, "wrong")
    assert str(Unauthenticated()) == str(caught.value)


def test_a_credential_is_no_password_of_a_user_of_its_id(home, make):
    made, secret = make()
    credentials = synnefo_identity.Credentials(Reference(id=made.id), secret)

    with pytest.raises(Unauthenticated):
        synnefo_identity.with_password(home.admin, credentials)


def test_it_has_no_more_roles_than_it_was_given(home, make, use):
    made, secret = make(roles=["reader"])

    assert ["reader"] == [role.name for role in made.roles]
    assert {"reader"} == home.claims(use(made.id, secret).text).roles


def test_a_role_that_the_token_lacks_can_not_be_given(make):
    with pytest.raises(Invalid, match="could not find role assignment"):
        make(roles=["admin"])


def test_it_loses_what_its_user_loses(home, make, use):
    jane, hall = home.user("jane"), home.project("hall")
    home.grant(("user", jane.id), hall.id)
    made, secret = make(home.caller("jane", "hall"))
    token = use(made.id, secret)

    home.revoke(("user", jane.id), hall.id)

    assert home.claims(token.text) is None
    with pytest.raises(Unauthenticated):
        use(made.id, secret)


def test_it_ends_with_its_tokens(home, make, use, clock):
    made, secret = make(expires_at=home.admin.now() + 100)
    token = use(made.id, secret)
    assert made.expires_at == token.payload.expires_at

    clock.advance(101)

    assert home.claims(token.text) is None
    with pytest.raises(Unauthenticated):
        use(made.id, secret)


def test_an_end_in_the_past_is_refused(home, make):
    with pytest.raises(Invalid, match="future"):
        make(expires_at=home.admin.now() - 1)


def test_a_deleted_one_and_its_tokens_are_worth_nothing_in_all_processes(
    home, neighbour, make, use
):
    made, secret = make()
    token = use(made.id, secret)
    assert home.claims(token.text)

    caller = home.caller("demo")
    synnefo_identity.delete_application_credential(caller, caller.user_id, made.id)

    assert home.claims(token.text) is None
    assert neighbour.claims(token.text) is None
    with pytest.raises(Unauthenticated):
        use(made.id, secret)


@pytest.mark.parametrize("goes", ["user", "project"])
def test_it_goes_with_its_user_and_its_project(home, make, use, goes):
    jane, hall = home.user("jane"), home.project("hall")
    home.grant(("user", jane.id), hall.id)
    made, secret = make(home.caller("jane", "hall"))

    if goes == "user":
        synnefo_identity.delete_user(home.admin, jane.id)
    else:
        synnefo_identity.delete_project(home.admin, hall.id)

    with pytest.raises(Unauthenticated):
        use(made.id, secret)


def test_a_disabled_users_credential_is_refused(home, make, use):
    made, secret = make()
    synnefo_identity.update_user(home.admin, made.user_id, {"is_enabled": False})

    with pytest.raises(Unauthenticated):
        use(made.id, secret)


@pytest.mark.parametrize("is_unrestricted", [False, True])
def test_only_an_unrestricted_one_makes_and_deletes_others(home, make, use, is_unrestricted):
    made, secret = make(is_unrestricted=is_unrestricted)
    claims = home.claims(use(made.id, secret).text)
    caller = for_claims(home.cloud, claims, "req-test")

    if is_unrestricted:
        assert make(caller, name="another")
        return
    with pytest.raises(Forbidden, match="application_credential"):
        make(caller, name="another")
    with pytest.raises(Forbidden):
        synnefo_identity.delete_application_credential(caller, caller.user_id, made.id)


def test_a_token_made_from_its_token_has_its_limits(home, make, use):
    made, secret = make(roles=["reader"])
    proof = synnefo_identity.with_token(home.admin, use(made.id, secret).text)
    scope = synnefo_identity.credential_scope(home.admin, proof.credential_id)

    again = synnefo_identity.issue_token(home.admin, proof, scope)

    assert {"reader"} == home.claims(again.text).roles
    elsewhere = replace(scope, id=home.user_id("demo"))
    with pytest.raises(Unauthenticated):
        synnefo_identity.issue_token(home.admin, proof, elsewhere)


def test_names_are_a_users_own(home, make):
    make()
    make(home.caller("admin"))

    with pytest.raises(Duplicate):
        make()


def test_nobody_makes_one_for_somebody_else(home):
    wish = CredentialWish("backup")

    with pytest.raises(Forbidden):
        synnefo_identity.create_application_credential(
            home.caller("admin"), home.user_id("demo"), wish
        )


def test_others_are_not_shown_and_administrators_see_all(home, make):
    made, _ = make(home.caller("admin"))
    other = home.caller("demo")

    with pytest.raises(Forbidden):
        synnefo_identity.list_application_credentials(other, made.user_id)
    with pytest.raises(NotFound):
        synnefo_identity.show_application_credential(other, other.user_id, made.id)
    assert [made] == synnefo_identity.list_application_credentials(home.admin, made.user_id)
    assert [] == synnefo_identity.list_application_credentials(
        home.admin, made.user_id, name="other"
    )


def test_access_rules_are_in_the_claims_with_the_right_to_look_at_the_token(home, make, use):
    made, secret = make(rules=[SERVERS])

    claims = home.claims(use(made.id, secret).text)

    assert claims.permits("compute", "GET", "/compute/v2.1/servers")
    assert claims.permits("identity", "GET", "/identity/v3/auth/tokens")
    assert not claims.permits("compute", "POST", "/compute/v2.1/servers")
    assert not claims.permits("image", "GET", "/image/v2/images")


def test_no_access_rules_is_another_thing_than_none(home, make, use):
    made, secret = make(rules=[])
    all_made, all_secret = make(name="all")

    assert not home.claims(use(made.id, secret).text).permits("image", "GET", "/image/v2/images")
    assert home.claims(use(all_made.id, all_secret).text).permits("image", "GET", "/")


def test_a_rule_is_kept_once_and_can_be_given_by_its_id(home, make):
    first, _ = make(rules=[SERVERS])
    again, _ = make(name="again", rules=[SERVERS, first.access_rules[0].id])

    assert first.access_rules == again.access_rules
    assert list(first.access_rules) == synnefo_identity.list_access_rules(home.admin, first.user_id)


def test_a_rule_in_use_stays_and_one_that_is_not_can_go(home, make):
    made, _ = make(rules=[SERVERS])
    caller, rule = home.caller("demo"), made.access_rules[0]
    with pytest.raises(Forbidden):
        synnefo_identity.delete_access_rule(caller, made.user_id, rule.id)

    synnefo_identity.delete_application_credential(caller, made.user_id, made.id)
    synnefo_identity.delete_access_rule(caller, made.user_id, rule.id)

    with pytest.raises(NotFound):
        synnefo_identity.show_access_rule(caller, made.user_id, rule.id)
