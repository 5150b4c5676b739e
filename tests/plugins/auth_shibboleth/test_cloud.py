# SPDX-License-Identifier: Apache-2.0
"""A whole cloud behind a real Apache with Shibboleth, and people of a real identity provider."""

from __future__ import annotations

import base64
import contextlib
import http.client
from concurrent.futures import ThreadPoolExecutor
from urllib.parse import quote

import pytest
import requests
from keystoneauth1.identity import v3
from keystoneauth1.identity.v3.websso import WebSSO
from keystoneauth1.session import Session

from tests.plugins.auth_shibboleth.browser import Browser, Form
from tests.system.deployment import Deployment
from tests.system.labs.waiting import free_port

pytestmark = pytest.mark.system

ORIGIN = "https://dashboard.lab.test/auth/websso/"
WEBSSO = f"/auth/OS-FEDERATION/websso/saml2?origin={quote(ORIGIN, safe='')}"
LOG_IN = "/OS-FEDERATION/identity_providers/shibboleth/protocols/saml2/auth"
SETTINGS = {
    "auth": {"methods": "local,shibboleth"},
    "auth_shibboleth": {
        "driver": "shibboleth",
        "source": "headers",
        "prefix": "Sso",
        "identifier": "Eppn",
        "session": "Session",
        "issuer": "Issuer",
        "encoding": "base64",
        "attributes": "name:Eppn,email:Mail,full_name:DisplayName",
        "groups": "Entitlement",
    },
    "identity": {
        "auto_create": "shibboleth",
        "mirror_groups": "shibboleth:urn:mace:lab.test:cloud:admin=helpers",
    },
}


@pytest.fixture(scope="module", params=["eventlet", "threads"])
def cloud(request, tmp_path_factory, shibboleth_labs):
    with Deployment(tmp_path_factory.mktemp("cloud"), SETTINGS) as cloud:
        lab, cloud.callback_port = shibboleth_labs(cloud.url), free_port()
        origins = f"{ORIGIN},http://localhost:{cloud.callback_port}/auth/websso/"
        cloud.configure(
            {
                "DEFAULT": {"public_url": lab.url},
                "auth_shibboleth": {"secret": lab.secret},
                "identity": {"websso_origins": origins},
            }
        )
        cloud.run("--runtime", request.param)
        cloud.lab, cloud.v3 = lab, f"{lab.url}/identity/v3"
        yield cloud


def token_of(page):
    """Return the token that a page hands over to the dashboard."""
    assert 200 == page.status_code, page.text
    form = Form.of(page)
    assert ORIGIN == form.action
    return form.fields["token"]


def scoped(cloud, token, **project):
    """Return what a token for a project says, got as stock clients do."""
    session = Session(v3.Token(f"{cloud.url}/identity/v3", token, **project))
    return session.auth.get_access(session)


def test_a_browser_logs_in_and_ends_with_a_token_for_a_project(cloud):
    token = token_of(Browser().log_in(f"{cloud.v3}{WEBSSO}", "irini"))

    headers = {"X-Auth-Token": token}
    url = f"{cloud.v3}/OS-FEDERATION/projects"
    projects = requests.get(url, headers=headers, timeout=30).json()["projects"]
    access = scoped(cloud, token, project_id=projects[0]["id"])
    assert "irini@lab.test" == access.username
    assert access.user_id == access.project_id
    assert "member" in access.role_names
    assert access.is_federated
    url = f"{cloud.v3}/users/{access.user_id}"
    user = requests.get(url, headers=headers, timeout=30).json()["user"]
    assert ("irini@lab.test", "Ειρήνη Παπά") == (user["email"], user["full_name"])


def test_a_stock_program_opens_a_browser_and_gets_the_token(cloud, monkeypatch):
    navigation = {"Sec-Fetch-Mode": "navigate", "Sec-Fetch-Dest": "document"}
    with ThreadPoolExecutor(1) as pool:

        def person(url):
            browser = Browser()
            form = Form.of(browser.log_in(url, "kostas"))
            headers = {**navigation, "Sec-Fetch-Site": "cross-site", "Origin": cloud.lab.url}
            return browser.session.post(form.action, form.fields, headers=headers, timeout=30)

        monkeypatch.setattr("webbrowser.open", lambda url, new: bool(pool.submit(person, url)))
        port = cloud.callback_port
        auth = WebSSO(cloud.v3, "shibboleth", "saml2", redirect_port=port)
        access = auth.get_access(Session(auth))

    assert "kostas@lab.test" == access.username
    assert access.is_federated


def test_an_entitlement_brings_the_roles_of_a_group(cloud):
    token_of(Browser().log_in(f"{cloud.v3}{WEBSSO}", "irini"))
    grant = ("role", "add", "--group", "helpers", "--project", "demo", "manager")
    cloud.openstack(*grant, cloud="synnefo-admin")
    demo = {"project_name": "demo", "project_domain_id": "default"}

    chief = token_of(Browser().log_in(f"{cloud.v3}{WEBSSO}", "irini"))
    other = token_of(Browser().log_in(f"{cloud.v3}{WEBSSO}", "kostas"))

    assert "manager" in scoped(cloud, chief, **demo).role_names
    with pytest.raises(Exception, match="401"):
        scoped(cloud, other, **demo)


