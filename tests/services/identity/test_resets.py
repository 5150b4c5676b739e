# SPDX-License-Identifier: Apache-2.0
"""Whoever forgot a password gets in again by a letter, and nobody else does."""

import pytest

from synnefo_core.errors import Invalid, InvalidField, NotFound, TooManyRequests, Unauthenticated
from synnefo_identity import accounts
from synnefo_identity.models import LinkRow
from tests.services.identity.conftest import CHEAP

ANN, NEW = "ann@example.org", "quite another password"


@pytest.fixture
def cloud_settings(mailbox):
    return {**CHEAP, **mailbox.settings}


@pytest.fixture
def ann(home):
    return home.user("ann", email="Ann@Example.org").id


@pytest.fixture
def ask(home, worker):
    """Return a function that asks for a link and lets the letters go out."""

    def ask(email=ANN):
        accounts.ask_for_reset(home.admin, email, source="192.0.2.1")
        worker.drain()

    return ask


def test_the_link_replaces_the_password_and_ends_all_tokens(home, ann, ask, mailbox, worker):
    token = home.token("ann", f"system:{ann}").text
    ask(ANN.upper())
    letter = mailbox.only("Ann@Example.org")
    assert "the user ann at" in letter.get_content()

    accounts.reset(home.admin, mailbox.secret("Ann@Example.org"), NEW)
    worker.drain()

    assert home.claims(token) is None
    assert ann == home.prove("ann", NEW).user_id
    with pytest.raises(Unauthenticated):
        home.prove("ann")
    assert "was changed" in mailbox.letters("Ann@Example.org")[-1]["Subject"]


def test_the_link_works_once_and_so_do_its_sisters(home, ann, ask, mailbox):
    ask()
    first = mailbox.secret("Ann@Example.org")
    ask()
    second = mailbox.secret("Ann@Example.org")
    assert first != second
    accounts.reset(home.admin, first, NEW)

    for secret in (first, second, "made-up"):
        with pytest.raises(NotFound):
            accounts.reset(home.admin, secret, "a third password")


def test_the_link_does_not_work_for_long(home, ann, ask, mailbox):
    home.cloud.config.set_override("reset_minutes", 1, "accounts")
    ask()
    clock = home.cloud.clock
    now = clock.now
    clock.now = lambda: now() + 61

    with pytest.raises(NotFound):
        accounts.reset(home.admin, mailbox.secret("Ann@Example.org"), NEW)


def test_a_password_that_can_not_be_one_leaves_the_link_good(home, ann, ask, mailbox):
    ask()
    secret = mailbox.secret("Ann@Example.org")

    with pytest.raises(Invalid):
        accounts.reset(home.admin, secret, "")
    accounts.reset(home.admin, secret, NEW)

    assert ann == home.prove("ann", NEW).user_id


def test_a_link_for_one_purpose_is_good_for_no_other(home, ann, ask, mailbox):
    ask()
    secret = mailbox.secret("Ann@Example.org")

    for other in (accounts.verify, accounts.move):
        with pytest.raises(NotFound):
            other(home.admin, secret)
    accounts.reset(home.admin, secret, NEW)


def test_nobody_is_told_who_has_an_address(home, ask, mailbox):
    ask("stranger@example.org")

    assert [] == mailbox.letters()


def test_who_was_shut_out_does_not_get_in_by_a_letter(home, ann, ask, mailbox):
    ask()
    secret = mailbox.secret("Ann@Example.org")
    accounts.deactivate(home.admin, ann, "abuse")
    mailbox.clear()
    ask()

    assert [] == mailbox.letters()
    with pytest.raises(NotFound):
        accounts.reset(home.admin, secret, NEW)


def test_who_has_no_password_here_is_told_so(home, ann, ask, mailbox):
    with home.admin.unit_of_work() as session:
        session.delete(session.get(LinkRow, ("local", ann)))

    ask()

    assert "your organisation" in mailbox.only("Ann@Example.org").get_content()


def test_all_users_of_an_address_are_written_to(home, ann, ask, mailbox):
    home.user("ann2", email=ANN)

    ask()

    assert 2 == len(mailbox.letters())


def test_asking_is_bounded(home, ann, mailbox, worker):
    home.cloud.config.set_override("requests_per_hour", 7, "accounts")
    for _ in range(7):
        accounts.ask_for_reset(home.admin, ANN, source="192.0.2.1")
    worker.drain()

    assert 5 == len(mailbox.letters())
    with pytest.raises(TooManyRequests):
        accounts.ask_for_reset(home.admin, ANN, source="192.0.2.1")
    with pytest.raises(InvalidField):
        accounts.ask_for_reset(home.admin, "ann@example.org\nBcc: eve@example.org")
