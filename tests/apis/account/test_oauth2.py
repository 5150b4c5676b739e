# SPDX-License-Identifier: Apache-2.0
"""OAuth 2.0 as pages, programs and the services that serve them see it."""

from __future__ import annotations

import base64
import logging
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest

import synnefo_identity
from synnefo_core.context import for_worker
from synnefo_core.testing import http

oauth2 = synnefo_identity.oauth2

ACCOUNT = "/account/v1.0/oauth2"
TOKENS = "/identity/v2.0/tokens"
BACK = "https://view.example/back"
SCOPE = "/view/demo/box"
ID = "view: one"


class Cloud:
    """A cloud with a program that may ask users for access."""

    def __init__(self, fixture):
        self.application = fixture.application
        fixture.cloud.config.set_override("refusal_floor_s", 0.0, group="auth")
        client = oauth2.Client(ID.replace(":", "%"), "The viewer", False, True, (BACK,))
        self.client_id = client.id
        self.secret = oauth2.add_client(for_worker(fixture.cloud), client)
        self.token, _ = http.login(self.application, "demo", "demo")
        self.user_id = self.shown(self.token)["token"]["user"]["id"]

    def call(self, method, path, **more):
        return http.call(self.application, method, path, **more)

    def shown(self, token):
        path, headers = "/identity/v3/auth/tokens", {"X-Subject-Token": token}
        return self.call("GET", path, token=self.token, headers=headers).json_body

    def wish(self, **changed):
        wish = {
            "response_type": "code",
            "client_id": self.client_id,
            "redirect_uri": BACK,
            "scope": SCOPE,
            "state": "a state",
        }
        return wish | changed

    def answer(self, *, is_allowed=True, **changed):
        body = {**self.wish(**changed), "is_allowed": is_allowed}
        answer = self.call("POST", f"{ACCOUNT}/auth", token=self.token, body=body)
        url = answer.json_body["redirect_to"]
        assert url.startswith(f"{BACK}?")
        return {name: value[0] for name, value in parse_qs(urlsplit(url).query).items()}

    def exchange(self, code, *, basic=None, **form):
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": BACK,
        } | form
        headers = {"Content-Type": "application/x-www-form-urlencoded"}
        if basic:
            headers["Authorization"] = f"Basic {base64.b64encode(basic.encode()).decode()}"
        body = urlencode(form).encode()
        return self.call("POST", f"{ACCOUNT}/token", body=body, headers=headers)

    def access(self):
        credentials = {"client_id": self.client_id, "client_secret": self.secret}
        return self.exchange(self.answer()["code"], **credentials).json_body["access_token"]


@pytest.fixture(scope="module")
def cloud():
    fixture = http.CloudFixture()
    fixture.start_fixture()
    yield Cloud(fixture)
    fixture.stop_fixture()


def test_a_page_learns_what_to_ask_the_user(cloud):
    path = f"{ACCOUNT}/auth?{urlencode(cloud.wish())}"

    assert {
        "client": {"id": cloud.client_id, "name": "The viewer"},
        "redirect_uri": BACK,
        "scope": SCOPE,
        "must_ask": True,
    } == cloud.call("GET", path, token=cloud.token).json_body
    assert 401 == cloud.call("GET", path).status_int


def test_a_code_becomes_an_access_token_that_is_good_once(cloud):
    given = cloud.exchange(
        cloud.answer()["code"], client_id=cloud.client_id, client_secret=cloud.secret
    )
    token = given.json_body["access_token"]
    path = f"{TOKENS}/{token}?belongsTo={SCOPE}/file"
    spent = cloud.call("GET", path)

    assert "no-store" == given.headers["Cache-Control"]
    assert {"access_token": token, "token_type": "Bearer", "expires_in": 20, "scope": SCOPE} == (
        given.json_body
    )
    assert token == spent.json_body["access"]["token"]["id"]
    assert cloud.user_id == spent.json_body["access"]["user"]["id"]
    assert 404 == cloud.call("GET", path).status_int


def test_a_client_may_show_its_secret_in_a_header(cloud):
    code, quoted = cloud.answer()["code"], cloud.client_id.replace("%", "%25").replace(" ", "+")

    assert 200 == cloud.exchange(code, basic=f"{quoted}:{cloud.secret}").status_int


@pytest.mark.parametrize(
    "shown",
    [
        {},
        {"client_id": "unknown"},
        {"client_id": "unknown", "client_secret": "x"},
        {"basic": "unknown:x"},
        {"basic": "\u00e4"},
    ],
)
def test_a_client_that_nobody_knows_is_asked_who_it_is(cloud, shown):
    refused = cloud.exchange(cloud.answer()["code"], **shown)

    assert (401, "invalid_client") == (refused.status_int, refused.json_body["error"])
    assert refused.headers["WWW-Authenticate"].startswith("Basic ")


@pytest.mark.parametrize(
    "form, error",
    [
        ({"grant_type": "password"}, "unsupported_grant_type"),
        ({"code": "wrong"}, "invalid_grant"),
        ({"redirect_uri": "https://elsewhere.example/"}, "invalid_grant"),
        ({"code_verifier": "x"}, "invalid_grant"),
        ({"basic": "a:b"}, "invalid_request"),
    ],
)
def test_a_client_is_told_what_is_wrong(cloud, form, error):
    who = {"client_id": cloud.client_id, "client_secret": cloud.secret}

    refused = cloud.exchange(**({"code": cloud.answer()["code"]} | who | form))

    assert (400, error) == (refused.status_int, refused.json_body["error"])


@pytest.mark.parametrize("body", [b"code=a&code=b", b"\xff", b"a=%ff"])
def test_a_form_that_is_none_is_refused(cloud, body):
    assert 400 == cloud.call("POST", f"{ACCOUNT}/token", body=body).status_int


def test_a_user_says_no(cloud):
    assert {"error": "access_denied", "state": "a state"} == cloud.answer(is_allowed=False)


@pytest.mark.parametrize("field", ["client_id", "redirect_uri"])
def test_no_browser_is_sent_where_no_client_is(cloud, field):
    wish = cloud.wish(**{field: "https://evil.example/"})
    asked = cloud.call("GET", f"{ACCOUNT}/auth?{urlencode(wish)}", token=cloud.token)
    told = cloud.call(
        "POST", f"{ACCOUNT}/auth", token=cloud.token, body={**wish, "is_allowed": True}
    )

    assert [400, 400] == [asked.status_int, told.status_int]
    assert "redirect_to" not in told.text


def test_an_access_token_is_no_token_of_the_cloud(cloud):
    access = cloud.access()

    assert 401 == cloud.call("GET", "/compute/v2.1/servers", token=access).status_int
    assert 401 == cloud.call("GET", f"{TOKENS}/{access}").status_int


def test_the_address_of_a_token_is_in_no_log(cloud, caplog):
    caplog.set_level(logging.DEBUG)
    access, token = cloud.access(), cloud.token

    for method, path in [
        ("GET", f"{TOKENS}/{access}?belongsTo=/"),
        ("GET", f"{TOKENS}/{token}"),
        ("PUT", f"{TOKENS}/{token}"),
        ("GET", f"{TOKENS}/{token}/endpoints"),
        ("DELETE", f"{TOKENS}/{token}/endpoints"),
    ]:
        cloud.call(method, path, token=token)

    paths = [vars(record).get("path") for record in caplog.records if vars(record).get("path")]
    assert f"{TOKENS}/{{token}}" in paths
    written = "".join(str(vars(record)) for record in caplog.records)
    assert access not in written
    assert token not in written
