# SPDX-License-Identifier: Apache-2.0
"""What is made of the attributes of a service provider."""

import base64
from urllib.parse import quote

import pytest

from synnefo_core.contracts.auth import NotResponsible, Rejected
from synnefo_core.contracts.driver import Misconfigured
from tests.plugins.auth_shibboleth.conftest import IRINI, ISSUER, SECRET, beside, by_headers, told


def test_attributes_are_told_by_the_names_of_the_cloud(vouch):
    assertion = vouch(beside(), forced=["email"])

    assert {
        "name": "irini@lab.test",
        "email": "irini@lab.test",
        "full_name": "Ειρήνη Παπά",
    } == assertion.attributes
    assert {"email"} == assertion.forced
    assert (ISSUER, "shib") == (assertion.issuer, assertion.method)


def test_entitlements_are_groups(vouch):
    assertion = vouch(beside(), groups=["entitlement", "affiliation"])

    entitlements = tuple(IRINI["entitlement"].split(";"))
    assert (*entitlements, "staff@lab.test", "member@lab.test") == assertion.groups


def test_a_semicolon_that_is_meant_separates_nothing(vouch):
    assertion = vouch(beside(displayName="Doe\\; Jane", entitlement="a\\;b;;c; "))

    assert "Doe; Jane" == assertion.attributes["full_name"]
    assert ("a;b", "c") == assertion.groups


def test_one_identifier_of_two_issuers_is_two_people(vouch):
    here, there = vouch(beside()), vouch(beside(Shib_Identity_Provider="https://idp.other.test"))

    assert here.subject != there.subject


def test_an_issuer_can_not_speak_for_another_by_its_name(vouch):
    real = vouch(beside(Shib_Identity_Provider="idp", persistent_id="sp!x"))
    fake = vouch(beside(Shib_Identity_Provider="idp!sp", persistent_id="x"))

    assert real.subject != fake.subject


def test_a_long_identifier_fits_and_stays_one_persons(vouch):
    subjects = {vouch(beside(persistent_id="x" * 400 + end)).subject for end in "ab"}

    assert 2 == len(subjects)
    assert all(len(subject) <= 255 for subject in subjects)


def test_people_of_other_issuers_are_left_to_other_methods(vouch):
    assert vouch(beside(), issuers=["https://else.test", ISSUER]).issuer

    with pytest.raises(NotResponsible):
        vouch(beside(), issuers=["https://else.test"])


def test_nobody_is_let_in_without_what_is_required(vouch):
    assert vouch(beside(), required=["email"])

    with pytest.raises(Rejected):
        vouch(beside(mail=""), required=["email"])


@pytest.mark.parametrize(
    "encoding, encode",
    [("url", quote), ("base64", lambda text: base64.b64encode(text.encode()).decode())],
)
def test_encoded_attributes_are_read(vouch, encoding, encode):
    plain = {"Shib-Session-ID", "Shib-Identity-Provider"}
    headers = {name: text if name in plain else encode(text) for name, text in IRINI.items()}
    visit = by_headers({**headers, "X-Login-Secret": SECRET})

    assertion = vouch(visit, source="headers", secret=SECRET, encoding=encoding)

    assert "Ειρήνη Παπά" == assertion.attributes["full_name"]
    assert vouch(beside()).subject == assertion.subject


@pytest.mark.parametrize("encoding, text", [("plain", "\xff"), ("base64", "!"), ("url", "%ff")])
def test_what_can_not_be_read_is_refused(vouch, encoding, text):
    visit = by_headers({**told(), "persistent-id": text, "X-Login-Secret": SECRET})

    with pytest.raises(Rejected):
        vouch(visit, source="headers", secret=SECRET, encoding=encoding)


@pytest.mark.parametrize(
    "raw",
    [
        [("Eppn", "irini@lab.test"), ("eppn", "root@lab.test")],
        [("Persistent-Id", "x"), ("Persistent_Id", "y")],
        [("persistent_id", "y")],
        [("X_Login_Secret", SECRET)],
    ],
    ids=lambda raw: "+".join(name for name, _ in raw),
)
def test_a_header_in_two_spellings_is_refused(vouch, raw):
    visit = by_headers({**told(), "X-Login-Secret": SECRET})
    visit.environment["headers_raw"] = raw

    with pytest.raises(Rejected):
        vouch(visit, source="headers", secret=SECRET)


def test_headers_that_nobody_looks_at_may_come_twice(vouch):
    visit = by_headers({**told(), "X-Login-Secret": SECRET})
    visit.environment["headers_raw"] = [("X_Other", "1"), ("Cookie", "a"), ("Cookie", "b")]

    assert vouch(visit, source="headers", secret=SECRET)


def test_with_both_a_secret_and_proxies_both_must_be_right(vouch):
    settings = {"source": "headers", "secret": SECRET, "trusted_proxies": ["192.0.2.8"]}
    headers = {**told(), "X-Login-Secret": SECRET}

    assert vouch(by_headers(headers, peer="192.0.2.8"), **settings)
    for visit in (by_headers(headers), by_headers(told(), peer="192.0.2.8")):
        with pytest.raises(Rejected):
            vouch(visit, **settings)


@pytest.mark.parametrize(
    "settings",
    [
        {"source": "headers"},
        {"source": "headers", "secret": "too short"},
        {"source": "headers", "trusted_proxies": ["proxy.lab.test"]},
        {"identifier": ""},
        {"identifier": None},
        {"session": ""},
        {"forced": ["shoe_size"]},
        {"required": ["shoe_size"]},
        {"issuers": [ISSUER], "issuer": ""},
    ],
    ids=str,
)
def test_settings_that_can_not_work_are_refused(make, settings):
    with pytest.raises(Misconfigured, match=r"\[auth_shib\]"):
        make(**settings)


def test_browsers_are_sent_to_the_service_provider(make):
    target = "https://cloud.lab.test/back?state=1"
    quoted = quote(target, safe="")

    def departure(**settings):
        return make(**settings).browser.departure(target)

    assert f"/Shibboleth.sso/Login?target={quoted}" == departure()
    assert departure(issuers=[ISSUER]).endswith(f"&entityID={quote(ISSUER, safe='')}")
    assert departure(login_url="/go?a=b").startswith("/go?a=b&target=")
    assert departure(login_url="") is None