def test_a_program_with_a_session_gets_its_token_at_once(cloud):
    answer = Browser().log_in(f"{cloud.v3}{LOG_IN}", "kostas")

    assert 201 == answer.status_code
    assert "kostas@lab.test" == answer.json()["token"]["user"]["name"]
    access = scoped(cloud, answer.headers["X-Subject-Token"], unscoped=True)
    assert "kostas@lab.test" == access.username


@pytest.mark.parametrize("person", ["mallory", "nobody"])
def test_who_has_no_identifier_is_nobody_though_apache_lets_them_in(cloud, person):
    browser = Browser()

    page = browser.log_in(f"{cloud.v3}{WEBSSO}", person)

    assert 401 == page.status_code
    assert "token" not in page.json()
    assert 401 == browser.go(f"{cloud.v3}{LOG_IN}").status_code


def test_the_answer_for_one_browser_is_of_no_use_in_another(cloud):
    attacker, victim = Browser(), Browser()
    answer = attacker.prove(f"{cloud.v3}{WEBSSO}", "kostas")

    page = victim.submit(answer)

    assert 401 == page.status_code
    assert 1 == len(page.history)
    token_of(attacker.log_in(f"{cloud.v3}{WEBSSO}", "kostas"))


def test_a_browser_that_is_somebody_already_is_asked_who_it_is(cloud):
    attacker, victim = Browser(), Browser()
    victim.submit(attacker.prove(f"{cloud.v3}{LOG_IN}", "kostas"))

    begun = victim.go(f"{cloud.v3}{WEBSSO}")

    assert begun.url.startswith(cloud.lab.idp_url)


def forged(secret="", **changes):
    """Return headers as Apache sends them, by somebody else."""
    headers = {
        "SsoSession": "_1234",
        "SsoIssuer": "http://idp/idp",
        "SsoEppn": base64.b64encode(b"irini@lab.test").decode(),
        "X-Login-Secret": secret,
    }
    return {name: value for name, value in {**headers, **changes}.items() if value}


def send(url, path, headers):
    """Send headers as they are; return the status and the body."""
    place = url.removeprefix("http://")
    with contextlib.closing(http.client.HTTPConnection(place, timeout=30)) as connection:
        connection.putrequest("GET", path)
        for name, value in (*headers, ("Connection", "close")):
            connection.putheader(name, value)
        connection.endheaders()
        with connection.getresponse() as answer:
            return answer.status, answer.read().decode()


def spellings(headers):
    """Yield the headers in all the ways in which they could come through."""
    yield headers
    for spell in (str.upper, str.lower, lambda name: name.replace("-", "_")):
        yield {spell(name): value for name, value in headers.items()}
        yield {**headers, **{spell(name): value for name, value in headers.items()}}
    yield {f"Http_{name}": value for name, value in headers.items()}


def test_forged_headers_sent_straight_to_the_cloud_are_refused(cloud):
    path = f"/identity/v3{LOG_IN}"
    wrong = "w" * len(cloud.lab.secret)
    tries = [
        *spellings(forged()),
        *spellings(forged(wrong)),
        *spellings(forged(**{"X-Forwarded-For": "127.0.0.1", "REMOTE_USER": "irini"})),
        {"AUTH_TYPE": "shibboleth", "Shib-Session-ID": "_1", "eppn": "irini@lab.test"},
    ]

    answers = [send(cloud.url, path, headers.items()) for headers in tries]

    assert {401} == {status for status, _ in answers}
    assert not [text for _, text in answers if "issued_at" in text]
    # It was for want of the secret, nothing else.
    right = forged(cloud.lab.secret, SsoEppn=base64.b64encode(b"new@lab.test").decode())
    assert 201 == send(cloud.url, path, right.items())[0]


def test_a_header_with_the_secret_counts_in_one_spelling_only(cloud):
    path = f"/identity/v3{LOG_IN}"
    right = forged(cloud.lab.secret)
    right.pop("X-Login-Secret")

    for name in ("X_Login_Secret", "X-Login_Secret", "x_login_secret"):
        assert 401 == send(cloud.url, path, {**right, name: cloud.lab.secret}.items())[0]


def test_forged_headers_sent_through_apache_change_nothing(cloud):
    path = f"/identity/v3{LOG_IN}"
    kostas = Browser()
    kostas.log_in(f"{cloud.v3}{LOG_IN}", "kostas")
    cookies = "; ".join(f"{cookie.name}={cookie.value}" for cookie in kostas.session.cookies)
    websso = f"/identity/v3{WEBSSO.partition('?')[0]}?state=x"

    for headers in spellings(forged("wrong" * 5)):
        # Without a session Apache sends the browser away; where it asks for none nobody came.
        assert 302 == send(cloud.lab.url, path, headers.items())[0]
        assert 401 == send(cloud.lab.url, websso, headers.items())[0]
        status, text = send(cloud.lab.url, path, [*headers.items(), ("Cookie", cookies)])
        assert "irini" not in text
        assert status in (201, 401)
        assert status == 401 or "kostas@lab.test" in text


def test_no_log_holds_a_secret_or_a_token(cloud):
    token = token_of(Browser().log_in(f"{cloud.v3}{WEBSSO}", "irini"))

    said = "\n".join(line for daemon in cloud.daemons for line in daemon.said())

    assert cloud.lab.secret not in said
    assert token not in said
    assert not cloud.problems()
