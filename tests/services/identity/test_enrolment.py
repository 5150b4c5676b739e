# SPDX-License-Identifier: Apache-2.0
"""Administrators make accounts, change them and count them."""

import pytest

from synnefo_core.errors import Conflict, NotFound
from synnefo_identity import accounts
from synnefo_identity.accounts import Count, State
from tests.services.identity.conftest import PASSWORD

ANN = "ann@example.org"


def test_who_is_enrolled_gets_in_at_once_with_the_password_that_is_told_once(home):
    made = accounts.enroll(home.admin, "Ann@Example.org", {"given_name": "Ann"})

    user = made.account.user
    assert (ANN, ANN, {"given_name": "Ann"}) == (user.name, user.email, user.extra)
    assert (State.ACTIVE, "already_moderated") == (
        made.account.state,
        made.account.acceptance_policy,
    )
    assert user.id == home.prove(ANN, made.password).user_id
    assert made.password not in repr(made)


def test_an_address_has_one_account(home):
    accounts.enroll(home.admin, ANN, {})

    with pytest.raises(Conflict):
        accounts.enroll(home.admin, ANN.upper(), {})
    other = accounts.enroll(home.admin, "bob@example.org", {}).account.user.id
    with pytest.raises(Conflict):
        accounts.update(home.admin, other, {"email": ANN})


def test_an_account_is_changed(home):
    user_id = accounts.enroll(home.admin, ANN, {}).account.user.id
    token = accounts.update(
        home.admin, user_id, {"email": "ann@example.com", "family_name": "O"}, password=PASSWORD
    )

    assert ("ann@example.com", "O") == (token.user.email, token.user.extra["family_name"])
    assert user_id == home.user_id("ann@example.com")


def test_an_administrators_word_for_an_address_is_a_proof(home):
    user_id = home.user("ann").id
    assert accounts.show(home.admin, user_id).verified_at is None

    accounts.update(home.admin, user_id, {"email": ANN})
    assert accounts.show(home.admin, user_id).verified_at is not None


def test_all_tokens_end_on_demand(home):
    token = home.token().text

    accounts.end_tokens(home.admin, home.user_id())

    assert home.claims(token) is None
    assert home.claims(home.token().text) is not None


def test_only_projects_with_a_role_can_be_the_default_one(home):
    hall, user_id = home.project(), home.user_id()
    for project_id in (hall.id, "unknown"):
        with pytest.raises(NotFound):
            accounts.choose_project(home.admin, user_id, project_id)

    home.grant(("user", user_id), hall.id)
    accounts.choose_project(home.admin, user_id, hall.id)

    assert hall.id == accounts.show(home.admin, user_id).user.default_project_id


def test_names_and_ids_are_told_from_each_other(home):
    demo, jane = home.user_id(), home.user("jane").id

    found = accounts.look_up(home.admin, ids=[demo, "unknown"], names=["jane", "nobody"])

    assert ({demo: "demo"}, {"jane": jane}) == (found.names, found.ids)
    everybody = accounts.look_up(home.admin, ids=None, names=None)
    assert everybody.names == {user_id: name for name, user_id in everybody.ids.items()}
    assert {"demo", "jane", "admin"} <= set(everybody.ids)


def test_people_are_counted(home):
    before = accounts.detail(home.admin)
    home.user("jane")
    home.user("joe", is_enabled=False)

    after = accounts.detail(home.admin)

    assert Count(before.users.total + 2, before.users.active + 1) == after.users
    assert after.users == accounts.count(home.admin)
    assert after.methods["local"].total == before.methods["local"].total + 2
