# SPDX-License-Identifier: Apache-2.0
"""People come: they register, show that they read mail at their address, and are let in or not."""

import pytest

from synnefo_core.errors import Conflict, Forbidden, InvalidField, NotFound, TooManyRequests
from synnefo_identity import Filter, accounts
from synnefo_identity.accounts import Action, State, Wish
from tests.services.identity.conftest import CHEAP, PASSWORD

ANN = "ann@example.org"


@pytest.fixture
def cloud_settings(mailbox):
    return {
        **CHEAP,
        **mailbox.settings,
        ("accounts", "sign_up"): True,
        ("mail", "managers"): ["boss@example.org"],
    }


@pytest.fixture
def register(home, worker):
    """Return a function that registers an address and lets the letters go out."""

    def register(email=ANN, **values):
        accounts.sign_up(home.admin, Wish(email, PASSWORD, **values), source="192.0.2.1")
        worker.drain()

    return register


def test_who_registers_is_nobody_before_the_address_is_proven(home, register, mailbox):
    register()

    (found,) = accounts.list_registrations(home.admin)
    assert ANN == found.email
    assert [] == accounts.index(home.admin, email=ANN)
    assert "one more step" in mailbox.only(ANN)["Subject"]
    with pytest.raises(Exception, match="requires authentication"):
        home.prove(ANN)


def test_the_link_makes_a_user_of_the_same_id_who_waits_to_be_let_in(
    home, register, mailbox, worker
):
    register(given_name="Ann", family_name="Onymous")
    (registered,) = accounts.list_registrations(home.admin)

    made = accounts.verify(home.admin, mailbox.secret(ANN))
    worker.drain()

    assert (registered.id, ANN, State.PENDING) == (made.user.id, made.user.email, made.state)
    assert made.verified_at is not None
    assert "Ann Onymous <ann@example.org>" in mailbox.only("boss@example.org").get_content()
    with pytest.raises(Exception, match="requires authentication"):
        home.prove(ANN)


def test_who_is_accepted_logs_in_with_the_password_of_the_registration(
    home, register, mailbox, worker
):
    register()
    user_id = accounts.verify(home.admin, mailbox.secret(ANN)).user.id
    mailbox.clear()

    accepted = accounts.accept(home.admin, user_id)
    worker.drain()

    assert (State.ACTIVE, "manual", ANN) == (
        accepted.state,
        accepted.acceptance_policy,
        accepted.accepted_address,
    )
    assert user_id == home.user_id(ANN)
    assert "Welcome" in mailbox.only(ANN)["Subject"]


def test_a_link_works_once(home, register, mailbox):
    register()
    secret = mailbox.secret(ANN)
    accounts.verify(home.admin, secret)

    with pytest.raises(NotFound):
        accounts.verify(home.admin, secret)


def test_the_secret_of_a_link_is_nowhere_in_the_database(home, register, mailbox):
    register()
    secret = mailbox.secret(ANN)

    with home.cloud.database.engine.connect() as connection:
        tables = [
            name
            for (name,) in connection.exec_driver_sql(
                "SELECT name FROM sqlite_master WHERE type = 'table'"
                if home.cloud.database.is_sqlite
                else "SELECT tablename FROM pg_tables WHERE schemaname = 'public'"
            )
        ]
        kept = [str(list(connection.exec_driver_sql(f'SELECT * FROM "{t}"'))) for t in tables]
    assert any(ANN in text for text in kept)
    assert not any(secret in text for text in kept)


def test_a_rejected_person_stays_out_and_may_be_accepted_later(home, register, mailbox):
    register()
    user_id = accounts.verify(home.admin, mailbox.secret(ANN)).user.id

    rejected = accounts.reject(home.admin, user_id, "not of this house")
    assert (State.REJECTED, "not of this house") == (rejected.state, rejected.rejection_reason)
    accepted = accounts.accept(home.admin, user_id)

    assert (State.ACTIVE, "") == (accepted.state, accepted.rejection_reason)


def test_actions_that_do_not_fit_are_refused(home, register, mailbox):
    register()
    user_id = accounts.verify(home.admin, mailbox.secret(ANN)).user.id
    accounts.accept(home.admin, user_id)

    with pytest.raises(Conflict, match=f"cannot {Action.ACCEPT} a user while it is active"):
        accounts.accept(home.admin, user_id)
    with pytest.raises(Conflict):
        accounts.reject(home.admin, user_id)


def test_of_several_who_name_one_address_the_one_who_proves_it_gets_it(home, register, mailbox):
    register(given_name="First")
    register(given_name="Second")
    first, second = (letter.get_content() for letter in mailbox.letters(ANN))
    assert ("Hello First" in first, "Hello Second" in second) == (True, True)

    made = accounts.verify(home.admin, mailbox.secret(ANN))

    assert "Second" == made.user.extra["given_name"]
    assert [] == accounts.list_registrations(home.admin)


