# SPDX-License-Identifier: Apache-2.0
"""Several login methods on one account."""

from dataclasses import replace

import pytest

import synnefo_identity
from synnefo_core.context import for_claims
from synnefo_core.contracts.auth import AuthUnavailable, Visit
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.errors import (
    Conflict,
    Forbidden,
    InvalidField,
    NotFound,
    Unauthenticated,
    Unavailable,
)
from synnefo_core.testing.fakes import MemoryAuth
from synnefo_core.testing.fixtures import StillClock
from synnefo_identity import UNSCOPED, Way, federation, links
from synnefo_identity.federation import vouchers
from synnefo_identity.links import Credentials
from tests.services.identity.conftest import PASSWORD

ORIGIN = "https://dashboard.example.org/"
SECRET = "a secret of the directory"


class Directory(MemoryAuth):
    """People with passwords elsewhere; nobody's own ones are kept there."""

    def __init__(self, setup):
        super().__init__(setup)
        self.passwords = self.browser = None

    def authenticate(self, login, *, timeout_s=10.0):
        return super().authenticate(replace(login, user_id=None), timeout_s=timeout_s)


class Organisation(MemoryAuth):
    """People who come by browsers only."""

    def __init__(self, setup):
        super().__init__(setup)
        self.authenticator = self.passwords = None


@pytest.fixture
def cloud_settings(cloud_settings):
    return {
        **cloud_settings,
        ("auth", "methods"): ["local", "ldap", "uni"],
        ("identity", "websso_origins"): [ORIGIN],
    }


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture(autouse=True)
def ldap(cloud, tmp_path):
    ldap = cloud.shared("driver.auth.ldap", lambda: Directory(DriverSetup("ldap", {}, tmp_path)))
    ldap.add("jdoe", SECRET, subject="uuid-1", attributes={"name": "jdoe", "room": "42"})
    ldap.add("other", SECRET, subject="uuid-2", attributes={"name": "other"})
    return ldap


@pytest.fixture(autouse=True)
def uni(cloud, tmp_path):
    made = Organisation(DriverSetup("uni", {}, tmp_path))
    return cloud.shared("driver.auth.uni", lambda: made).browser


def person(home, name):
    """Return the context of somebody's request."""
    home.user(name)
    token = synnefo_identity.issue_token(home.admin, home.prove(name), UNSCOPED)
    return for_claims(home.cloud, home.claims(token.text), "req-test")


@pytest.fixture
def jane(home):
    return person(home, "jane")


@pytest.fixture
def john(home):
    return person(home, "john")


def allow(home, *lines):
    home.cloud.config.set_override("login_policies", list(lines), group="identity")


def add_ldap(caller, name="jdoe", password=SECRET, **more):
    links.add_with_password(caller, "ldap", Credentials(name, password), **more)


def add_uni(caller, uni, subject="jane@uni", **more):
    links.add_with_voucher(caller, "uni", voucher(caller, uni, subject), **more)


def begun(caller, way, asking):
    wish = federation.Wish(ORIGIN, asking)
    return federation.begin(caller, way, wish, page="http://cloud.example.org/")


def voucher(caller, uni, subject="jane@uni", **told):
    """Take the caller's browser to the organisation and back."""
    way, asking = links.request_voucher(caller, "uni")
    departure = begun(caller, way, asking)
    state = departure.url.rpartition("state%3D")[2]
    seen = uni.visit(uni.admit(subject, **told))
    brought = federation.finish(caller, way, federation.Return(seen, state, departure.cookie))
    assert "voucher" == brought.name
    return brought.value


def names(caller, user_id=None):
    """Return the methods that are linked."""
    found = links.index(caller, user_id or caller.user_id)
    return {each.name for each in found if each.links}


def come(home, uni, subject="jane@uni"):
    seen = uni.visit(uni.admit(subject, attributes={"name": "x"}))
    return federation.with_visit(home.admin, seen, Way("saml2", "uni")).user_id


def test_any_linked_method_leads_to_the_same_account(home, jane, uni):
    add_ldap(jane)
    add_uni(jane, uni)

    assert jane.user_id == home.prove("jane").user_id
    assert jane.user_id == home.prove("jdoe", SECRET).user_id
    assert jane.user_id == come(home, uni)
    assert {"local", "ldap", "uni"} == names(jane)


