# SPDX-License-Identifier: Apache-2.0
"""Terms of use: who has not agreed to the newest does nothing but that."""

import pytest

import synnefo_identity
from synnefo_core.errors import Conflict, NotFound, Unauthenticated
from synnefo_identity import UNSCOPED, accounts, terms
from synnefo_identity.accounts import Wish
from tests.services.identity.conftest import CHEAP, PASSWORD

PLACE = "https://example.org/terms"


@pytest.fixture
def cloud_settings(mailbox):
    return {**CHEAP, **mailbox.settings, ("accounts", "sign_up"): True}


def unscoped(home, name="demo"):
    """Return a token of somebody for nothing in particular."""
    return synnefo_identity.issue_token(home.admin, home.prove(name), UNSCOPED).text


def test_new_terms_end_what_was_allowed_in_all_processes(home, neighbour):
    token = home.token().text
    assert neighbour.claims(token) is not None

    terms.publish(home.admin, PLACE)

    assert home.claims(token) is None
    with pytest.raises(Unauthenticated, match="pending approval terms"):
        home.token()


def test_who_agrees_goes_on_with_the_token_of_before(home):
    token = home.token().text
    published = terms.publish(home.admin, PLACE)

    assert home.claims(unscoped(home)) is not None
    terms.agree(home.admin, home.user_id(), published.version)

    assert home.claims(token) is not None


def test_only_the_newest_terms_can_be_agreed_to(home):
    for _ in range(2):
        terms.publish(home.admin, PLACE)

    for version in (1, 3):
        with pytest.raises(Conflict):
            terms.agree(home.admin, home.user_id(), version)
    terms.agree(home.admin, home.user_id(), 2)
    terms.agree(home.admin, home.user_id(), 2)

    assert [2, 1] == [each.version for each in terms.index(home.admin)]


def test_a_newer_version_is_owed_anew(home):
    terms.agree(home.admin, home.user_id(), terms.publish(home.admin, PLACE).version)
    assert home.token()

    terms.publish(home.admin, PLACE)

    with pytest.raises(Unauthenticated):
        home.token()


def test_those_who_run_the_cloud_and_its_services_owe_nothing(home):
    home.user("clockwork")
    hall = home.project()
    home.grant(("user", home.user_id("clockwork")), hall.id, "service")

    terms.publish(home.admin, PLACE)

    assert home.claims(home.token("admin").text) is not None
    assert home.claims(home.token("clockwork", "hall").text) is not None


def test_a_login_that_asks_for_no_project_gets_what_is_enough_to_agree(home):
    user_id = home.user_id()
    accounts.choose_project(home.admin, user_id, user_id)
    assert user_id == synnefo_identity.default_scope(home.admin, user_id).id

    terms.publish(home.admin, PLACE)

    assert UNSCOPED == synnefo_identity.default_scope(home.admin, user_id)


@pytest.mark.parametrize("version", [None, 1, 3])
def test_who_registers_agrees_to_the_terms_of_today(home, version):
    for _ in range(2):
        terms.publish(home.admin, PLACE)

    with pytest.raises(Conflict):
        accounts.sign_up(home.admin, Wish("ann@example.org", PASSWORD, terms_version=version))


def test_who_agreed_while_registering_has_agreed(home, worker, mailbox):
    terms.publish(home.admin, PLACE)
    accounts.sign_up(home.admin, Wish("ann@example.org", PASSWORD, terms_version=1))
    worker.drain()
    user_id = accounts.verify(home.admin, mailbox.secret("ann@example.org")).user.id
    accounts.accept(home.admin, user_id)

    assert home.token("ann@example.org", f"system:{user_id}")


def test_without_terms_there_is_nothing_to_agree_to(home):
    with pytest.raises(NotFound):
        terms.show(home.admin)
    with pytest.raises(Conflict):
        terms.agree(home.admin, home.user_id(), 1)
