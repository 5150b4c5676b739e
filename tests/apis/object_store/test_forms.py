# SPDX-License-Identifier: Apache-2.0
"""Forms that browsers send to a signed place."""

from __future__ import annotations

import hmac

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from synnefo_api_object_store.multipart import Form
from synnefo_core.errors import Invalid
from synnefo_core.testing import http

PATH = "/object-store/v1/AUTH_p1/c/up/"
LATER = 9_000_000_000
TYPE = "multipart/form-data; boundary=xYz"


def encoded(fields, files=()):
    parts = [f'name="{name}"\r\n\r\n{value}'.encode() for name, value in fields.items()]
    for name, kind, content in files:
        head = f'name="file"; filename="{name}"\r\nContent-Type: {kind}\r\n\r\n'
        parts.append(head.encode() + content)
    begin = b"--xYz\r\nContent-Disposition: form-data; "
    return b"".join(begin + part + b"\r\n" for part in parts) + b"--xYz--\r\n"


def signed(*, key=b"secret", path=PATH, redirect="", size=100, count=2, expires=LATER, **more):
    message = f"{path}\n{redirect}\n{size}\n{count}\n{expires}".encode()
    return {
        "redirect": redirect,
        "max_file_size": size,
        "max_file_count": count,
        "expires": expires,
        "signature": hmac.digest(key, message, "sha256").hex(),
        **more,
    }


@pytest.fixture
def send(application, call, container):
    assert 204 == call("POST", "", X_Account_Meta_Temp_Url_Key="secret").status_int

    def sent(fields, *files, path=PATH, kind=TYPE):
        body = fields if isinstance(fields, bytes) else encoded(fields, files)
        return http.call(application, "POST", path, body=body, headers={"Content-Type": kind})

    return sent


def test_files_become_objects(send, container):
    answer = send(signed(), ("a.txt", "text/plain", b"one"), ("b", "image/png", b"\r\n--xY\r\n"))

    assert 201 == answer.status_int
    assert (b"one", "text/plain") == (
        container("GET", "/up/a.txt").body,
        container("GET", "/up/a.txt").content_type,
    )
    assert b"\r\n--xY\r\n" == container("GET", "/up/b").body


def test_the_browser_is_led_on(send):
    answer = send(signed(redirect="https://page.example/?x=1"), ("a", "text/plain", b"1"))

    assert 303 == answer.status_int
    assert "https://page.example/?x=1&status=201&message=" == answer.headers["Location"]


def test_it_is_led_on_with_what_is_wrong(send):
    fields = signed(redirect="https://page.example/", size=2)

    answer = send(fields, ("a", "text/plain", b"123"))

    assert answer.headers["Location"].startswith("https://page.example/?status=413&message=")


def test_the_names_of_files_may_be_all_of_the_path(send, container):
    path = "/object-store/v1/AUTH_p1/c/"

    assert 201 == send(signed(path=path), ("a", "", b"1"), path=path).status_int
    assert b"1" == container("GET", "/a").body


def test_files_may_have_an_end(send, container):
    send(signed(x_delete_at="9876543210"), ("a", "text/plain", b"1"))

    assert "9876543210" == container("HEAD", "/up/a").headers["X-Delete-At"]


@pytest.mark.parametrize(
    "fields,status",
    [
        (signed(key=b"other"), 401),
        (signed(expires=1_000_000_000), 401),
        (signed(path="/object-store/v1/AUTH_p1/c/other/"), 401),
        ({**signed(), "max_file_size": 1000}, 401),
        ({**signed(), "redirect": "https://bad.example"}, 401),
        ({**signed(), "signature": "none"}, 401),
        ({}, 401),
        (signed(size="many"), 400),
        (signed(redirect="line\nbreak"), 400),
        (signed(count=0), 400),
        (signed(size=2), 413),
        (signed(x_delete_at="1000"), 400),
    ],
)
def test_what_was_not_signed_is_refused(send, container, fields, status):
    assert status == send(fields, ("a", "text/plain", b"123")).status_int
    assert 404 == container("HEAD", "/up/a").status_int


def test_too_many_files(send, container):
    answer = send(signed(count=1), ("a", "text/plain", b"1"), ("b", "text/plain", b"2"))

    assert 400 == answer.status_int
    assert 404 == container("HEAD", "/up/b").status_int


@pytest.mark.parametrize(
    "body,kind",
    [
        (b"", TYPE),
        (b"no form at all", TYPE),
        (b"--xYz\r\n", TYPE),
        (b"--xYz\r\n\r\nx\r\n--xYz--", TYPE),
        (b"--xYzz\r\n", TYPE),
        (b"--xYz\r\nContent-Disposition: form-data; name=a\r\n\r\n\xff\r\n--xYz--", TYPE),
        (b"--xYz\r\n" + b"x" * 40_000, TYPE),
        (encoded(signed()), TYPE),
        (encoded(signed()), "multipart/form-data"),
    ],
    ids=range(9),
)
def test_what_is_no_form_is_refused(send, body, kind):
    assert 400 == send(body, kind=kind).status_int


@given(
    content=st.binary(max_size=60)
    | st.lists(st.sampled_from([b"\r\n", b"--", b"xYz", b"x", b"\r"]), max_size=12).map(b"".join),
    step=st.integers(1, 9),
)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_any_content_comes_through_in_any_pieces(content, step):
    whole = encoded({}, [("a", "text/plain", content)]) if b"\r\n--xYz" not in content else b""
    at = 0

    def read(_most):
        nonlocal at
        at += step
        return whole[at - step : at]

    try:
        found = [(field.filename, _all(field)) for field in Form(read, TYPE).fields()]
    except Invalid:
        assert not whole
    else:
        assert [("a", content)] == found


def _all(field):
    pieces = []
    while piece := field.read(3):
        pieces.append(piece)
    return b"".join(pieces)
