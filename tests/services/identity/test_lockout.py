# SPDX-License-Identifier: Apache-2.0
"""Lockout after failures, and passwords that must be changed."""

import pytest
from sqlalchemy import select

import synnefo_identity
from synnefo_core.errors import Invalid, Unauthenticated
from synnefo_core.testing.fixtures import StillClock
from synnefo_identity import Credentials, CredentialWish, Reference, Secret
from synnefo_identity.models import FailureRow
from synnefo_identity.plugin import tidy

PASSWORD = "a password of tests"


@pytest.fixture
def clock():
    return StillClock()


def log_in(home, password=PASSWORD, *, name="demo", source="192.0.2.1"):
    reference = Reference(name=name, domain_id="default")
    return synnefo_identity.with_password(home.admin, Credentials(reference, password, source))


def fail(home, times=1, **how):
    for _ in range(times):
        with pytest.raises(Unauthenticated) as caught:
            log_in(home, "wrong", **how)
    return str(caught.value)


def failures(home):
    with home.admin.reading() as session:
        return session.scalars(select(FailureRow.failures)).all()


def test_by_default_nobody_is_locked_out_and_nothing_is_counted(home):
    fail(home, 20)

    assert log_in(home)
    assert [] == failures(home)


class TestLockout:
    @pytest.fixture
    def cloud_settings(self, cloud_settings):
        locked = {("identity", "lockout_failures"): 2, ("identity", "lockout_s"): 5}
        return {**cloud_settings, **locked}

    def test_after_too_many_failures_the_right_password_is_refused_for_a_while(self, home, clock):
        said = fail(home, 2)

        with pytest.raises(Unauthenticated, match=said):
            log_in(home)
        clock.advance(6)
        assert log_in(home)

    def test_who_guesses_locks_out_nobody_who_comes_from_elsewhere(self, home):
        fail(home, 5, source="198.51.100.7")

        assert log_in(home, source="192.0.2.1")

    def test_others_from_there_can_log_in(self, home):
        fail(home, 5)

        assert log_in(home, name="admin")

    def test_a_login_in_time_makes_good_for_failures(self, home):
        for _ in range(3):
            fail(home)
            log_in(home)

        assert [] == failures(home)

    def test_failures_of_long_ago_do_not_count(self, home, clock):
        fail(home)
        clock.advance(6)
        fail(home)

        assert log_in(home)

    def test_a_guess_while_locked_out_does_not_prolong_it(self, home, clock):
        fail(home, 2)
        clock.advance(4)
        fail(home)
        clock.advance(2)

        assert log_in(home)

    def test_names_that_nobody_has_are_counted_and_refused_alike(self, home):
        assert fail(home, 3) == fail(home, 3, name="nobody")
        assert [2, 2] == failures(home)

    def test_a_password_can_not_be_guessed_by_changing_it(self, home):
        user_id = home.user_id("demo")

        for original in ("wrong", "wronger", PASSWORD):
            with pytest.raises(Unauthenticated):
                synnefo_identity.change_password(
                    home.admin, user_id, original=original, new="new", source="192.0.2.1"
                )
        assert log_in(home, source="192.0.2.2")

    def test_nor_the_secret_of_an_application_credential(self, home):
        caller = home.caller("demo")
        made, secret = synnefo_identity.create_application_credential(
            caller, caller.user_id, CredentialWish("backup")
        )

        for guess in ("wrong", "wronger", secret):
            shown = Secret(made.id, None, Reference(), guess, source="192.0.2.1")
            with pytest.raises(Unauthenticated):
                synnefo_identity.with_application_credential(home.admin, shown)

    def test_old_counts_are_tidied_away(self, home, clock):
        fail(home)
        clock.advance(6)

        tidy(home.admin)

        assert [] == failures(home)


class TestChangeFirst:
    @pytest.fixture
    def cloud_settings(self, cloud_settings):
        return {**cloud_settings, ("identity", "change_passwords_first"): True}

    def test_a_given_password_is_good_for_changing_it_only(self, home):
        jane = home.user("jane")
        assert jane.password_expires_at is not None
        with pytest.raises(Unauthenticated, match=f"needs to be changed for user: {jane.id}"):
            log_in(home, name="jane")
        assert "needs to be changed" not in fail(home, name="jane")

        synnefo_identity.change_password(home.admin, jane.id, original=PASSWORD, new="her own")

        assert jane.id == log_in(home, "her own", name="jane").user_id
        assert synnefo_identity.show_user(home.admin, jane.id).password_expires_at is None

    def test_so_is_one_that_was_reset(self, home):
        user_id = home.user_id("demo")

        synnefo_identity.update_user(home.admin, user_id, {}, password="reset")

        with pytest.raises(Unauthenticated, match="expired"):
            log_in(home, "reset")

    def test_the_first_people_may_go_on(self, home):
        assert log_in(home, name="admin")


class TestRules:
    @pytest.fixture
    def cloud_settings(self, cloud_settings):
        rules = {
            ("auth_local", "history"): 2,
            ("auth_local", "regex"): ".{6,}",
            ("auth_local", "expires_after_days"): 30,
        }
        return {**cloud_settings, **rules}

    def test_a_change_has_to_follow_the_rules(self, home):
        user_id = home.user_id("demo")

        for new in ("short", PASSWORD):
            with pytest.raises(Invalid, match="does not match the requirements"):
                synnefo_identity.change_password(home.admin, user_id, original=PASSWORD, new=new)
        with pytest.raises(Invalid):
            synnefo_identity.update_user(home.admin, user_id, {}, password="short")
        assert log_in(home)

    def test_secrets_of_application_credentials_need_not(self, home):
        caller = home.caller("demo")
        wish = CredentialWish("backup", secret="tiny")

        assert synnefo_identity.create_application_credential(caller, caller.user_id, wish)

    def test_users_and_tokens_say_when_the_password_ends(self, home):
        token = home.token("demo")
        listed = {user.name: user for user in synnefo_identity.list_users(home.admin)}

        ends = token.standing.user.password_expires_at
        assert ends is not None
        assert ends == listed["demo"].password_expires_at
