# SPDX-License-Identifier: Apache-2.0
"""What a service provider says of people, by both ways."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from synnefo_auth_shibboleth import ShibbolethAuth
from synnefo_core.contracts.auth import Visit
from synnefo_core.contracts.driver import DriverSetup
from tests.system.labs.fixtures import shibboleth_labs  # noqa: F401  # a fixture

ISSUER = "https://idp.lab.test/idp"
SECRET = "a secret of the proxy"
IRINI = {
    "Shib-Session-ID": "_a1b2c3",
    "Shib-Identity-Provider": ISSUER,
    "persistent-id": f"{ISSUER}!https://cloud.lab.test/sp!x7Yz",
    "eppn": "irini@lab.test",
    "mail": "irini@lab.test",
    "displayName": "Ειρήνη Παπά",
    "entitlement": "urn:mace:lab.test:cloud:user;urn:mace:lab.test:cloud:admin",
    "affiliation": "staff@lab.test;member@lab.test",
}


def wsgi(text: str) -> str:
    """Return text as WSGI shows it."""
    return text.encode().decode("latin-1")


def told(**changes: str | None) -> dict[str, str]:
    """Return what is said of Irini, with changes; None leaves out, dashes are underscores here."""
    changed = {name: changes.get(name.replace("-", "_"), text) for name, text in IRINI.items()}
    return {name: wsgi(text) for name, text in changed.items() if text is not None}


def beside(**changes: str | None) -> Visit:
    """Return a visit in the environment of mod_wsgi."""
    return Visit({"AUTH_TYPE": "shibboleth", "REMOTE_ADDR": "192.0.2.7", **told(**changes)})


def by_headers(headers: dict[str, str], *, peer: str = "127.0.0.1") -> Visit:
    """Return a visit with headers, as a server shows them that shows no more."""
    named = {f"HTTP_{name.upper().replace('-', '_')}": text for name, text in headers.items()}
    return Visit({"REMOTE_ADDR": peer, **named})


@pytest.fixture
def make(tmp_path) -> Callable[..., ShibbolethAuth]:
    """Return a function that makes a login method."""

    def make(**settings):
        defaults = {"identifier": "persistent-id"}
        return ShibbolethAuth(DriverSetup("shib", {**defaults, **settings}, tmp_path))

    return make


@pytest.fixture
def vouch(make) -> Callable:
    """Return a function that asks a login method, made with settings, about a visit."""

    def vouch(visit, **settings):
        return make(**settings).browser.vouch(visit)

    return vouch
