# SPDX-License-Identifier: Apache-2.0
"""Users invite others, who are let in without a moderator: AST-012."""

import pytest

from synnefo_core.errors import Forbidden, InvalidField, NotFound, Unavailable
from synnefo_identity import accounts
from synnefo_identity.accounts import Wish, invitations
from synnefo_identity.accounts.models import AccountRow
from tests.services.identity.conftest import CHEAP, PASSWORD

GUEST = "guest@example.org"


@pytest.fixture
def cloud_settings(mailbox):
    invited = {("accounts", "invitations_per_level"): [2, 1]}
    return {**CHEAP, **mailbox.settings, **invited}


@pytest.fixture
def demo(home):
    return home.caller()


@pytest.fixture
def invite(demo, worker, mailbox):
    """Return a function that invites an address and returns the secret of the letter."""

    def invite(email=GUEST, name="A Guest", context=demo):
        accounts.invite(context, email, name)
        worker.drain()
        return mailbox.secret(email)

    return invite


@pytest.fixture
def come(home, worker, mailbox):
    """Return a function by which a guest registers and follows the link."""

    def come(invitation, email=GUEST):
        accounts.sign_up(home.admin, Wish(email, PASSWORD, invitation=invitation))
        worker.drain()
        return accounts.verify(home.admin, mailbox.secret(email))

    return come


def test_a_guest_is_let_in_by_the_invitation(home, invite, come):
    account = come(invite())

    assert ("active", "invitation") == (account.state, account.acceptance_policy)
    assert home.prove(GUEST)


def test_the_letter_says_who_invites(invite, mailbox):
    invite(name="Guest\nBcc: all@example.org")

    letter = mailbox.only(GUEST)
    assert "demo" in letter.get_content()
    assert letter["Bcc"] is None


def test_a_form_is_filled_in(home, invite):
    secret = invite()

    found = accounts.read_invitation(home.admin, secret)
    assert (GUEST, "A Guest", False) == (found.email, found.name, found.is_used)


def test_an_invitation_is_good_once(home, demo, invite, come):
    secret = invite()
    come(secret)

    with pytest.raises(NotFound):
        accounts.sign_up(home.admin, Wish("two@example.org", PASSWORD, invitation=secret))
    with pytest.raises(NotFound):
        accounts.read_invitation(home.admin, secret)
    assert [True] == [each.is_used for each in accounts.show_invitations(demo).sent]


def test_each_level_has_its_number_and_the_next_is_the_guests(home, demo, invite, come):
    assert 2 == accounts.show_invitations(demo).left
    guest = come(invite())
    invite("two@example.org")
    with pytest.raises(Forbidden):
        invite("three@example.org")

    with home.admin.reading() as session:
        assert 1 == session.get_one(AccountRow, guest.user.id).level
    invitations.change_level(home.admin, demo.user_id, 4)
    assert 0 == accounts.show_invitations(demo).left


def test_who_was_not_invited_registers_only_where_all_may(home):
    with pytest.raises(Forbidden):
        accounts.sign_up(home.admin, Wish(GUEST, PASSWORD))
    with pytest.raises(NotFound):
        accounts.sign_up(home.admin, Wish(GUEST, PASSWORD, invitation="made up"))
    assert [] == accounts.list_registrations(home.admin)


def test_what_is_no_address_takes_none(demo):
    with pytest.raises(InvalidField):
        accounts.invite(demo, "nobody", "A Guest")

    assert 2 == accounts.show_invitations(demo).left


class TestOff:
    @pytest.fixture
    def cloud_settings(self):
        return CHEAP

    def test_by_default_nobody_invites_anybody(self, home, demo):
        with pytest.raises(Unavailable):
            accounts.invite(demo, GUEST, "")
        with pytest.raises(Forbidden):
            accounts.sign_up(home.admin, Wish(GUEST, PASSWORD, invitation="made up"))
