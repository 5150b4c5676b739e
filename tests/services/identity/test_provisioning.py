# SPDX-License-Identifier: Apache-2.0
"""Accounts of people whom another method than the cloud's own passwords vouches for."""

from dataclasses import replace

import pytest

import synnefo_identity
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.errors import Unauthenticated
from synnefo_core.testing.fakes import MemoryAuth
from synnefo_identity import Filter, changes
from synnefo_identity.models import LinkRow

SECRET = "their password"


@pytest.fixture
def cloud_settings(cloud_settings):
    return {
        **cloud_settings,
        ("auth", "methods"): ["local", "people"],
        ("identity", "auto_create"): ["people"],
        ("identity", "mirror_groups"): [
            "people:cn=admins,dc=example=operators",
            "people:staff = staff",
            "others:staff=outsiders",
        ],
    }


class Directory(MemoryAuth):
    """A directory that governs what it is told to."""

    forced = frozenset()

    def authenticate(self, login, *, timeout_s=10.0):
        return replace(super().authenticate(login, timeout_s=timeout_s), forced=self.forced)


@pytest.fixture
def people(cloud, tmp_path):
    people = Directory(DriverSetup("people", {}, tmp_path))
    return cloud.shared("driver.auth.people", lambda: people)


def tell(people, name="jane", subject="subject-1", groups=(), **attributes):
    """Let the directory tell something of somebody."""
    told = {"name": name, **attributes}
    people.add(name, SECRET, subject=subject, attributes=told, groups=tuple(groups))


def log_in(home, name="jane", **domain):
    return synnefo_identity.show_user(home.admin, home.prove(name, SECRET, **domain).user_id)


def groups_of(home, user_id):
    return {group.name for group in synnefo_identity.list_groups_of_user(home.admin, user_id)}


def test_the_first_login_makes_an_account_and_the_next_finds_it(people, home):
    tell(people, email="jane@example.org", full_name="Jane Doe", shoe_size="41")

    first, second = log_in(home), log_in(home)

    assert first.id == second.id
    assert ("jane", "jane@example.org", "default") == (first.name, first.email, first.domain_id)
    assert {"full_name": "Jane Doe"} == first.extra


def test_a_new_account_can_be_used_in_its_own_project(people, home):
    tell(people)
    proof = home.prove("jane", SECRET)

    reference = synnefo_identity.Reference(id=proof.user_id)
    scope = synnefo_identity.project_scope(home.admin, reference)
    token = synnefo_identity.issue_token(home.admin, proof, scope)

    assert "member" in home.claims(token.text).roles


def test_an_account_is_found_by_its_subject_whatever_the_name_is_now(people, home):
    tell(people)
    before = log_in(home)
    tell(people, name="jane.doe")

    assert before.id == log_in(home, "jane.doe").id


def test_who_gets_the_name_of_somebody_else_gets_no_account(people, home):
    tell(people)
    log_in(home)
    tell(people, subject="subject-2")

    with pytest.raises(Unauthenticated):
        log_in(home)


def test_nobody_gets_an_account_by_its_name_or_address(people, home):
    eve = synnefo_identity.create_user(home.admin, "default", {"name": "eve", "email": "eve@x"})
    tell(people, name="eve")
    tell(people, name="adam", subject="subject-2", email="eve@x")

    with pytest.raises(Unauthenticated):
        log_in(home, "eve")
    assert eve.id != log_in(home, "adam").id


def test_a_disabled_account_is_not_made_anew(people, home):
    tell(people)
    jane = log_in(home)
    synnefo_identity.update_user(home.admin, jane.id, {"is_enabled": False})

    with pytest.raises(Unauthenticated):
        log_in(home)

    assert 1 == len(synnefo_identity.list_users(home.admin, Filter(names=[("", "jane")])))


def test_an_account_is_made_in_the_domain_that_was_named_or_not_at_all(people, home):
    other = synnefo_identity.create_domain(home.admin, {"name": "other"})
    tell(people)

    for domain in ({"domain_id": other.id}, {"domain_name": "other"}, {"domain_id": "nowhere"}):
        with pytest.raises(Unauthenticated):
            log_in(home, **domain)

    assert [] == list(synnefo_identity.list_users(home.admin, Filter(names=[("", "jane")])))
    assert "default" == log_in(home, domain_name="Default").domain_id
    with pytest.raises(Unauthenticated):
        log_in(home, domain_id=other.id)