def test_a_link_tells_what_the_method_told_and_when_it_was_used(home, jane, clock):
    add_ldap(jane)
    linked_at = clock.now()
    clock.advance(10)
    home.prove("jdoe", SECRET)
    clock.advance(100)
    home.prove("jane")

    local, ldap, _ = links.index(jane, jane.user_id)

    assert (linked_at, linked_at + 10) == (ldap.links[0].linked_at, ldap.links[0].last_login_at)
    assert linked_at + 110 == local.links[0].last_login_at
    assert ({"room": "42"}, "uuid-1") == (ldap.links[0].told, ldap.links[0].subject)


def test_the_kinds_of_methods_are_told_apart(jane):
    found = {each.name: (each.kind, each.protocol) for each in links.index(jane, jane.user_id)}

    assert {"local": ("own", ""), "ldap": ("password", ""), "uni": ("browser", "saml2")} == found


def test_an_identity_is_one_accounts_only(jane, john, uni):
    add_ldap(jane)
    add_uni(jane, uni)

    for call in (lambda: add_ldap(john), lambda: add_uni(john, uni)):
        with pytest.raises(Conflict, match="another account"):
            call()
    add_ldap(jane)
    assert {"local"} == names(john)


def test_a_wrong_password_links_nothing_and_is_counted(home, jane):
    home.cloud.config.set_override("lockout_failures", 3, group="identity")
    for name, password in (("jdoe", "wrong"), ("nobody", SECRET), ("jdoe", ""), ("jdoe", "wrong")):
        with pytest.raises(InvalidField):
            add_ldap(jane, name, password)

    with pytest.raises(InvalidField):
        add_ldap(jane, "jdoe", "wrong")
    with pytest.raises(InvalidField):
        add_ldap(jane)
    assert {"local"} == names(jane)


def test_an_account_has_as_many_identities_of_a_method_as_it_may(home, jane):
    add_ldap(jane)
    with pytest.raises(Conflict, match="no more"):
        add_ldap(jane, "other")

    allow(home, "ldap:limit=2")
    add_ldap(jane, "other")

    assert jane.user_id == home.prove("other", SECRET).user_id
    with pytest.raises(Conflict, match="2 links"):
        links.remove(jane, jane.user_id, "ldap")
    links.remove(jane, jane.user_id, "ldap", subject="uuid-1")
    with pytest.raises(Unauthenticated):
        home.prove("jdoe", SECRET)


def test_an_identity_is_switched_for_another(home, jane):
    with pytest.raises(Conflict):
        add_ldap(jane, is_switch=True)
    add_ldap(jane)

    add_ldap(jane, "other", is_switch=True)

    assert jane.user_id == home.prove("other", SECRET).user_id
    with pytest.raises(Unauthenticated):
        home.prove("jdoe", SECRET)


def test_the_last_method_stays(home, jane, uni):
    for call in (lambda: None, lambda: add_uni(jane, uni)):
        call()
        linked = names(jane)
        for name in sorted(linked)[:-1]:
            links.remove(jane, jane.user_id, name)
        with pytest.raises(Conflict, match="last"):
            links.remove(jane, jane.user_id, max(linked))
        with pytest.raises(Conflict, match="last"):
            links.remove(home.admin, jane.user_id, max(linked))


def test_what_nobody_can_log_in_by_is_no_other_method(home, jane, uni):
    add_ldap(jane)
    add_uni(jane, uni)
    allow(home, "uni:login=no")
    home.cloud.config.set_override("methods", ["local", "uni"], group="auth")

    with pytest.raises(Conflict, match="last"):
        links.remove(jane, jane.user_id, "local")
    links.remove(jane, jane.user_id, "ldap")


def test_without_its_method_a_password_is_good_for_nothing(home, jane, uni):
    add_uni(jane, uni)

    links.remove(jane, jane.user_id, "local")

    with pytest.raises(Unauthenticated):
        home.prove("jane")
    assert jane.user_id == come(home, uni)
    links.add_own_password(jane, "local", "another password")
    assert jane.user_id == home.prove("jane", "another password").user_id
    with pytest.raises(Conflict):
        links.add_own_password(jane, "local", "a third password")


def test_policies_say_what_may_be_done(home, jane, john, uni):
    allow(home, "*:remove=no", "*:add=no", "ldap:add=yes", "ldap:switch=no")

    with pytest.raises(Forbidden):
        links.request_voucher(jane, "uni")
    with pytest.raises(Forbidden):
        links.add_own_password(jane, "local", "x")
    add_ldap(jane)
    with pytest.raises(Forbidden):
        add_ldap(jane, "other", is_switch=True)
    with pytest.raises(Forbidden):
        links.remove(jane, jane.user_id, "ldap")
    links.remove(home.admin, jane.user_id, "ldap")

    allow(home, "local:login=no")
    with pytest.raises(Unauthenticated):
        home.prove("john")


