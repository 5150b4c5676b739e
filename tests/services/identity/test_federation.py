# SPDX-License-Identifier: Apache-2.0
"""People whom other organisations log in."""

from urllib.parse import parse_qs, urlsplit

import pytest

import synnefo_identity
from synnefo_core.contracts.auth import AuthUnavailable, NotResponsible, Visit
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.errors import Forbidden, NotFound, Unauthenticated, Unavailable
from synnefo_core.testing.fakes import MemoryAuth
from synnefo_core.testing.fixtures import StillClock
from synnefo_identity import UNSCOPED, Way, federation

ORIGIN = "https://dashboard.example.org/"
PAGE = "http://cloud.example.org/websso"
SAML = Way("saml2")


@pytest.fixture
def cloud_settings(cloud_settings):
    return {
        **cloud_settings,
        ("auth", "methods"): ["uni", "local", "lab"],
        ("identity", "auto_create"): ["uni", "lab"],
        ("identity", "websso_origins"): [ORIGIN],
    }


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture(autouse=True)
def uni(cloud, tmp_path):
    made = MemoryAuth(DriverSetup("uni", {}, tmp_path))
    return cloud.shared("driver.auth.uni", lambda: made).browser


@pytest.fixture(autouse=True)
def lab(cloud, tmp_path):
    made = MemoryAuth(DriverSetup("lab", {}, tmp_path))
    return cloud.shared("driver.auth.lab", lambda: made).browser


def visit(browser, subject="jane", **told):
    return browser.visit(browser.admit(subject, attributes={"name": subject, **told}))


def come(home, seen, way=SAML):
    return federation.with_visit(home.admin, seen, way)


def depart(home, **wished):
    wish = federation.Wish(ORIGIN, **wished)
    departure = federation.begin(home.admin, SAML, wish, page=PAGE)
    target = parse_qs(urlsplit(departure.url).query)["target"][0]
    return departure, parse_qs(urlsplit(target).query)["state"][0]


def test_the_first_visit_makes_an_account_and_the_next_finds_it(home, uni):
    first = come(home, visit(uni, email="jane@example.org"))
    second = come(home, visit(uni), Way("saml2", "uni"))

    assert first == second
    assert Way("saml2", "uni") == first.way
    shown = synnefo_identity.show_user(home.admin, first.user_id)
    assert ("jane", "jane@example.org") == (shown.name, shown.email)


def test_two_organisations_know_two_people_by_one_subject(home, uni, lab):
    here = come(home, visit(uni, "x"), Way("saml2", "uni"))
    there = lab.visit(lab.admit("x", attributes={"name": "y"}))

    assert here.user_id != come(home, there, Way("saml2", "lab")).user_id


def test_who_is_not_the_firsts_is_the_nexts(home, uni, lab, monkeypatch):
    def vouch(_):
        raise NotResponsible("not ours")

    monkeypatch.setattr(uni, "vouch", vouch)

    assert "lab" == come(home, visit(lab)).way.provider
    with pytest.raises(Unauthenticated):
        come(home, visit(lab), Way("saml2", "uni"))


def test_an_organisation_that_is_silent_is_no_reason_to_refuse_anothers(
    home, uni, lab, monkeypatch
):
    def vouch(_):
        raise AuthUnavailable("away")

    monkeypatch.setattr(uni, "vouch", vouch)

    assert come(home, visit(lab))
    with pytest.raises(Unavailable):
        come(home, Visit({}))


def test_a_disabled_account_is_let_in_by_nobody(home, uni):
    proof = come(home, visit(uni))
    synnefo_identity.update_user(home.admin, proof.user_id, {"is_enabled": False})

    with pytest.raises(Unauthenticated):
        come(home, visit(uni))


def test_where_nobody_comes_there_is_no_way(home):
    for way in (Way("openid"), Way("saml2", "local"), Way("saml2", "nowhere")):
        with pytest.raises(NotFound):
            come(home, Visit({}), way)


def test_a_token_made_of_another_came_the_same_way(home, uni):
    proof = come(home, visit(uni))
    token = synnefo_identity.issue_token(home.admin, proof, UNSCOPED)

    renewed = synnefo_identity.with_token(home.admin, token.text)

    assert proof.way == renewed.way
    again = synnefo_identity.check_token(home.admin, token.text)
    assert proof.way == again.payload.way


def test_a_login_that_takes_too_long_is_begun_anew(home, uni, clock):
    departure, state = depart(home)
    back = federation.Return(visit(uni), state, departure.cookie)
    clock.advance(departure.lasts_s - 1)

    brought = federation.finish(home.admin, SAML, back)

    assert (ORIGIN, "token") == (brought.origin, brought.name)
    assert "jane" == home.claims(brought.value).user_name
    clock.advance(1)
    with pytest.raises(Unauthenticated):
        federation.finish(home.admin, SAML, back)


def test_a_browser_is_sent_to_the_public_address(home):
    departure, _ = depart(home)

    assert departure.url.startswith(f"{home.cloud.public_url}/memory/login?target=")


def test_an_origin_that_is_no_longer_allowed_gets_nothing(home, uni):
    departure, state = depart(home)
    home.cloud.config.set_override("websso_origins", [], group="identity")

    with pytest.raises(Forbidden):
        federation.finish(home.admin, SAML, federation.Return(visit(uni), state, departure.cookie))


def test_where_the_server_in_front_asks_by_itself_a_browser_comes_back_at_once(
    home, uni, monkeypatch
):
    monkeypatch.setattr(uni, "departure", lambda _: None)

    url = federation.begin(home.admin, SAML, federation.Wish(ORIGIN), page=PAGE).url

    assert url.startswith(f"{PAGE}?state=")


@pytest.mark.parametrize(
    "origin", ["javascript:alert(1)", "data:text/html,x", "//x", "https://", "*"]
)
def test_only_pages_can_be_origins(home, origin):
    home.cloud.config.set_override("websso_origins", [ORIGIN, origin], group="identity")

    with pytest.raises(Misconfigured):
        depart(home)


def test_neither_the_cookie_nor_a_visit_is_shown(home, uni):
    departure, state = depart(home)
    seen = visit(uni)
    back = federation.Return(seen, state, departure.cookie)

    assert departure.cookie not in f"{departure!r} {back!r}"
    assert seen.environment["HTTP_X_MEMORY_TICKET"] not in repr(back)
