# SPDX-License-Identifier: Apache-2.0
"""The console proxy's own manners; tests/system sees it show screens."""

from __future__ import annotations

import asyncio
import ssl
import subprocess

import pytest
from websockets.asyncio.client import connect
from websockets.exceptions import ConnectionClosed, InvalidStatus

from synnefo_api_console.proxy import Proxy, token_in
from synnefo_core.contracts.driver import Misconfigured


@pytest.fixture
def certificate(tmp_path):
    path = tmp_path / "console.pem"
    words = ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
    words += ["-nodes", "-days", "2", "-subj", "/CN=localhost", "-keyout", str(path)]
    words += ["-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"]
    made = subprocess.run([*words, "-out", "-"], capture_output=True, check=True)
    path.write_bytes(path.read_bytes() + made.stdout)
    return path


@pytest.fixture
def proxy(make_cloud):
    """Return a function that makes a proxy with some settings."""

    def make(**settings):
        section = {("console", name): value for name, value in settings.items()}
        return Proxy(make_cloud({("console", "port"): 0, **section}))

    return make


def refusal(proxy, scheme="ws", **options):
    """Connect without a token; return the code of the end."""

    async def refused():
        async with proxy.listening() as port:
            url = f"{scheme}://127.0.0.1:{port}/?token=x"
            async with connect(url, proxy=None, **options) as client:
                with pytest.raises(ConnectionClosed) as closed:
                    await client.recv()
        return closed.value.rcvd.code

    return asyncio.run(asyncio.wait_for(refused(), 30))


@pytest.mark.parametrize(
    "target, token",
    [
        ("/?token=abc", "abc"),
        ("/websockify?token=abc", "abc"),
        ("/vnc_lite.html?path=%3Ftoken%3Dabc", "abc"),
        ("/?path=websockify%3Ftoken%3Dabc&view_only=1", "abc"),
        ("/?token=abc&token=def", "abc"),
        ("/?path=token%3Dabc", ""),
        ("/?token", ""),
        ("/abc", ""),
    ],
)
def test_the_token_is_where_novnc_puts_it(target, token):
    assert token == token_in(target)


def test_without_a_certificate_there_is_no_tls(proxy):
    assert 1008 == refusal(proxy())


def test_with_a_certificate_there_is(proxy, certificate):
    trust = ssl.create_default_context(cafile=str(certificate))

    assert 1008 == refusal(proxy(certificate_file=str(certificate)), "wss", ssl=trust)


def test_a_certificate_that_can_not_be_read_is_said(proxy, tmp_path):
    with pytest.raises(Misconfigured, match="certificate of the console proxy"):
        refusal(proxy(certificate_file=str(tmp_path / "none.pem")))


def test_an_address_that_is_taken_is_said(proxy):
    first = proxy()

    async def twice():
        async with first.listening() as port, proxy(port=port).listening():
            pass

    with pytest.raises(Misconfigured, match="can't listen on"):
        asyncio.run(twice())


@pytest.mark.parametrize("origin", ["https://pages.example.org", None], ids=["page", "no page"])
def test_pages_of_an_allowed_origin_may_connect(proxy, origin):
    allowed = ["https://pages.example.org"]

    assert 1008 == refusal(proxy(allowed_origins=allowed), origin=origin)


@pytest.mark.parametrize(
    "origin",
    [
        "http://pages.example.org",
        "https://pages.example.org.evil.example",
        "http://127.0.0.1",
        "null",
    ],
    ids=["no TLS", "longer", "own host", "null"],
)
def test_pages_of_other_origins_may_not(proxy, origin):
    allowed = ["https://pages.example.org"]

    with pytest.raises(InvalidStatus):
        refusal(proxy(allowed_origins=allowed), origin=origin)
