# SPDX-License-Identifier: Apache-2.0
"""Bytes over real sockets: stock swiftclient, and clients that behave badly."""

from __future__ import annotations

import hashlib
import os
import socket

import pytest
import swiftclient

from tests.apis.object_store.served import start

MIB = 1024 * 1024


@pytest.fixture(scope="module", params=["eventlet", "threads"])
def served(request, tmp_path_factory):
    """Return a whole cloud on one runtime, with a container ``c``."""
    process, made = start(tmp_path_factory.mktemp("cloud") / "data", request.param)
    made.call("PUT", "/c")
    yield made
    process.terminate()
    process.wait(30)
    process.stdout.close()


@pytest.fixture(scope="module")
def large():
    return os.urandom(64 * MIB)


def test_64_mib_come_back_and_are_stored_once(served, large):
    swift = served.swift()
    before = served.blocks()
    etag = swift.put_object("c", "large", large)
    stored = served.blocks()

    _, content = swift.get_object("c", "large")
    swift.put_object("c", "again", large)

    assert hashlib.md5(large).hexdigest() == etag
    assert hashlib.sha256(large).digest() == hashlib.sha256(content).digest()
    assert 16 <= len(stored - before) <= 17  # and a map
    assert stored == served.blocks()


def test_a_range_across_blocks(served, large):
    served.call("PUT", "/c/ranged", large[: 9 * MIB])

    status, _, content = served.call("GET", "/c/ranged", Range=f"bytes={4 * MIB - 5}-{8 * MIB + 4}")

    assert 206 == status
    assert large[4 * MIB - 5 : 8 * MIB + 5] == content


def test_chunks_of_any_size(served, large):
    def chunks():
        yield large[:1]
        yield large[1 : 5 * MIB]
        yield large[5 * MIB : 6 * MIB]

    etag = served.swift().put_object("c", "chunked", chunks())

    assert hashlib.md5(large[: 6 * MIB]).hexdigest() == etag
    assert large[: 6 * MIB] == served.swift().get_object("c", "chunked")[1]


@pytest.mark.parametrize("name", ["ü/€ \U0001f600", "folder/", "a//b", "100% #?&", "line\nbreak"])
def test_names_and_metadata_of_any_kind(served, name):
    swift = served.swift()

    swift.put_object("c", name, b"", headers={"X-Object-Meta-Color": "grün"})

    headers, content = swift.get_object("c", name)
    assert (b"", "0", "grün") == (
        content,
        headers["content-length"],
        headers["x-object-meta-color"],
    )
    assert name in [row["name"] for row in swift.get_container("c", full_listing=True)[1]]
    swift.delete_object("c", name)


def test_swiftclients_whole_round(served):
    swift = served.swift()
    swift.put_container("round", {"X-Container-Meta-A": "1"})
    swift.put_object("round", "o", "text", content_type="text/plain")
    swift.post_object("round", "o", {"X-Object-Meta-B": "2"})

    assert "2" == swift.head_object("round", "o")["x-object-meta-b"]
    assert "1" == swift.head_container("round")["x-container-meta-a"]
    assert "round" in [row["name"] for row in swift.get_account()[1]]
    with pytest.raises(swiftclient.ClientException, match="409"):
        swift.delete_container("round")
    swift.delete_object("round", "o")
    swift.delete_container("round")
    with pytest.raises(swiftclient.ClientException, match="404"):
        swift.head_container("round")


def test_one_connection_serves_many_requests(served):
    connection = served.connect()
    for number in range(3):
        headers = {"X-Auth-Token": served.token}
        connection.request("PUT", f"{served.account_path}/c/{number}", b"x" * number, headers)
        answer = connection.getresponse()
        assert (201, b"") == (answer.status, answer.read())
        connection.request("GET", f"{served.account_path}/c/{number}", headers=headers)
        assert b"x" * number == connection.getresponse().read()
    connection.close()


def read_until_closed(plain: socket.socket) -> bytes:
    received = b""
    while piece := plain.recv(65536):
        received += piece
    return received


def test_a_body_is_asked_for_only_when_it_is_wanted(served):
    with served.begin("/c/wanted", "Content-Length: 7", "Expect: 100-continue") as plain:
        assert plain.recv(65536).startswith(b"HTTP/1.1 100 Continue")
        plain.sendall(b"content")
        assert b" 201 Created" in plain.recv(65536)

    assert b"content" == served.call("GET", "/c/wanted")[2]


@pytest.mark.parametrize(
    "lines,part",
    [
        (["Content-Length: 6000000"], 5_000_000),
        (["Content-Length: 100"], 50),
        (["Transfer-Encoding: chunked"], 0),
    ],
)
def test_a_client_that_breaks_off_leaves_nothing(served, lines, part):
    before = served.call("HEAD", "/c")[1]["X-Container-Bytes-Used"]
    with served.begin("/c/broken", *lines) as plain:
        plain.sendall(b"x" * part if part else b"500000\r\n" + b"x" * 5_000_000)
        plain.shutdown(socket.SHUT_WR)
        # The answer, or the end of the connection, says that it is over.
        answer = read_until_closed(plain)

    assert b" 201 " not in answer
    assert 404 == served.call("HEAD", "/c/broken")[0]
    assert before == served.call("HEAD", "/c")[1]["X-Container-Bytes-Used"]


def test_chunks_that_make_no_sense_are_refused(served):
    with served.begin("/c/senseless", "Transfer-Encoding: chunked") as plain:
        plain.sendall(b"nonsense\r\n\r\n")
        plain.shutdown(socket.SHUT_WR)
        answer = read_until_closed(plain)

    assert b" 201 " not in answer
    assert b" 500 " not in answer
    assert 404 == served.call("HEAD", "/c/senseless")[0]
