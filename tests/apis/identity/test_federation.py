# SPDX-License-Identifier: Apache-2.0
"""Logins at other organisations, as browsers, dashboards and programs see them."""

from __future__ import annotations

import re
from html import unescape
from http.cookies import SimpleCookie
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.testing import http
from synnefo_core.testing.fakes import MemoryAuth

V3 = "/identity/v3"
ORIGIN = "https://dashboard.example.org/auth/websso/?next=a&b"
WEBSSO = f"{V3}/auth/OS-FEDERATION/websso/saml2"
OF_UNI = "identity_providers/uni/protocols/saml2"
BY_PROVIDER = f"{V3}/auth/OS-FEDERATION/{OF_UNI}/websso"
LOG_IN = f"{V3}/OS-FEDERATION/{OF_UNI}/auth"


class Cloud:
    """A cloud to which the people of two organisations come."""

    def __init__(self, fixture, folder):
        self.application = fixture.application
        config = fixture.cloud.config
        for name in ("uni", "lab"):
            organisation = MemoryAuth(DriverSetup(name, {}, folder))
            setattr(
                self, name, fixture.cloud.shared(f"driver.auth.{name}", lambda o=organisation: o)
            )
        self.lab.browser.protocol = "openid"
        config.set_override("methods", ["local", "uni", "lab"], group="auth")
        config.set_override("refusal_floor_s", 0.0, group="auth")
        config.set_override("auto_create", ["uni"], group="identity")
        config.set_override("mirror_groups", ["uni:urn:x:admin=helpers"], group="identity")
        config.set_override("websso_origins", [ORIGIN, "http://localhost:9990/"], group="identity")

    def call(self, method, path, **more):
        return http.call(self.application, method, path, **more)

    def ticket(self, subject="jane", **told):
        """Log somebody in at the first organisation."""
        attributes = {"name": subject, **told.pop("attributes", {})}
        return self.uni.browser.admit(subject, attributes=attributes, **told)

    def get(self, path, ticket="", cookie="", **more):
        headers = {"X-Memory-Ticket": ticket, "Cookie": cookie}
        return self.call("GET", path, headers={n: v for n, v in headers.items() if v}, **more)


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    fixture = http.CloudFixture()
    fixture.start_fixture()
    yield Cloud(fixture, tmp_path_factory.mktemp("organisations"))
    fixture.stop_fixture()


class Browser:
    """What a browser remembers of a login that it began."""

    def __init__(self, cloud, path=WEBSSO, origin=ORIGIN):
        self.cloud = cloud
        self.left = cloud.get(f"{path}?origin={quote(origin, safe='')}")
        assert 302 == self.left.status_int, self.left.text
        self.morsel = next(iter(SimpleCookie(self.left.headers["Set-Cookie"]).values()))
        self.cookie = f"{self.morsel.key}={self.morsel.value}"
        self.target = parse_qs(urlsplit(self.left.headers["Location"]).query)["target"][0]
        self.way_back = self.target.removeprefix("http://127.0.0.1:8080")

    def comes_back(self, ticket, *, path=None, cookie=None):
        cookie = self.cookie if cookie is None else cookie
        return self.cloud.get(path or self.way_back, ticket, cookie)


def handed_over(page):
    """Return where a page sends what."""
    assert 200 == page.status_int, page.text
    action = re.search(r'<form action="([^"]*)" method="post">', page.text)[1]
    token = re.search(r'name="token" value="([^"]*)"', page.text)[1]
    return unescape(action), unescape(token)


@pytest.mark.parametrize("path", [WEBSSO, BY_PROVIDER])
def test_a_browser_logs_in_and_takes_a_token_to_the_dashboard(cloud, path):
    browser = Browser(cloud, path)

    action, token = handed_over(browser.comes_back(cloud.ticket()))

    assert ORIGIN == action
    said = cloud.call("GET", f"{V3}/auth/tokens", token=token, headers={"X-Subject-Token": token})
    shown = said.json_body["token"]
    assert "jane" == shown["user"]["name"]
    assert ["saml2"] == shown["methods"]
    assert "project" not in shown
    assert {"id": "uni"} == shown["user"]["OS-FEDERATION"]["identity_provider"]
    assert {"id": "saml2"} == shown["user"]["OS-FEDERATION"]["protocol"]