def test_who_has_an_account_already_is_told_so_by_mail_only(home, register, mailbox, worker):
    home.user("ann", email="Ann@Example.org")

    register("ANN@example.ORG")

    assert "already" in mailbox.only(ANN)["Subject"]
    assert [] == accounts.list_registrations(home.admin)


def test_an_address_that_was_taken_meanwhile_can_not_be_proven(home, register, mailbox):
    register()
    home.user("ann", email=ANN)

    with pytest.raises(Conflict):
        accounts.verify(home.admin, mailbox.secret(ANN))


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ann",
        "ann@",
        "@example.org",
        "ann@example.org, eve@example.org",
        "ann@example.org\nBcc: eve@example.org",
        "Ann <ann@example.org>",
        "ann@ex ample.org",
        "a" * 65 + "@example.org",
        "ann@" + "e" * 251,
        "änn@example.org",
        "ann@example..org",
    ],
)
def test_what_is_no_address_is_refused(home, email):
    with pytest.raises(InvalidField):
        accounts.sign_up(home.admin, Wish(email, PASSWORD))


def test_what_people_write_about_themselves_can_not_add_headers_to_a_letter(
    home, register, mailbox, worker
):
    register(given_name="Ann\r\nBcc: eve@example.org\r\n\r\nBuy!", family_name="X\nY: Z")
    accounts.verify(home.admin, mailbox.secret(ANN))
    worker.drain()

    for letter in mailbox.letters():
        assert (None, None) == (letter["Bcc"], letter["Y"])
        assert "X-RcptTo" in letter
    assert [] == mailbox.letters("eve@example.org")


def test_an_address_gets_only_so_many_letters_in_an_hour(home, mailbox, worker, clock):
    for _ in range(8):
        accounts.sign_up(home.admin, Wish(ANN, PASSWORD))
    worker.drain()

    assert 5 == len(mailbox.letters(ANN))


def test_a_source_that_asks_too_often_is_refused(home):
    home.cloud.config.set_override("requests_per_hour", 2, "accounts")
    for _ in range(2):
        accounts.resend(home.admin, ANN, source="192.0.2.1")

    with pytest.raises(TooManyRequests):
        accounts.resend(home.admin, ANN, source="192.0.2.1")
    accounts.resend(home.admin, ANN, source="192.0.2.2")


def test_a_lost_letter_is_sent_again(home, register, mailbox, worker):
    register()
    mailbox.clear()

    accounts.resend(home.admin, ANN.upper(), source="192.0.2.1")
    accounts.resend(home.admin, "stranger@example.org", source="192.0.2.1")
    worker.drain()

    assert State.PENDING == accounts.verify(home.admin, mailbox.secret(ANN)).state
    assert [] == mailbox.letters("stranger@example.org")


def test_without_moderation_who_reads_mail_gets_in(home, register, mailbox):
    home.cloud.config.set_override("moderation", False, "accounts")
    register()

    made = accounts.verify(home.admin, mailbox.secret(ANN))

    assert (State.ACTIVE, "auto_moderation") == (made.state, made.acceptance_policy)


@pytest.mark.parametrize(
    "email, policy",
    [("ann@example.org", "email"), ("ann@example.org.evil.net", ""), ("ann@evil.net", "")],
)
def test_addresses_of_a_form_are_accepted_at_once(home, register, mailbox, email, policy):
    home.cloud.config.set_override("accept_emails", [r".*@example\.org"], "accounts")
    register(email)

    made = accounts.verify(home.admin, mailbox.secret(email))

    assert policy == made.acceptance_policy


def test_where_people_can_not_register_they_are_refused(home):
    home.cloud.config.set_override("sign_up", False, "accounts")

    with pytest.raises(Forbidden):
        accounts.sign_up(home.admin, Wish(ANN, PASSWORD))


def test_an_administrator_who_knows_better_verifies_by_hand(home, register):
    register()
    (registered,) = accounts.list_registrations(home.admin)

    assert State.PENDING == accounts.verify_by_hand(home.admin, registered.id).state


def test_a_registration_that_is_deleted_leaves_nothing(home, register, mailbox):
    register()
    (registered,) = accounts.list_registrations(home.admin)

    accounts.delete_registration(home.admin, registered.id)

    with pytest.raises(NotFound):
        accounts.show_registration(home.admin, registered.id)
    with pytest.raises(NotFound):
        accounts.verify(home.admin, mailbox.secret(ANN))


def test_users_whom_administrators_made_are_listed_by_their_states(home, register, mailbox):
    register()
    pending = accounts.verify(home.admin, mailbox.secret(ANN)).user.id
    home.user("jane")
    off = home.user("joe", is_enabled=False).id

    def ids(state):
        return {account.user.id for account in accounts.index(home.admin, state=state)}

    assert ({pending}, {off}, set()) == (
        ids(State.PENDING),
        ids(State.INACTIVE),
        ids(State.REJECTED),
    )
    everybody = {user.id for user in home.list_users(Filter(is_enabled=True))}
    assert everybody == ids(State.ACTIVE)
