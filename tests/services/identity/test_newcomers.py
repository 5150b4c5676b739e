# SPDX-License-Identifier: Apache-2.0
"""People whom an organisation vouches for register without a password."""

import pytest

import synnefo_identity
from synnefo_core.context import for_claims
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.errors import Conflict, Forbidden, InvalidField, NotFound, Unauthenticated
from synnefo_core.testing.fakes import MemoryAuth
from synnefo_identity import Way, accounts, federation, links
from synnefo_identity.accounts import Newcomer, State
from tests.services.identity.conftest import CHEAP

ORIGIN = "https://dashboard.example.org/"
ANN = "ann@example.org"
SAML = Way("saml2", "uni")


@pytest.fixture
def cloud_settings(mailbox):
    return {
        **CHEAP,
        **mailbox.settings,
        ("accounts", "sign_up"): True,
        ("auth", "methods"): ["local", "uni"],
        ("identity", "websso_origins"): [ORIGIN],
    }


@pytest.fixture(autouse=True)
def uni(cloud, tmp_path):
    made = MemoryAuth(DriverSetup("uni", {}, tmp_path))
    made.authenticator = made.passwords = None
    return cloud.shared("driver.auth.uni", lambda: made).browser


def allow(home, *lines):
    home.cloud.config.set_override("login_policies", list(lines), group="identity")


def brought(home, uni, subject="ann@uni", *, takes_newcomers=True, **attributes):
    """Return what a browser brings whose user the organisation knows."""
    wish = federation.Wish(ORIGIN, takes_newcomers=takes_newcomers)
    departure = federation.begin(home.admin, SAML, wish, page="http://cloud.example.org/")
    state = departure.url.rpartition("state%3D")[2]
    seen = uni.visit(uni.admit(subject, attributes=attributes))
    back = federation.Return(seen, state, departure.cookie)
    return federation.finish(home.admin, SAML, back)


def come(home, uni, subject="ann@uni"):
    return federation.with_visit(home.admin, uni.visit(uni.admit(subject)), SAML).user_id


@pytest.fixture
def register(home, uni, worker):
    """Return a function that registers who comes from the organisation."""

    def register(email=ANN, *, subject="ann@uni", told=None, **said):
        voucher = brought(home, uni, subject, **(told or {})).value
        newcomer = Newcomer(voucher, email, **said)
        made = accounts.sign_up_newcomer(home.admin, "uni", newcomer, source="192.0.2.1")
        worker.drain()
        return made

    return register


def test_who_has_no_account_brings_a_voucher_where_one_is_taken(home, uni):
    assert "voucher" == brought(home, uni).name

    with pytest.raises(Unauthenticated):
        brought(home, uni, takes_newcomers=False)


def test_the_link_in_the_letter_makes_a_user_who_comes_by_the_organisation(
    home, uni, register, mailbox
):
    assert register(told={"given_name": "Ann", "room": "42"}, family_name="Onymous") is None
    with pytest.raises(Unauthenticated):
        come(home, uni)

    made = accounts.verify(home.admin, mailbox.secret(ANN))
    accounts.accept(home.admin, made.user.id)

    assert {"given_name": "Ann", "family_name": "Onymous"} == made.user.extra
    local, at_uni = links.index(home.admin, made.user.id)
    assert () == local.links
    assert {"room": "42"} == at_uni.links[0].told
    assert made.user.id == come(home, uni)
    with pytest.raises(Unauthenticated):
        home.prove(ANN, "")


def test_a_method_that_is_believed_needs_no_letter_and_no_moderator(home, uni, register, mailbox):
    allow(home, "uni:autoverify=yes", "uni:automoderate=yes", "uni:creation_groups=guests")

    made = register("", told={"email": "Ann@Example.org"})

    assert (State.ACTIVE, "auth_provider_uni", ANN) == (
        made.state,
        made.acceptance_policy,
        made.user.email,
    )
    assert "token" == brought(home, uni).name
    groups = synnefo_identity.list_groups_of_user(home.admin, made.user.id)
    assert ["guests"] == [each.name for each in groups]
    assert "registration" not in mailbox.only(ANN)["Subject"]


