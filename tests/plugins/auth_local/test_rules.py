# SPDX-License-Identifier: Apache-2.0
"""The rules that a site may have for passwords."""

import pytest
from sqlalchemy import select, update

from synnefo_auth_local import LocalAuth
from synnefo_auth_local.models import FormerPasswordRow, PasswordRow
from synnefo_core.contracts.auth import Expired, PasswordLogin, Rejected
from synnefo_core.contracts.driver import DriverSetup, Misconfigured

DAY_S = 86400


@pytest.fixture
def make(cloud, tmp_path, cheap):
    def make(name="local", **settings):
        setup = DriverSetup(name, {**cheap, **settings}, tmp_path, cloud.database, cloud.offload)
        return LocalAuth(setup).passwords

    return make


@pytest.fixture
def age(cloud):
    """Make jane's password older."""

    def age(days):
        with cloud.database.unit_of_work() as session:
            session.execute(update(PasswordRow).values(set_at=PasswordRow.set_at - days * DAY_S))

    return age


def give(passwords, *secrets, subject="jane"):
    for secret in secrets:
        passwords.store(subject, passwords.prepare(secret))


def former(cloud):
    with cloud.database.reading() as session:
        return len(session.scalars(select(FormerPasswordRow.id)).all())


def test_without_rules_anything_goes_and_nothing_is_remembered(cloud, make):
    passwords = make()
    give(passwords, "first", "second", "third")

    passwords.check("third", subject="jane")

    assert 0 == former(cloud)
    assert passwords.state("jane").expires_at is None


@pytest.mark.parametrize("again, is_refused", [("third", True), ("second", True), ("first", False)])
def test_the_last_passwords_can_not_be_chosen_again(make, again, is_refused):
    passwords = make(history=2)
    give(passwords, "first", "second", "third")

    if not is_refused:
        passwords.check(again, subject="jane")
        return
    with pytest.raises(Rejected, match="identical to a previous password"):
        passwords.check(again, subject="jane")


def test_an_administrator_may_set_a_former_password(make):
    passwords = make(history=2)
    give(passwords, "first", "second")

    passwords.check("first")


def test_no_more_is_remembered_than_counts(cloud, make):
    give(make(history=5), "1", "2", "3", "4", "5", "6", "7")
    assert 4 == former(cloud)

    give(make(history=2), "8")

    assert 1 == former(cloud)


def test_histories_are_a_subjects_and_a_methods_own(make):
    passwords, other = make(history=3), make("other", history=3)
    give(passwords, "first", "second")
    give(passwords, "hers", subject="eve")
    give(other, "theirs")

    passwords.check("first", subject="eve")
    other.check("first", subject="jane")


def test_a_removed_password_leaves_no_history(cloud, make):
    passwords = make(history=3)
    give(passwords, "first", "second")

    passwords.remove("jane")

    assert 0 == former(cloud)


def test_a_password_must_be_kept_for_a_while(make, age):
    passwords = make(minimum_age_days=2)
    give(passwords, "first")
    with pytest.raises(Rejected, match=r"for 2 day\(s\).* in 2 day\(s\)"):
        passwords.check("second", subject="jane")

    passwords.check("second")
    age(2.1)

    passwords.check("second", subject="jane")


def test_one_that_must_be_changed_may_be_changed_at_once(make):
    passwords = make(minimum_age_days=2)
    passwords.store("jane", passwords.prepare("first"), must_change=True)

    passwords.check("second", subject="jane")


def test_a_password_ends_after_its_time(make, age, cloud, cheap, tmp_path):
    settings = {**cheap, "expires_after_days": 30}
    method = LocalAuth(DriverSetup("local", settings, tmp_path, cloud.database, cloud.offload))
    give(method.passwords, "secret")
    login = PasswordLogin("jane", "default", "jane", "secret")
    assert "jane" == method.authenticator.authenticate(login).subject
    state = method.passwords.state("jane")
    assert state.set_at + 30 * DAY_S == state.expires_at

    age(31)

    with pytest.raises(Expired):
        method.authenticator.authenticate(login)
    assert method.passwords.verify("jane", "secret")


@pytest.mark.parametrize("subject", [None, "jane"])
def test_a_password_must_look_as_the_site_wants_it(make, subject):
    passwords = make(regex=r"(?=.*\d).{8,}$", regex_description="8 characters, one a digit")

    passwords.check("long enough 1", subject=subject)
    with pytest.raises(Rejected, match="requirements: 8 characters, one a digit"):
        passwords.check("too long without", subject=subject)


def test_an_expression_that_is_none_is_said_at_the_start(make):
    with pytest.raises(Misconfigured, match="regex"):
        make(regex="(")


def test_the_states_of_many_are_those_of_each(make):
    passwords = make(expires_after_days=1)
    give(passwords, "hers")
    give(passwords, "his", subject="joe")

    found = passwords.states(["jane", "joe", "nobody"])

    assert {"jane": passwords.state("jane"), "joe": passwords.state("joe")} == found
