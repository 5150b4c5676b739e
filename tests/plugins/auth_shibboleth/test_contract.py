# SPDX-License-Identifier: Apache-2.0
"""Both ways from the service provider pass the suite of login methods for browsers."""

import pytest

from synnefo_core.contracts.auth import Visit
from synnefo_core.testing.auth import BrowserLoginContract
from tests.plugins.auth_shibboleth.conftest import SECRET, beside, by_headers, told

OTHER = {"persistent_id": "idp!sp!other", "eppn": "kostas@lab.test"}
EMPTY = [{"persistent_id": text} for text in (None, "", "  ", ";", " ; ", "a;b", "\x00\x01")]


class TestEnvironment(BrowserLoginContract):
    @pytest.fixture
    def method(self, make):
        return make()

    @pytest.fixture
    def visits(self):
        return [beside(), beside(**OTHER)]

    @pytest.fixture
    def forgeries(self):
        return [
            by_headers(told()),
            by_headers({**told(), "Auth-Type": "shibboleth", "X-Login-Secret": SECRET}),
            # Apache's own login, with variables of the process that look like Shibboleth's.
            Visit({**told(), "AUTH_TYPE": "Basic", "REMOTE_USER": "irini"}),
            Visit(told()),
        ]

    @pytest.fixture
    def nobodies(self):
        return [*(beside(**changes) for changes in EMPTY), beside(Shib_Identity_Provider="")]


class TestHeadersWithASecret(BrowserLoginContract):
    @pytest.fixture
    def method(self, make):
        return make(source="headers", secret=SECRET)

    @pytest.fixture
    def visits(self):
        return [self.visit(), self.visit(**OTHER)]

    @pytest.fixture
    def forgeries(self):
        tries = [SECRET[:-1], f"{SECRET}x", SECRET.upper(), "", f"{SECRET},{SECRET}", "ÿ" * 21]
        return [
            by_headers(told()),
            Visit({**told(), "AUTH_TYPE": "shibboleth", "REMOTE_USER": "irini"}),
            *(by_headers({**told(), "X-Login-Secret": text}) for text in tries),
        ]

    @pytest.fixture
    def nobodies(self):
        return [self.visit(**changes) for changes in EMPTY]

    @staticmethod
    def visit(**changes):
        return by_headers({**told(**changes), "X-Login-Secret": SECRET})


class TestHeadersOfKnownProxies(BrowserLoginContract):
    @pytest.fixture
    def method(self, make):
        return make(
            source="headers",
            prefix="Sso",
            trusted_proxies=["192.0.2.8", "10.1.0.0/16", "2001:db8::/32"],
        )

    @pytest.fixture
    def visits(self):
        return [self.visit("192.0.2.8"), self.visit("::ffff:10.1.2.3", **OTHER)]

    @pytest.fixture
    def forgeries(self):
        peers = ["192.0.2.9", "10.2.0.1", "127.0.0.1", "::1", "", "unix", "::ffff:10.2.0.1"]
        forwarded = {**self.headers(), "X-Forwarded-For": "192.0.2.8", "Forwarded": "for=192.0.2.8"}
        return [
            *(self.visit(peer) for peer in peers),
            by_headers(forwarded, peer="192.0.2.9"),
            by_headers(told(), peer="192.0.2.8"),
        ]

    @pytest.fixture
    def nobodies(self):
        return [self.visit("2001:db8::1", **changes) for changes in EMPTY]

    def visit(self, peer, **changes):
        return by_headers(self.headers(**changes), peer=peer)

    @staticmethod
    def headers(**changes):
        return {f"Sso{name}": text for name, text in told(**changes).items()}
