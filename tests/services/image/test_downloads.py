# SPDX-License-Identifier: Apache-2.0
"""What is fetched is of the Internet, whatever it is called and wherever it redirects to."""

import ipaddress
import socket
import threading
from dataclasses import replace
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from synnefo_core.errors import Invalid, InvalidField, TooLarge
from synnefo_image import downloads
from synnefo_image.downloads import Allowed

CONTENT = b"a disk" * 5000
ALLOWED = Allowed(ports=[80, 443], networks=[], size_bytes=10**6, time_s=20)


class Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_GET(self):
        answer = {
            "/disk": self._disk,
            "/chunks": self._chunks,
            "/short": self._short,
            "/loop": lambda: self._to("/loop"),
            "/on": lambda: self._to("/disk"),
            "/metadata": lambda: self._to("http://169.254.169.254/latest"),
            "/file": lambda: self._to("file:///etc/passwd"),
        }
        answer.get(self.path, lambda: self.send_error(404))()

    def _disk(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT)))
        self.end_headers()
        self.wfile.write(CONTENT)

    def _chunks(self):
        self.send_response(200)
        self.send_header("Transfer-Encoding", "chunked")
        self.end_headers()
        for _ in range(3):
            self.wfile.write(b"%x\r\n%s\r\n" % (len(CONTENT), CONTENT))
        self.wfile.write(b"0\r\n\r\n")

    def _short(self):
        self.send_response(200)
        self.send_header("Content-Length", str(len(CONTENT) + 9))
        self.end_headers()
        self.wfile.write(CONTENT)
        self.close_connection = True

    def _to(self, where):
        self.send_response(302)
        self.send_header("Location", where)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_):
        pass


@pytest.fixture(scope="module")
def server():
    serving = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=serving.serve_forever, args=(0.05,))
    thread.start()
    yield serving.server_port
    serving.shutdown()
    thread.join()
    serving.server_close()


@pytest.fixture
def near(server):
    return replace(ALLOWED, ports=[server, 80], networks=["127.0.0.0/8"])


def fetched(port, path, allowed):
    with downloads.opened(f"http://127.0.0.1:{port}{path}", allowed) as read:
        return b"".join(iter(lambda: read(4096), b""))


@pytest.mark.parametrize(
    "path, expected", [("/disk", CONTENT), ("/on", CONTENT), ("/chunks", CONTENT * 3)]
)
def test_what_is_there_is_fetched(server, near, path, expected):
    assert expected == fetched(server, path, near)


@pytest.mark.parametrize("path", ["/none", "/loop", "/short", "/metadata", "/file"])
def test_what_is_not_there_or_leads_astray_is_not(server, near, path):
    with pytest.raises(Invalid):
        fetched(server, path, near)


@pytest.mark.parametrize("path", ["/disk", "/chunks"])
def test_no_more_is_taken_than_is_allowed(server, near, path):
    with pytest.raises(TooLarge):
        fetched(server, path, replace(near, size_bytes=len(CONTENT) - 1))


def test_nothing_takes_longer_than_is_allowed(server, near):
    with pytest.raises(Invalid):
        fetched(server, "/disk", replace(near, time_s=-1))


def test_this_machine_is_not_the_internet(server):
    with pytest.raises(InvalidField):
        fetched(server, "/disk", replace(ALLOWED, ports=[server]))


def test_a_name_is_looked_up_once_and_all_that_it_means_is_checked(server, near, monkeypatch):
    answers = [[("127.0.0.1", server)], [("10.0.0.1", server)]]
    kind = (socket.AF_INET, socket.SOCK_STREAM, 6, "")

    def told(*_arguments, **_more):
        return [(*kind, place) for place in answers.pop(0)]

    monkeypatch.setattr(downloads.socket, "getaddrinfo", told)
    found = downloads._resolved(downloads.check(f"http://mirror.example:{server}/", near), near)

    assert ("127.0.0.1", 1) == (found, len(answers))
    answers[:] = [[("8.8.8.8", 80), ("127.0.0.1", 80)]]
    with pytest.raises(InvalidField):
        downloads._resolved(downloads.check("http://mirror.example/", ALLOWED), ALLOWED)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.org/disk",
        "gopher://example.org/",
        "http://",
        "http:///disk",
        "disk",
        "http://user:word@example.org/",
        "http://example.org:22/",
        "http://example.org:99999/",
        "http://[::1/",
        "http://example.org/a b",
        "http://example.org/\r\nX: y",
        "http://exämple.org/",
        f"http://example.org/{'a' * 2048}",
    ],
)
def test_what_is_no_address_of_a_disk_is_refused(url):
    with pytest.raises(InvalidField):
        downloads.check(url, ALLOWED)


INSIDE = """
127.0.0.1 10.1.2.3 172.16.0.1 192.168.1.1 169.254.169.254 100.64.0.1 0.0.0.0 224.0.0.1 192.0.2.1
255.255.255.255 240.0.0.1 :: ::1 fe80::1 fc00::1 fec0::1 ff02::1 ::ffff:127.0.0.1 ::ffff:10.0.0.1
2002:7f00:1:: 64:ff9b::7f00:1 64:ff9b:1::a00:1 2001:0:808:808::1 2001:db8::1
"""


@pytest.mark.parametrize("text", INSIDE.split())
def test_addresses_that_are_not_of_the_internet(text):
    assert not downloads.is_public(ipaddress.ip_address(text))


@pytest.mark.parametrize("text", ["8.8.8.8", "2a00:1450:4001::1", "64:ff9b::808:808"])
def test_addresses_of_the_internet(text):
    assert downloads.is_public(ipaddress.ip_address(text))
