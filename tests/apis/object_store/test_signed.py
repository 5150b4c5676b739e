# SPDX-License-Identifier: Apache-2.0
"""Signed addresses, as swiftclient makes them and as nobody should."""

from __future__ import annotations

import base64
import hmac
from urllib.parse import quote

import pytest
from swiftclient.utils import generate_temp_url

from synnefo_core.testing import http

ACCOUNT = "/object-store/v1/AUTH_p1"
LATER = 9_000_000_000


@pytest.fixture
def ask(application, call, container):
    """Return a function that asks for an address without a token; the key is ``secret``."""
    assert 204 == call("POST", "", X_Account_Meta_Temp_Url_Key="secret").status_int
    headers = {"Content_Type": "text/html", "X_Object_Meta_A": "1", "X_Object_Meta_Public_B": "2"}
    assert 201 == container("PUT", "/a/o", body=b"content", **headers).status_int

    def asked(method, address, *, body=None, environ=None, **headers):
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        return http.call(application, method, address, body=body, headers=named, environ=environ)

    return asked


def signed(path=f"{ACCOUNT}/c/a/o", method="GET", key="secret", digest="sha256", **more):
    return generate_temp_url(path, LATER, key, method, absolute=True, digest=digest, **more)


@pytest.mark.parametrize("digest", ["sha1", "sha256", "sha512"])
def test_any_digest_reads(ask, digest):
    answer = ask("GET", signed(digest=digest))

    assert (200, b"content") == (answer.status_int, answer.body)


def test_it_is_a_file_in_a_sandbox_without_private_metadata(ask):
    answer = ask("GET", signed())

    assert 'attachment; filename="o"' in answer.headers["Content-Disposition"]
    assert "sandbox" == answer.headers["Content-Security-Policy"]
    assert "nosniff" == answer.headers["X-Content-Type-Options"]
    assert "X-Object-Meta-A" not in answer.headers
    assert "2" == answer.headers["X-Object-Meta-Public-B"]


def test_how_it_is_shown_can_be_asked_for(ask):
    shown = [
        ask("GET", signed() + end).headers["Content-Disposition"]
        for end in ("&inline", "&filename=x%22%0ay", "&inline&filename=z")
    ]

    assert "inline" == shown[0]
    assert "attachment; filename=\"x__y\"; filename*=UTF-8''x%22%0Ay" == shown[1]
    assert shown[2].startswith('inline; filename="z"')


@pytest.mark.parametrize("method", ["GET", "PUT", "POST", "HEAD"])
def test_who_may_do_anything_may_look(ask, method):
    assert 200 == ask("HEAD", signed(method=method)).status_int


def test_swifts_own_path_counts_too(ask):
    address = signed("/v1/AUTH_p1/c/a/o").replace("/v1/", "/object-store/v1/", 1)

    assert 200 == ask("GET", address).status_int


def test_a_time_can_be_written_out(ask):
    address = signed().replace(str(LATER), "2255-03-14T16:00:00Z")

    assert 200 == ask("GET", address).status_int


def test_base64_with_its_algorithm(ask):
    message = f"GET\n{LATER}\n{ACCOUNT}/c/a/o".encode()
    digest = base64.urlsafe_b64encode(hmac.digest(b"secret", message, "sha512")).decode()
    query = f"?temp_url_sig={quote('sha512:' + digest.rstrip('='))}&temp_url_expires={LATER}"

    assert 200 == ask("GET", f"{ACCOUNT}/c/a/o{query}").status_int


def test_a_prefix_is_for_all_below(ask, container):
    container("PUT", "/b", body=b"x")
    query = signed("/v1/AUTH_p1/c/a", prefix=True).partition("?")[2]

    assert 200 == ask("GET", f"{ACCOUNT}/c/a/o?{query}").status_int
    assert 401 == ask("GET", f"{ACCOUNT}/c/b?{query}").status_int


def test_an_address_can_be_for_some_places_only(ask):
    address = signed(ip_range="10.0.0.0/8")

    assert 200 == ask("GET", address, environ={"REMOTE_ADDR": "10.1.2.3"}).status_int
    assert 401 == ask("GET", address, environ={"REMOTE_ADDR": "11.1.2.3"}).status_int
    assert 401 == ask("GET", address.replace("10.0.0.0%2F8", "0.0.0.0%2F0")).status_int