def test_a_login_by_id_never_ends_in_another_account(people, home):
    victim = synnefo_identity.create_user(home.admin, "default", {"name": "victim"})
    tell(people, name="victim", subject="subject-2")
    with home.admin.unit_of_work() as session:
        other = synnefo_identity.create_user(home.admin, "default", {"name": "other"})
        session.add(LinkRow(method="people", subject="subject-2", user_id=other.id))
    credentials = synnefo_identity.Credentials(synnefo_identity.Reference(id=victim.id), SECRET)

    with pytest.raises(Unauthenticated):
        synnefo_identity.with_password(home.admin, credentials)


@pytest.mark.parametrize("name", ["", "x" * 256, "two\nlines", "nul\x00nul"])
def test_a_name_that_can_not_be_kept_makes_no_account(people, home, name):
    people.add("jane", SECRET, subject="subject-1", attributes={"name": name})

    with pytest.raises(Unauthenticated):
        log_in(home)


def test_the_directory_governs_only_what_it_is_to_govern(people, home):
    people.forced = frozenset({"email", "full_name"})
    tell(people, email="old@x", full_name="Old", given_name="Old")
    jane = log_in(home)
    synnefo_identity.update_user(home.admin, jane.id, {"email": "own@x", "given_name": "Own"})
    tell(people, email="new@x", full_name="New", given_name="New")

    jane = log_in(home)

    assert "new@x" == jane.email
    assert {"full_name": "New", "given_name": "Own"} == jane.extra


def test_a_governed_name_follows_unless_somebody_has_it(people, home):
    people.forced = frozenset({"name"})
    tell(people)
    log_in(home)
    tell(people, name="jane.doe")
    assert "jane.doe" == log_in(home, "jane.doe").name

    synnefo_identity.create_user(home.admin, "default", {"name": "doe"})
    tell(people, name="doe")

    assert "jane.doe" == log_in(home, "doe").name


class TestGroups:
    def test_groups_follow_the_directory_at_every_login(self, people, home):
        tell(people, groups=["staff", "cn=admins,dc=example", "unheard of"])
        jane = log_in(home)
        assert {"staff", "operators"} == groups_of(home, jane.id)

        tell(people, groups=["staff"])
        log_in(home)

        assert {"staff"} == groups_of(home, jane.id)

    def test_groups_that_do_not_follow_are_left_alone(self, people, home):
        tell(people, groups=["staff"])
        jane = log_in(home)
        own, outsiders = home.group("own"), home.group("outsiders")
        for group in (own, outsiders):
            synnefo_identity.add_user_to_group(home.admin, group.id, jane.id)

        tell(people)
        log_in(home)

        assert {"own", "outsiders"} == groups_of(home, jane.id)

    def test_roles_of_a_group_come_with_the_login(self, people, home):
        hall, staff = home.project("hall"), home.group("staff")
        home.grant(("group", staff.id), hall.id, "manager")
        tell(people, groups=["staff"])

        proof = home.prove("jane", SECRET)
        scope = synnefo_identity.Scope(synnefo_identity.ScopeKind.PROJECT, hall.id)
        token = synnefo_identity.issue_token(home.admin, proof, scope)
        assert "manager" in home.claims(token.text).roles

        tell(people)
        log_in(home)
        assert home.claims(token.text) is None

    def test_a_login_that_changes_nothing_writes_nothing(self, people, home):
        people.forced = frozenset({"name", "email"})
        tell(people, groups=["staff"], email="jane@x")
        log_in(home)
        token = synnefo_identity.issue_token(
            home.admin, home.prove("jane", SECRET), synnefo_identity.UNSCOPED
        )
        with home.cloud.database.reading() as session:
            before = changes.latest(session)

        log_in(home)

        with home.cloud.database.reading() as session:
            assert before == changes.latest(session)
        assert home.claims(token.text) is not None


class TestOff:
    @pytest.fixture
    def cloud_settings(self, cloud_settings):
        return {**cloud_settings, ("identity", "auto_create"): []}

    def test_people_get_no_account_unless_that_is_wanted(self, people, home):
        tell(people)

        with pytest.raises(Unauthenticated):
            log_in(home)


class TestMisspelt:
    @pytest.fixture
    def cloud_settings(self, cloud_settings):
        return {**cloud_settings, ("identity", "mirror_groups"): ["people staff staff"]}

    def test_a_setting_that_can_not_be_read_is_named(self, people, home):
        tell(people)

        with pytest.raises(Misconfigured, match="people staff staff"):
            log_in(home)