def test_the_token_is_good_for_one_with_a_scope(cloud):
    token = cloud.call("POST", LOG_IN, headers={"X-Memory-Ticket": cloud.ticket()})
    text, body = token.headers["X-Subject-Token"], token.json_body["token"]
    projects = cloud.call("GET", f"{V3}/OS-FEDERATION/projects", token=text).json_body["projects"]
    identity = {"methods": ["token"], "token": {"id": text}}
    scope = {"project": {"id": projects[0]["id"]}}

    auth = {"auth": {"identity": identity, "scope": scope}}
    scoped = cloud.call("POST", f"{V3}/auth/tokens", body=auth).json_body["token"]

    assert 201 == token.status_int
    assert body["user"]["id"] == scoped["user"]["id"] == scoped["project"]["id"]
    assert ["token", "saml2"] == scoped["methods"]
    assert {"id": "uni"} == scoped["user"]["OS-FEDERATION"]["identity_provider"]
    assert body["expires_at"] == scoped["expires_at"]


def test_groups_there_are_groups_here(cloud):
    ticket = cloud.ticket("chief", groups=("urn:x:admin", "urn:x:other"))

    shown = cloud.get(LOG_IN, ticket).json_body["token"]

    assert 1 == len(shown["user"]["OS-FEDERATION"]["groups"])
    again = cloud.get(LOG_IN, cloud.ticket("chief")).json_body["token"]
    assert [] == again["user"]["OS-FEDERATION"]["groups"]


ELSEWHERE = [
    "",
    "https://evil.example.org/auth/websso/",
    ORIGIN.rstrip("b"),
    f"{ORIGIN}/",
    f"{ORIGIN}@evil.example.org/",
    ORIGIN.replace("https", "http"),
    ORIGIN.replace("dashboard", "DASHBOARD"),
    ORIGIN.replace("dashboard.example.org", "dashboard.example.org:443"),
    ORIGIN.replace("dashboard.example.org", "dashboard.example.org.evil.example"),
    ORIGIN.replace("dashboard.example.org", "dashboard.example.org@evil.example"),
    ORIGIN.replace("https://", "//"),
    f" {ORIGIN}",
    f"{ORIGIN}\n",
    f"https://evil.example.org/?{ORIGIN}",
    "javascript:alert(1)//",
    '"><script>alert(1)</script>',
]


@pytest.mark.parametrize("origin", ELSEWHERE, ids=range(len(ELSEWHERE)))  # gabbi's have colons
@pytest.mark.parametrize("path", [WEBSSO, BY_PROVIDER])
def test_a_token_is_brought_to_no_other_place(cloud, path, origin):
    answer = cloud.get(f"{path}?origin={quote(origin, safe='')}", cloud.ticket())

    assert 403 == answer.status_int
    assert "Location" not in answer.headers
    assert "Set-Cookie" not in answer.headers
    assert not origin.strip() or origin not in answer.text


@pytest.mark.parametrize(
    "query",
    ["", "origin=a&state=b", "state=a&state=b", f"origin={quote(ORIGIN)}&origin=//evil"],
    ids=range(4),
)
def test_what_is_said_twice_or_not_at_all_is_refused(cloud, query):
    answer = cloud.get(f"{WEBSSO}?{query}", cloud.ticket())

    assert 400 == answer.status_int


def test_a_login_begun_elsewhere_ends_nowhere(cloud):
    begun, other = Browser(cloud), Browser(cloud)
    ticket = cloud.ticket()

    answers = [
        # The link to an attacker's login, opened in a browser that began none, or another one.
        begun.comes_back(ticket, cookie=""),
        begun.comes_back(ticket, cookie=other.cookie),
        begun.comes_back(ticket, cookie=begun.cookie[:-9]),
        begun.comes_back(ticket, cookie="synnefo-login=gAAAAA"),
        begun.comes_back(ticket, cookie="synnefo-login=é"),
        begun.comes_back(ticket, cookie="synnefo-login=" + "A" * 5000),
        begun.comes_back(ticket, path=f"{WEBSSO}?state="),
        begun.comes_back(ticket, path=f"{WEBSSO}?state=%C3%A9"),
        begun.comes_back(ticket, path=begun.way_back.replace(WEBSSO, BY_PROVIDER)),
    ]

    assert {401} == {answer.status_int for answer in answers}
    assert not [answer for answer in answers if "token" in answer.json_body]
    assert handed_over(begun.comes_back(ticket))


