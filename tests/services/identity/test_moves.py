# SPDX-License-Identifier: Apache-2.0
"""People get another address, names, and say what they think."""

import pytest

from synnefo_core.errors import Conflict, NotFound, TooManyRequests, Unauthenticated, Unavailable
from synnefo_identity import accounts
from synnefo_identity.accounts import Wish
from tests.services.identity.conftest import CHEAP, PASSWORD

OLD, NEW = "ann@example.org", "ann@example.com"


@pytest.fixture
def cloud_settings(mailbox):
    return {
        **CHEAP,
        **mailbox.settings,
        ("accounts", "sign_up"): True,
        ("mail", "admins"): ["root@example.org"],
    }


@pytest.fixture
def ann(home):
    """Return the context of a user whose name is an address."""
    account = accounts.enroll(home.admin, OLD, {}, password=PASSWORD).account
    return home.caller(OLD, f"system:{account.user.id}")


@pytest.fixture
def ask(ann, worker):
    def ask(email=NEW, password=PASSWORD):
        accounts.ask_to_move(ann, email, password=password, source="192.0.2.1")
        worker.drain()

    return ask


def test_a_proven_address_replaces_the_old_one_and_the_login_name(home, ann, ask, mailbox):
    ask()
    assert NEW in mailbox.only(OLD).get_content()

    moved = accounts.move(home.admin, mailbox.secret(NEW))

    assert (NEW, NEW, ann.user_id) == (moved.user.email, moved.user.name, moved.user.id)
    assert moved.verified_at is not None
    assert ann.user_id == home.user_id(NEW)
    with pytest.raises(Unauthenticated):
        home.prove(OLD)


def test_before_it_is_proven_nothing_changes(home, ann, ask):
    ask()

    assert OLD == accounts.show(home.admin, ann.user_id).user.email


def test_a_token_alone_takes_no_account_away(home, ann, ask, mailbox):
    for password in ("", "wrong"):
        with pytest.raises(Unauthenticated):
            ask(password=password)

    assert [] == mailbox.letters()


def test_guessing_the_password_here_is_counted_like_anywhere(home, ann, ask):
    home.cloud.config.set_override("lockout_failures", 2, "identity")
    for _ in range(2):
        with pytest.raises(Unauthenticated):
            ask(password="wrong")

    with pytest.raises(Unauthenticated):
        ask()


def test_an_address_that_somebody_has_is_told_to_its_reader_only(home, ask, mailbox):
    home.user("bob", email="Bob@Example.org")

    ask("bob@example.org")

    assert "already" in mailbox.only("bob@example.org")["Subject"]


def test_an_address_that_was_taken_meanwhile_is_not_moved_to(home, ann, ask, mailbox):
    ask()
    home.user("bob", email=NEW)

    with pytest.raises(Conflict):
        accounts.move(home.admin, mailbox.secret(NEW))
    assert OLD == accounts.show(home.admin, ann.user_id).user.email


def test_a_new_password_ends_links_that_were_sent_before(home, ann, ask, mailbox):
    ask()
    accounts.update(home.admin, ann.user_id, {}, password="quite another password")

    with pytest.raises(NotFound):
        accounts.move(home.admin, mailbox.secret(NEW))


def test_whoever_registered_with_the_address_did_not_prove_it(home, ann, ask, mailbox):
    accounts.sign_up(home.admin, Wish(NEW, PASSWORD))
    ask()

    accounts.move(home.admin, mailbox.secret(NEW))

    assert [] == accounts.list_registrations(home.admin)


def test_people_change_their_names_and_nothing_else(ann):
    given = {"given_name": "Ann", "family_name": "Onymous", "is_enabled": "", "email": NEW}

    changed = accounts.update_names(ann, given).user

    assert {"given_name": "Ann", "family_name": "Onymous"} == changed.extra
    assert (OLD, True) == (changed.email, changed.is_enabled)
    assert {} == accounts.update_names(ann, dict.fromkeys(given, "")).user.extra


def test_what_people_have_to_say_is_read_by_somebody(home, ann, worker, mailbox):
    accounts.feed_back(ann, "It works!\r\n.\r\nSubject: x", "browser: new")
    worker.drain()

    letter = mailbox.only("root@example.org")
    assert f"Synnefo: feedback of {OLD}" == letter["Subject"]
    assert all(word in letter.get_content() for word in ("It works!", "Subject: x", "browser"))


def test_not_too_much_is_read(home, ann):
    home.cloud.config.set_override("requests_per_hour", 1, "accounts")
    accounts.feed_back(ann, "one")

    with pytest.raises(TooManyRequests):
        accounts.feed_back(ann, "two")


def test_where_nobody_reads_it_people_are_told(home, ann):
    home.cloud.config.set_override("admins", [], "mail")

    with pytest.raises(Unavailable):
        accounts.feed_back(ann, "hello?")
