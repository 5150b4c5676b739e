# SPDX-License-Identifier: Apache-2.0
"""Logins: who is vouched for by which method."""

from functools import partial

import pytest

import synnefo_identity
from synnefo_core.contracts.auth import AuthBusy, AuthUnavailable, NotResponsible, Rejected
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.errors import TooManyRequests, Unauthenticated, Unavailable
from synnefo_core.testing.auth import alike
from synnefo_core.testing.fakes import MemoryAuth
from synnefo_core.testing.fixtures import StillClock
from synnefo_identity import Credentials, Reference
from synnefo_identity.models import LinkRow

PASSWORD = "a password of tests"


def test_a_name_and_its_password_prove_who_it_is(home):
    jane = home.user("jane")

    proof = home.prove("jane")

    assert (jane.id, ("password",)) == (proof.user_id, proof.methods)


@pytest.mark.parametrize("domain", [{"domain_id": "default"}, {"domain_name": "Default"}])
def test_a_domain_can_be_named_or_given_by_its_id(home, domain):
    assert home.prove("demo", **domain).user_id


def test_a_user_can_be_given_by_id(home):
    credentials = Credentials(Reference(id=home.user_id("demo")), PASSWORD)

    assert home.user_id("demo") == synnefo_identity.with_password(home.admin, credentials).user_id


def refused(home, name, password=PASSWORD, **domain):
    with pytest.raises(Unauthenticated) as caught:
        home.prove(name, password, **domain)
    return str(caught.value)


def test_every_refusal_reads_the_same(home):
    home.user("gone", is_enabled=False)
    outside = synnefo_identity.create_domain(home.admin, {"name": "outside"})
    values = {"name": "eve"}
    synnefo_identity.create_user(home.admin, outside.id, values, password=PASSWORD)
    synnefo_identity.create_user(home.admin, "default", {"name": "mute"})
    synnefo_identity.update_domain(home.admin, outside.id, {"is_enabled": False})

    said = {
        refused(home, "demo", "wrong"),
        refused(home, "nobody"),
        refused(home, "gone"),
        refused(home, "mute"),
        refused(home, "demo", domain_id="nowhere"),
        refused(home, "demo", domain_name="outside"),
        refused(home, "eve", domain_id=outside.id),
    }

    assert 1 == len(said)


def test_a_user_of_one_name_in_another_domain_is_somebody_else(home):
    other = synnefo_identity.create_domain(home.admin, {"name": "other"})
    values = {"name": "demo"}
    stranger = synnefo_identity.create_user(home.admin, other.id, values, password="another")

    assert stranger.id == home.prove("demo", "another", domain_id=other.id).user_id
    refused(home, "demo", "another")
    refused(home, "demo", PASSWORD, domain_id=other.id)


class TestTime:
    @pytest.fixture
    def cloud_settings(self, cloud_settings):
        costs = {("auth_local", "memory_kib"): 8192, ("auth", "refusal_floor_s"): 0.0}
        return {**cloud_settings, **costs}

    def test_an_unknown_name_takes_as_long_as_a_wrong_password(self, home):
        # Not the users who come with the database: they may have been hashed at other costs.
        home.user("jane")
        home.user("gone", is_enabled=False)

        logins = [partial(refused, home, name, "wrong") for name in ("jane", "nobody", "gone")]

        assert alike(*logins, ratio=1.3)


class TestFloor:
    """How long a refusal takes when the methods take different times."""

    @pytest.fixture
    def cloud_settings(self, cloud_settings):
        settings = {("auth", "methods"): ["people"], ("auth", "refusal_floor_s"): 0.5}
        return {**cloud_settings, **settings}

    @pytest.fixture
    def clock(self):
        return StillClock()

    @pytest.fixture
    def took(self, home, clock, monkeypatch):
        """Return a function: how long a refusal takes when the directory takes so long."""
        people = home.cloud.driver("auth", "people")

        def refuse(seconds, refusal):
            def authenticate(_login):
                clock.advance(seconds)
                raise refusal

            monkeypatch.setattr(people, "authenticate", authenticate)
            begun = clock.moment
            refused(home, "jane", "wrong")
            return pytest.approx(clock.moment - begun, abs=1e-6)

        return refuse

    @pytest.fixture
    def cloud(self, cloud, tmp_path):
        people = MemoryAuth(DriverSetup("people", {}, tmp_path))
        cloud.shared("driver.auth.people", lambda: people)
        return cloud

    def test_a_quick_and_a_slow_refusal_take_the_same(self, took):
        assert 0.5 == took(0.001, NotResponsible("no such user"))
        assert 0.5 == took(0.4, Rejected("the name or the password is wrong"))

    def test_one_that_is_slower_than_the_floor_takes_twice_as_long(self, took):
        assert 1.0 == took(0.6, Rejected("the name or the password is wrong"))

    def test_an_application_credential_is_refused_no_sooner(self, home, clock):
        secret = synnefo_identity.Secret("nobody's", None, Reference(), "wrong")
        begun = clock.moment

        with pytest.raises(Unauthenticated):
            synnefo_identity.with_application_credential(home.admin, secret)

        assert 0.5 == pytest.approx(clock.moment - begun, abs=1e-6)

    def test_the_right_password_is_not_held_up(self, home, clock):
        jane = home.user("jane")
        people = home.cloud.driver("auth", "people")
        people.passwords.store(jane.id, people.passwords.prepare(PASSWORD))
        begun = clock.moment

        home.prove("jane")

        assert begun == clock.moment