def test_required_methods_are_missing_until_they_are_linked(home, jane):
    allow(home, "ldap:required=yes")
    before = [each.name for each in links.index(jane, jane.user_id) if each.is_missing]

    add_ldap(jane)

    assert ["ldap"] == before
    assert not [each for each in links.index(jane, jane.user_id) if each.is_missing]


def test_methods_bring_accounts_into_groups(home, jane, uni):
    allow(home, "ldap:add_groups=staff, people", "uni:creation_groups=guests")
    home.cloud.config.set_override("auto_create", ["uni"], group="identity")

    add_ldap(jane)
    guest = come(home, uni, "guest@uni")

    def groups_of(user_id):
        return {each.name for each in synnefo_identity.list_groups_of_user(home.admin, user_id)}

    assert {"staff", "people"} == groups_of(jane.user_id)
    assert {"guests"} == groups_of(guest)


@pytest.mark.parametrize(
    "line",
    ["", "ldap", "ldap:add", "add=no", ":add=no", "ldap:fly=yes", "ldap:add=maybe", "ldap:limit=x"],
)
def test_a_policy_that_can_not_be_read_is_pointed_out(home, jane, line):
    allow(home, line)

    with pytest.raises(Misconfigured, match="login_policies"):
        links.index(jane, jane.user_id)


def test_a_voucher_is_good_for_who_asked_for_it_only(home, jane, john, uni):
    janes = voucher(jane, uni)

    with pytest.raises(InvalidField):
        links.add_with_voucher(john, "uni", janes)
    for wrong in ("", "gAAAA", janes[:-8], f"{janes}x", "é", home.token("demo").text):
        with pytest.raises(InvalidField):
            links.add_with_voucher(jane, "uni", wrong)
    with pytest.raises(InvalidField):
        links.add_with_voucher(jane, "ldap", janes)
    assert {"local"} == names(john) == names(jane)


def test_a_voucher_ends(jane, uni, clock):
    janes = voucher(jane, uni)
    clock.advance(vouchers.LASTS_S)

    with pytest.raises(InvalidField):
        links.add_with_voucher(jane, "uni", janes)


def test_a_trip_for_nobody_is_not_begun(jane, uni):
    way, asking = links.request_voucher(jane, "uni")

    for wrong in (asking[:-4], "gAAAA", voucher(jane, uni)):
        with pytest.raises(InvalidField):
            begun(jane, way, wrong)
    with pytest.raises(InvalidField):
        links.add_with_voucher(jane, "uni", asking)


def test_who_was_not_logged_in_there_gets_no_voucher(jane, uni):
    way, asking = links.request_voucher(jane, "uni")
    departure = begun(jane, way, asking)
    state = departure.url.rpartition("state%3D")[2]

    with pytest.raises(Unauthenticated):
        federation.finish(jane, way, federation.Return(Visit({}), state, departure.cookie))


def test_others_see_and_change_nothing(home, jane, john):
    with pytest.raises(Forbidden):
        links.index(john, jane.user_id)
    with pytest.raises(Forbidden):
        links.remove(john, jane.user_id, "local")
    with pytest.raises(NotFound):
        links.index(home.admin, "nobody")
    assert {"local"} == names(home.admin, jane.user_id)


def test_an_application_credential_changes_nothing(jane):
    narrow = replace(jane, claims=replace(jane.claims, application_credential_id="x"))

    for call in (
        lambda: add_ldap(narrow),
        lambda: links.add_own_password(narrow, "local", "x"),
        lambda: links.request_voucher(narrow, "uni"),
        lambda: links.remove(narrow, jane.user_id, "local"),
    ):
        with pytest.raises(Forbidden):
            call()


@pytest.mark.parametrize("name", ["nothing", "local", "uni"])
def test_a_password_is_shown_to_a_method_that_checks_some(jane, name):
    with pytest.raises(NotFound):
        links.add_with_password(jane, name, Credentials("jane", PASSWORD))


def test_a_method_that_is_silent_is_told(jane, ldap):
    ldap.failure = AuthUnavailable("away")

    with pytest.raises(Unavailable):
        add_ldap(jane)


def test_what_is_not_there_can_not_be_removed(jane):
    with pytest.raises(NotFound):
        links.remove(jane, jane.user_id, "ldap")
