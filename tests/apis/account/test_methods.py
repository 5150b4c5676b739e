# SPDX-License-Identifier: Apache-2.0
"""A user links an organisation's identity to the account that there is, over HTTP."""

from __future__ import annotations

import re
from urllib.parse import parse_qs, quote, urlsplit

import pytest

from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.testing import http
from synnefo_core.testing.fakes import MemoryAuth

METHODS = "/account/v1.0/methods"
ORIGIN = "https://dashboard.example.org/"
WEBSSO = "/identity/v3/auth/OS-FEDERATION/websso/saml2"
LOG_IN = "/identity/v3/OS-FEDERATION/identity_providers/uni/protocols/saml2/auth"


class Organisation(MemoryAuth):
    """People who come by browsers only."""

    def __init__(self, setup):
        super().__init__(setup)
        self.authenticator = self.passwords = None


class Person:
    """Somebody logged in, and the browser in front of them."""

    def __init__(self, cloud, name):
        self.cloud = cloud
        self.token, _ = http.login(cloud.application, name, name)
        self.browser = cloud.cloud.driver("auth", "uni").browser

    def call(self, method, path, body=None, **headers):
        return http.call(
            self.cloud.application, method, path, body=body, token=self.token, headers=headers
        )

    def voucher(self, subject):
        """Show to be somebody at the organisation."""
        url = self.call("POST", f"{METHODS}/uni/trip", {"origin": ORIGIN}).json_body["url"]
        left = self.get(url)
        target = parse_qs(urlsplit(left.headers["Location"]).query)["target"][0]
        cookie = left.headers["Set-Cookie"].partition(";")[0]
        ticket = self.browser.admit(subject, attributes={"room": "42"})
        page = self.get(target, **{"Cookie": cookie, "X-Memory-Ticket": ticket}).text
        assert f'action="{ORIGIN}"' in page
        assert 'name="token"' not in page
        return re.search(r'name="voucher" value="([^"]*)"', page)[1]

    def get(self, url, **headers):
        path = urlsplit(url)._replace(scheme="", netloc="").geturl()
        return http.call(self.cloud.application, "GET", path, headers=headers)

    def linked(self):
        """Return the links by method."""
        shown = self.call("GET", METHODS).json_body["methods"]
        return {each["name"]: each["links"] for each in shown if each["links"]}


@pytest.fixture(scope="module")
def cloud(tmp_path_factory):
    fixture = http.CloudFixture()
    fixture.start_fixture()
    config = fixture.cloud.config
    uni = Organisation(DriverSetup("uni", {}, tmp_path_factory.mktemp("uni")))
    fixture.cloud.shared("driver.auth.uni", lambda: uni)
    config.set_override("methods", ["local", "uni"], group="auth")
    config.set_override("refusal_floor_s", 0.0, group="auth")
    config.set_override("websso_origins", [ORIGIN], group="identity")
    yield fixture
    fixture.stop_fixture()


def test_a_user_links_an_identity_and_comes_by_it(cloud):
    demo = Person(cloud, "demo")

    added = demo.call("POST", f"{METHODS}/uni", {"voucher": demo.voucher("demo@uni")})

    assert 204 == added.status_int
    link = demo.linked()["uni"][0]
    assert ("demo@uni", {"room": "42"}) == (link["subject"], link["attributes"])
    assert link["linked_at"]
    ticket = demo.browser.admit("demo@uni")
    token = demo.get(LOG_IN, **{"X-Memory-Ticket": ticket}).json_body["token"]
    assert "demo" == token["user"]["name"]
    assert demo.linked()["uni"][0]["last_login_at"]

    assert 204 == demo.call("DELETE", f"{METHODS}/uni?subject=demo%40uni").status_int
    assert 401 == demo.call("GET", METHODS).status_int
    assert {"local"} == set(Person(cloud, "demo").linked())
    assert 401 == demo.get(LOG_IN, **{"X-Memory-Ticket": ticket}).status_int


def test_a_voucher_of_somebody_else_links_nothing(cloud):
    demo, other = Person(cloud, "demo"), Person(cloud, "other")

    answer = demo.call("POST", f"{METHODS}/uni", {"voucher": other.voucher("eve@uni")})

    assert 400 == answer.status_int
    assert {"local"} == set(demo.linked())


def test_an_administrator_sees_and_removes_anybodys(cloud):
    other, admin = Person(cloud, "other"), Person(cloud, "admin")
    other.call("POST", f"{METHODS}/uni", {"voucher": other.voucher("other@uni")})
    users = admin.call("GET", "/identity/v3/users?name=other").json_body["users"]
    path = f"/account/v1.0/users/{users[0]['id']}/methods"

    seen = admin.call("GET", path).json_body["methods"]

    assert ["local", "uni"] == [each["name"] for each in seen if each["links"]]
    assert 403 == other.call("GET", path).status_int
    assert 204 == admin.call("DELETE", f"{path}/uni").status_int
    assert 409 == admin.call("DELETE", f"{path}/local").status_int


def test_who_has_no_account_registers_with_what_the_browser_brought(cloud):
    demo = Person(cloud, "demo")
    uni = cloud.cloud.driver("auth", "uni").browser
    cloud.cloud.config.set_override("sign_up", True, group="accounts")
    policies = ["uni:autoverify=yes", "uni:automoderate=yes"]
    cloud.cloud.config.set_override("login_policies", policies, group="identity")
    ticket = uni.admit("new@uni", attributes={"email": "new@example.org"})

    left = demo.get(f"{WEBSSO}?origin={quote(ORIGIN, safe='')}&newcomers=voucher")
    target = parse_qs(urlsplit(left.headers["Location"]).query)["target"][0]
    cookie = left.headers["Set-Cookie"].partition(";")[0]
    page = demo.get(target, **{"Cookie": cookie, "X-Memory-Ticket": ticket}).text
    body = {"voucher": re.search(r'name="voucher" value="([^"]*)"', page)[1]}
    made = http.call(cloud.application, "POST", f"{METHODS}/uni/registrations", body=body)

    assert (202, {"status": "active"}) == (made.status_int, made.json_body)
    token = demo.get(LOG_IN, **{"X-Memory-Ticket": ticket}).json_body["token"]
    assert "new@example.org" == token["user"]["name"]
    again = http.call(cloud.application, "POST", f"{METHODS}/uni/registrations", body=body)
    assert 409 == again.status_int