class TestChain:
    """Local passwords first, then a directory of people."""

    @pytest.fixture
    def cloud_settings(self, cloud_settings):
        return {**cloud_settings, ("auth", "methods"): ["local", "people"]}

    @pytest.fixture
    def people(self, cloud, tmp_path):
        people = MemoryAuth(DriverSetup("people", {}, tmp_path))
        return cloud.shared("driver.auth.people", lambda: people)

    def link(self, home, subject, user_id, method="people"):
        with home.admin.unit_of_work() as session:
            session.add(LinkRow(method=method, subject=subject, user_id=user_id))

    def test_whom_the_first_does_not_know_the_second_vouches_for(self, people, home):
        jane = synnefo_identity.create_user(home.admin, "default", {"name": "jane"})
        people.add("j.doe", "hers", subject="uid=jane")
        self.link(home, "uid=jane", jane.id)

        assert jane.id == home.prove("j.doe", "hers").user_id

    def test_nobody_is_linked_by_name(self, people, home):
        people.add("admin2", "theirs", subject="uid=evil", attributes={"email": "admin@x"})
        synnefo_identity.create_user(home.admin, "default", {"name": "admin2", "email": "admin@x"})

        refused(home, "admin2", "theirs")

    def test_a_link_counts_for_its_own_method_only(self, people, home):
        jane = synnefo_identity.create_user(home.admin, "default", {"name": "jane"})
        people.add("j.doe", "hers", subject="uid=jane")
        self.link(home, "uid=jane", jane.id, method="others")

        refused(home, "j.doe", "hers")

    def test_a_wrong_password_for_the_first_is_not_tried_with_the_second(self, people, home):
        people.add("demo", "theirs", subject="uid=demo")
        self.link(home, "uid=demo", home.user_id("admin"))

        refused(home, "demo", "theirs")

    def test_a_directory_that_does_not_answer_is_said_to_be_down(self, people, home):
        people.failure = AuthUnavailable("no route to ldap.example")

        with pytest.raises(Unavailable) as caught:
            home.prove("j.doe", "hers")

        assert "ldap.example" not in str(caught.value)

    def test_users_of_other_methods_do_not_need_that_directory(self, people, home):
        people.failure = AuthUnavailable("no route to ldap.example")

        assert home.prove("demo").user_id

    def test_too_many_at_once_is_said_as_such(self, people, home):
        people.failure = AuthBusy("too many logins are waiting")

        with pytest.raises(TooManyRequests):
            home.prove("j.doe", "hers")

    def test_new_passwords_go_to_the_first_that_keeps_any(self, people, home):
        jane = home.user("jane")

        assert people.passwords.state(jane.id) is None
        assert jane.id == home.prove("jane").user_id


def test_secrets_are_neither_shown_nor_logged(home, caplog):
    caplog.set_level("DEBUG")
    credentials = Credentials(Reference(name="demo", domain_id="default"), PASSWORD)

    token = home.token("demo")
    home.claims(token.text)
    refused(home, "demo", "wr0ng-secret")
    synnefo_identity.revoke_token(home.admin, token.text)

    logged = caplog.text + repr([record.__dict__ for record in caplog.records])
    shown = f"{token!r} {credentials!r} {home.cloud.directory!r}"
    for secret in (PASSWORD, token.text, "wr0ng-secret"):
        assert secret not in logged
        assert secret not in shown
