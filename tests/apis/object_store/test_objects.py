# SPDX-License-Identifier: Apache-2.0
"""What YAML can't say of objects: names and bytes that are not plain text."""

import email
from urllib.parse import quote

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from synnefo_core.contracts.storage import Kind, StorageFull, StorageUnavailable

CONTENT = bytes(range(256)) * 20


@pytest.mark.parametrize("name", ["ü/€ \U0001f600", "a//b/", "/", "a\nb", "100%", "?&#;=+", "."])
def test_any_name_comes_back(container, name):
    path = "/" + quote(name, safe="")

    assert 201 == container("PUT", path, body=CONTENT).status_int

    assert CONTENT == container("GET", path).body
    assert [name] == [row["name"] for row in container("GET", "?format=json").json]
    assert f"<name>{name}</name>" in container("GET", "?format=xml").text.replace("&amp;", "&")


def test_a_name_that_is_not_utf_8_is_refused(container):
    assert 400 == container("PUT", "/%ff", body=CONTENT).status_int


def test_metadata_is_utf_8(container):
    color = "grün".encode().decode("latin-1")
    container("PUT", "/o", body=CONTENT, X_Object_Meta_Color=color)

    assert color == container("HEAD", "/o").headers["X-Object-Meta-Color"]


def test_metadata_that_is_not_utf_8_is_refused(container):
    assert 400 == container("PUT", "/o", body=CONTENT, X_Object_Meta_Color="\xff").status_int


def test_several_ranges_are_one_message_of_parts(container):
    container("PUT", "/o", body=CONTENT, Content_Type="image/png")

    response = container("GET", "/o", Range="bytes=0-9,-5,100-100")

    head = f"Content-Type: {response.headers['Content-Type']}\r\n\r\n".encode()
    parts = email.message_from_bytes(head + response.body).get_payload()
    assert [CONTENT[:10], CONTENT[-5:], CONTENT[100:101]] == [
        part.get_payload(decode=True) for part in parts
    ]
    assert ["image/png"] * 3 == [part.get_content_type() for part in parts]
    assert len(response.body) == response.content_length


@pytest.mark.parametrize("spec", [",".join(["0-0"] * 51), "0-,0-,0-"])
def test_too_many_ranges_are_refused(container, spec):
    container("PUT", "/o", body=CONTENT)

    assert 416 == container("GET", "/o", Range=f"bytes={spec}").status_int


def test_a_body_of_unknown_length_is_refused(container):
    assert 411 == container("PUT", "/o").status_int


def test_an_answer_to_head_has_no_body_and_says_how_long_it_would_be(container):
    container("PUT", "/o", body=CONTENT)

    response = container("HEAD", "/o")

    assert (b"", len(CONTENT)) == (response.body, response.content_length)


def test_the_type_is_guessed_when_none_is_given(container):
    container("PUT", "/page.html", body=b"<p>")
    container("PUT", "/thing", body=b"\0")

    assert "text/html" == container("HEAD", "/page.html").content_type
    assert "application/octet-stream" == container("HEAD", "/thing").content_type


def test_a_block_that_is_lost_is_not_found_out_in_the_middle(container, cloud):
    container("PUT", "/o", body=CONTENT)
    (entry,) = cloud.store().blocks.entries(Kind.BLOCK)
    cloud.store().blocks.delete(Kind.BLOCK, entry.digest)

    response = container("GET", "/o")

    assert 503 == response.status_int
    assert entry.digest.hex() not in response.text


@pytest.mark.parametrize("error,status", [(StorageFull, 507), (StorageUnavailable, 503)])
@pytest.mark.parametrize("size", [1, 9_000_000])
def test_a_store_that_fails_keeps_nothing(container, cloud, monkeypatch, error, status, size):
    def fail(*_arguments):
        raise error("the disk of the operator")

    container("PUT", "/o", body=b"old")
    monkeypatch.setattr(cloud.store().blocks, "put", fail)

    response = container("PUT", "/o", body=b"x" * size)

    assert status == response.status_int
    assert "operator" not in response.text
    assert b"old" == container("GET", "/o").body
    assert "3" == container("HEAD").headers["X-Container-Bytes-Used"]


def test_over_quota_is_too_large(container, context):
    import synnefo_quota

    synnefo_quota.set_limit(context, holder="project:p1", resource="pithos.diskspace", limit=10)

    response = container("PUT", "/o", body=b"x" * 11)

    assert 413 == response.status_int
    assert "quota exceeded" in response.text


def test_a_reader_reads_only(container):
    container("PUT", "/o", body=CONTENT)

    assert 200 == container("GET", "/o", token="reader.p1").status_int
    assert 403 == container("PUT", "/o", body=CONTENT, token="reader.p1").status_int
    assert 403 == container("DELETE", "/o", token="reader.p1").status_int


headers = st.sampled_from(
    [
        "Range",
        "If-Match",
        "If-None-Match",
        "If-Modified-Since",
        "If-Unmodified-Since",
        "If-Range",
        "Etag",
        "X-Object-Meta-A",
        "X-Object-Meta-",
        "Content-Type",
        "Content-Encoding",
        "Expires",
        "Accept",
    ]
)
values = st.one_of(
    st.text(st.characters(max_codepoint=255, exclude_characters="\r\n\0"), max_size=30),
    st.sampled_from(["bytes=", "bytes=-", "bytes=-0", "bytes=9-1", "bytes=0-1,2", "*", '"', "W/"]),
    st.text("bytes=0123456789-, ", max_size=20),
    st.text("Mon, 01 Jan 2001 00:00:00 GMT+9", max_size=40),
)


@settings(
    max_examples=150, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(
    st.sampled_from(["GET", "HEAD", "PUT", "POST"]),
    st.sampled_from(["/o", ""]),
    st.dictionaries(headers, values, max_size=3),
)
def test_no_header_is_our_mistake(container, method, path, given_headers):
    named = {name.replace("-", "_"): value for name, value in given_headers.items()}

    response = container(method, path, body=b"content" if method == "PUT" else None, **named)

    assert response.status_int < 500