def test_writing_changing_and_removing(ask, container):
    path = f"{ACCOUNT}/c/new"

    assert 201 == ask("PUT", signed(path, "PUT"), body=b"new").status_int
    assert 202 == ask("POST", signed(path, "POST"), X_Object_Meta_C="3").status_int
    assert ("3", b"new") == (
        container("GET", "/new").headers["X-Object-Meta-C"],
        container("GET", "/new").body,
    )
    assert 204 == ask("DELETE", signed(path, "DELETE")).status_int
    assert 404 == container("GET", "/new").status_int


@pytest.mark.parametrize(
    "header", ["X-Copy-From", "X-Object-Manifest", "X-Source-Object", "X-Symlink-Target"]
)
def test_what_is_written_points_to_nothing_else(ask, header):
    answer = ask("PUT", signed(f"{ACCOUNT}/c/new", "PUT"), body=b"", **{header: "c/a/o"})

    assert 400 == answer.status_int


def test_nothing_else_in_the_query_counts(ask):
    address = signed(f"{ACCOUNT}/c/new", "PUT") + "&multipart-manifest=put"

    assert 201 == ask("PUT", address, body=b"no manifest").status_int


def test_a_key_of_a_container_is_for_that_only(ask, call, container):
    container("POST", X_Container_Meta_Temp_Url_Key="inner")
    call("PUT", "/d")
    call("PUT", "/d/o", body=b"x")
    container("PUT", "/dlo", body=b"", X_Object_Manifest="d/o")

    assert 200 == ask("GET", signed(key="inner")).status_int
    assert 401 == ask("GET", signed(f"{ACCOUNT}/d/o", key="inner")).status_int
    assert 200 == ask("GET", signed(f"{ACCOUNT}/c/dlo")).status_int
    assert 403 == ask("GET", signed(f"{ACCOUNT}/c/dlo", key="inner")).status_int


@pytest.mark.parametrize(
    "spoilt",
    [
        lambda address: address.replace(str(LATER), "1000000000"),
        lambda address: address.replace(str(LATER), str(LATER + 1)),
        lambda address: address.replace(str(LATER), "never"),
        lambda address: address.replace("/c/a/o?", "/c/a/p?"),
        lambda address: address.replace("temp_url_sig=", "temp_url_sig=md5:"),
        lambda address: address.replace("temp_url_sig=", "temp_url_sig=0"),
        lambda address: address.replace("temp_url_sig=", "temp_url_sig=%ff"),
        lambda address: address.partition("&")[0],
        lambda address: address + "&temp_url_ip_range=10.0.0.0%2F8",
        lambda address: address + "&temp_url_ip_range=nowhere",
        lambda address: address + "&temp_url_prefix=a",
        lambda address: address.replace("AUTH_p1", "AUTH_p2"),
    ],
)
def test_what_was_not_signed_is_refused(ask, spoilt):
    assert 401 == ask("GET", spoilt(signed())).status_int


def test_a_signature_is_for_its_method(ask):
    assert 401 == ask("PUT", signed(), body=b"x").status_int
    assert 401 == ask("DELETE", signed(method="PUT")).status_int
    assert 401 == ask("COPY", signed(method="COPY"), Destination="c/x").status_int


def test_an_old_key_counts_until_it_is_taken_away(ask, call):
    call("POST", "", X_Account_Meta_Temp_Url_Key_2="second")
    assert 200 == ask("GET", signed(key="second")).status_int

    call("POST", "", X_Remove_Account_Meta_Temp_Url_Key_2="x")

    assert 401 == ask("GET", signed(key="second")).status_int


def test_readers_do_not_see_the_keys(ask, call):
    assert "secret" == call("HEAD").headers["X-Account-Meta-Temp-Url-Key"]
    assert "X-Account-Meta-Temp-Url-Key" not in call("HEAD", token="reader.p1").headers


def test_what_is_stored_so_is_the_accounts(ask, call):
    ask("PUT", signed(f"{ACCOUNT}/c/new", "PUT"), body=b"12345")

    assert "12" == call("HEAD").headers["X-Account-Bytes-Used"]