def test_a_token_is_no_beginning_of_a_login_and_the_other_way_round(cloud):
    browser = Browser(cloud)
    text = cloud.get(LOG_IN, cloud.ticket()).headers["X-Subject-Token"]

    assert 401 == browser.comes_back(cloud.ticket(), cookie=f"synnefo-login={text}").status_int
    assert 401 == cloud.call("GET", f"{V3}/auth/projects", token=browser.morsel.value).status_int


def test_the_cookie_is_for_this_alone_and_goes_when_it_is_done(cloud):
    browser = Browser(cloud)

    page = browser.comes_back(cloud.ticket())

    given, taken = browser.left.headers["Set-Cookie"], page.headers["Set-Cookie"]
    for cookie in (given, taken):
        assert f"Path={V3}/auth/OS-FEDERATION;" in cookie
        assert "HttpOnly; SameSite=Lax" in cookie
    assert "Max-Age=600" in given
    assert taken.startswith("synnefo-login=; ")
    assert "Max-Age=0" in taken


def test_the_page_is_kept_by_nobody_and_does_nothing_else(cloud):
    page = Browser(cloud).comes_back(cloud.ticket())

    assert "no-store" == page.headers["Cache-Control"]
    assert "origin" == page.headers["Referrer-Policy"]
    assert "DENY" == page.headers["X-Frame-Options"]
    assert page.headers["Content-Security-Policy"].startswith("default-src 'none'; script-src 'sha")
    assert "&amp;b" in page.text


@pytest.mark.parametrize(
    "path, status",
    [
        (LOG_IN.replace("uni", "nowhere"), 404),
        (LOG_IN.replace("saml2", "openid"), 404),
        (LOG_IN.replace("uni", "local"), 404),
        (LOG_IN, 401),
        (f"{V3}/auth/OS-FEDERATION/websso/nothing?origin=x", 404),
    ],
)
def test_who_takes_a_way_that_is_not_there_is_told(cloud, path, status):
    assert status == cloud.get(path).status_int


def test_who_has_no_account_and_gets_none_is_refused(cloud):
    ticket = cloud.lab.browser.admit("jane", attributes={"name": "jane-of-lab"})

    answer = cloud.get(LOG_IN.replace("uni", "lab").replace("saml2", "openid"), ticket)

    assert 401 == answer.status_int


def test_administrators_see_where_people_come_from(cloud):
    admin, _ = http.login(cloud.application, "admin", "admin")

    def get(path):
        return cloud.call("GET", f"{V3}/OS-FEDERATION/{path}", token=admin)

    listed = get("identity_providers").json_body["identity_providers"]
    protocols = get("identity_providers/uni/protocols").json_body["protocols"]
    mapping = get("mappings/uni").json_body["mapping"]

    assert ["uni", "lab"] == [each["id"] for each in listed]
    assert ["https://idp.example.org/idp"] == listed[0]["remote_ids"]
    assert ("default", None) == (listed[0]["domain_id"], listed[1]["domain_id"])
    assert listed[0] == get("identity_providers/uni").json_body["identity_provider"]
    assert [("saml2", "uni")] == [(each["id"], each["mapping_id"]) for each in protocols]
    assert protocols[0] == get(f"{OF_UNI}").json_body["protocol"]
    assert ["urn:x:admin"] == mapping["rules"][1]["remote"][0]["any_one_of"]
    assert "helpers" == mapping["rules"][1]["local"][0]["group"]["name"]
    assert 2 == len(get("mappings").json_body["mappings"])
    assert [] == get("service_providers").json_body["service_providers"]
    for path in ("identity_providers/x", "mappings/x", f"{OF_UNI}x"):
        assert 404 == get(path).status_int
