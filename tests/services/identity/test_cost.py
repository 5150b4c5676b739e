# SPDX-License-Identifier: Apache-2.0
"""How many statements things cost, so that nobody adds one per row."""

import pytest
from sqlalchemy import event

import synnefo_identity
from synnefo_identity import Question, accounts
from synnefo_identity.accounts import Wish
from tests.services.identity.conftest import PASSWORD


@pytest.fixture
def count(home):
    """Return a function that counts the statements of a call."""

    def count(call):
        seen = []

        def note(_connection, _cursor, statement, *_rest):
            seen.append(statement)

        event.listen(home.cloud.database.engine, "before_cursor_execute", note)
        call()
        event.remove(home.cloud.database.engine, "before_cursor_execute", note)
        return len([each for each in seen if not each.startswith("BEGIN")])

    return count


def test_an_unknown_token_is_checked_with_seven_statements(home, count):
    token = home.token("demo")

    assert count(lambda: synnefo_identity.check_token(home.admin, token.text)) <= 7


def test_assignments_and_their_names_cost_the_same_for_many_as_for_few(home, count):
    def ask():
        found = synnefo_identity.list_assignments(home.admin, Question(is_effective=True))
        synnefo_identity.names_of(home.admin, found)

    few = count(ask)
    for number in range(10):
        home.grant(("user", home.user(f"user{number}").id), home.user_id("demo"))

    assert few == count(ask)


@pytest.mark.parametrize(
    "ask",
    [
        lambda home, email: accounts.ask_for_reset(home.admin, email, source="192.0.2.1"),
        lambda home, email: accounts.sign_up(home.admin, Wish(email, PASSWORD), source="192.0.2.1"),
        lambda home, email: accounts.resend(home.admin, email, source="192.0.2.1"),
    ],
)
def test_what_a_request_costs_does_not_tell_who_has_an_account(home, count, ask):
    home.cloud.config.set_override("sign_up", True, "accounts")
    home.user("ann", email="ann@example.org")
    ask(home, "first@example.org")

    known = count(lambda: ask(home, "ann@example.org"))

    assert known == count(lambda: ask(home, "bob@example.org"))