def test_a_method_is_believed_of_the_address_that_it_tells_only(home, register):
    allow(home, "uni:autoverify=yes")

    assert register("other@example.org", told={"email": ANN}) is None
    assert State.PENDING == register(subject="second@uni", told={"email": ANN}).state


def test_an_identity_becomes_one_account_whoever_is_first(home, uni, register, mailbox):
    register()
    register("second@example.org")
    accounts.verify(home.admin, mailbox.secret(ANN))

    with pytest.raises(Conflict, match="identity"):
        accounts.verify(home.admin, mailbox.secret("second@example.org"))
    with pytest.raises(Unauthenticated):
        brought(home, uni)


def test_an_address_that_somebody_has_gets_no_second_account(home, uni, register):
    allow(home, "uni:autoverify=yes")
    home.user(ANN, email=ANN)

    with pytest.raises(Conflict, match="account for"):
        register(told={"email": ANN})
    assert "voucher" == brought(home, uni).name


def test_where_people_can_not_register_a_voucher_is_of_no_use(home, uni, register):
    allow(home, "uni:create=no")
    with pytest.raises(Forbidden):
        register()
    allow(home)
    home.cloud.config.set_override("sign_up", False, group="accounts")
    with pytest.raises(Forbidden):
        register()

    home.cloud.config.set_override("auto_create", ["uni"], group="identity")
    allow(home, "uni:create=no")
    assert "voucher" == brought(home, uni, name="ann").name


def test_what_is_no_voucher_registers_nobody(home, uni):
    home.user("jane")
    voucher = brought(home, uni).value
    context = home.caller("demo")
    way, asking = links.request_voucher(context, "uni")
    departure = federation.begin(
        context, way, federation.Wish(ORIGIN, asking), page="http://cloud.example.org/"
    )
    state = departure.url.rpartition("state%3D")[2]
    seen = uni.visit(uni.admit("demo@uni"))
    for_linking = federation.finish(
        context, way, federation.Return(seen, state, departure.cookie)
    ).value

    for wrong in ("", "gAAAA", voucher[:-9], for_linking, asking):
        with pytest.raises(InvalidField):
            accounts.sign_up_newcomer(home.admin, "uni", Newcomer(wrong, ANN))
    with pytest.raises(InvalidField):
        links.add_with_voucher(context, "uni", voucher)
    with pytest.raises(NotFound):
        accounts.sign_up_newcomer(home.admin, "nothing", Newcomer(voucher, ANN))
    with pytest.raises(InvalidField):
        accounts.sign_up_newcomer(home.admin, "uni", Newcomer(voucher))
    assert [] == accounts.list_registrations(home.admin)


def test_what_the_organisation_governs_a_user_does_not_change(home, uni, register):
    allow(home, "uni:autoverify=yes", "uni:automoderate=yes")
    made = register(told={"email": ANN, "given_name": "Ann"}, family_name="Onymous")
    forced = frozenset({"email", "given_name"})
    told = {"email": ANN, "given_name": "Anna"}
    seen = uni.visit(uni.admit("ann@uni", attributes=told, forced=forced))
    proof = federation.with_visit(home.admin, seen, SAML)
    token = synnefo_identity.issue_token(home.admin, proof, synnefo_identity.UNSCOPED)
    ann = for_claims(home.cloud, home.claims(token.text), "req-test")

    changed = accounts.update_names(ann, {"given_name": "Anna", "family_name": "Nym"})

    assert {"given_name": "Anna", "family_name": "Nym"} == changed.user.extra
    assert made.user.id == changed.user.id
    with pytest.raises(Forbidden, match="given_name comes from the login method uni"):
        accounts.update_names(ann, {"given_name": "Ann"})
    with pytest.raises(Forbidden, match="email comes from"):
        accounts.ask_to_move(ann, "other@example.org")
