# SPDX-License-Identifier: Apache-2.0
"""People are shut out and let in again, and the other rooms hear of it."""

import pytest
from sqlalchemy import select

import synnefo_identity
from synnefo_core.db.models import EventRow
from synnefo_core.errors import InvalidState, Unauthenticated
from synnefo_identity import accounts
from synnefo_identity.accounts import State


def told(home):
    """Return what was told of users."""
    query = select(EventRow.type, EventRow.subject_id, EventRow.payload)
    with home.admin.reading() as session:
        rows = session.execute(query.where(EventRow.type.startswith("user.")).order_by(EventRow.id))
        return [tuple(row) for row in rows]


def test_who_is_shut_out_has_no_valid_token_and_gets_no_new_one(home):
    token, user_id = home.token().text, home.user_id()

    account = accounts.deactivate(home.admin, user_id, "abuse")

    assert (State.INACTIVE, "abuse") == (account.state, account.deactivation_reason)
    assert home.claims(token) is None
    with pytest.raises(Unauthenticated):
        home.prove()


def test_who_is_let_in_again_needs_a_new_token(home):
    token, user_id = home.token().text, home.user_id()
    accounts.deactivate(home.admin, user_id, "abuse")

    account = accounts.activate(home.admin, user_id)

    assert (State.ACTIVE, "", None) == (
        account.state,
        account.deactivation_reason,
        account.deactivated_at,
    )
    assert home.claims(token) is None
    assert home.claims(home.token().text) is not None


def test_other_rooms_are_told_once_and_why(home):
    user_id = home.user_id()

    accounts.deactivate(home.admin, user_id, "abuse")
    accounts.activate(home.admin, user_id)

    assert [
        ("user.deactivated", user_id, {"reason": "abuse"}),
        ("user.activated", user_id, {"reason": ""}),
    ] == told(home)


def test_they_are_told_as_well_when_keystones_clients_do_it(home):
    user_id = home.user_id()

    for is_enabled in (False, False, True):
        synnefo_identity.update_user(home.admin, user_id, {"is_enabled": is_enabled})

    assert ["user.deactivated", "user.activated"] == [kind for kind, *_ in told(home)]


@pytest.mark.parametrize("action", ["accept", "reject", "activate"])
def test_what_does_not_fit_an_active_user_is_refused(home, action):
    with pytest.raises(InvalidState, match=f"cannot {action} a user while it is active"):
        getattr(accounts, action)(home.admin, home.user_id())


def test_who_is_shut_out_already_is_not_shut_out_again(home):
    user_id = home.user_id()
    accounts.deactivate(home.admin, user_id, "abuse")

    with pytest.raises(InvalidState):
        accounts.deactivate(home.admin, user_id, "something else")
    assert "abuse" == accounts.show(home.admin, user_id).deactivation_reason
