# SPDX-License-Identifier: Apache-2.0
"""A real S3 server (moto's) in a process of its own, and a gate before it that fails on demand."""

from __future__ import annotations

import http.client
import socket
import subprocess
import sys
import threading
import time
from contextlib import closing, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from itertools import count

WAIT_S = 60

numbers = count(1)


def settings_of(port):
    """Return the settings of a store in a new bucket."""
    return {
        "bucket": f"bucket-{next(numbers)}",
        "prefix": "synnefo/",
        "endpoint_url": f"http://127.0.0.1:{port}",
        "access_key": "access",
        "secret_key": "secret",
        "create_bucket": True,
        "attempts": 3,
    }


def free_port():
    with closing(socket.socket()) as sock:
        sock.bind(("127.0.0.1", 0))
        return sock.getsockname()[1]


def is_listening(port):
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


@contextmanager
def running_server():
    """Start an S3 server; yield its port."""
    port = free_port()
    command = [sys.executable, "-m", "moto.server", "-H", "127.0.0.1", "-p", str(port)]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        give_up, ended = time.monotonic() + WAIT_S, threading.Event()
        while not is_listening(port):
            assert process.poll() is None
            assert time.monotonic() < give_up
            ended.wait(0.05)
        yield port
    finally:
        process.terminate()
        process.wait(WAIT_S)


class Gate:
    """Passes requests on, but for those that are to fail.

    ``failures`` are (method, part of the path, answer); each is used once. An answer is a status
    with the code of an S3 error, or ``"cut"``: half of what the server said. While it ``is_shut``
    nothing passes.
    """

    def __init__(self, target):
        self.target = target
        self.failures = []
        self.is_shut = False
        self.seen = []
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,))
        self._thread.start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self._server.server_port}"

    def fail(self, method, part, *answer, times=1):
        self.failures += [(method, part, answer)] * times

    def take(self, method, path):
        self.seen.append((method, path))
        if self.is_shut:
            return 503, "ServiceUnavailable"
        for failure in self.failures:
            if failure[0] == method and failure[1] in path:
                self.failures.remove(failure)
                return failure[2]
        return None

    def close(self):
        self._server.shutdown()
        self._thread.join()
        self._server.server_close()

    def _handler(gate):  # noqa: N805  # the handler's self is another one
        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def answer(self):
                if self.headers.get("Expect", "").lower() == "100-continue":
                    self.send_response_only(100)
                    self.end_headers()
                body = self.rfile.read(int(self.headers.get("Content-Length", 0)))
                failure = gate.take(self.command, self.path)
                if failure and failure != ("cut",):
                    self.refuse(*failure)
                else:
                    self.pass_on(body, is_cut=bool(failure))

            def refuse(self, status, code):
                content = f"<Error><Code>{code}</Code></Error>".encode()
                self.send_response_only(status)
                self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content)

            def pass_on(self, body, *, is_cut):
                server = http.client.HTTPConnection("127.0.0.1", gate.target, timeout=WAIT_S)
                with closing(server):
                    server.request(self.command, self.path, body, dict(self.headers))
                    answer = server.getresponse()
                    content = answer.read()
                self.send_response_only(answer.status)
                for name, value in answer.getheaders():
                    if name.lower() not in ("transfer-encoding", "connection"):
                        self.send_header(name, value)
                if "Content-Length" not in answer.headers:
                    self.send_header("Content-Length", str(len(content)))
                self.end_headers()
                if self.command != "HEAD":
                    self.wfile.write(content[: len(content) // 2] if is_cut else content)
                if is_cut:
                    self.close_connection = True

            def log_message(self, *_arguments):
                pass

            do_GET = do_PUT = do_HEAD = do_DELETE = do_POST = answer  # noqa: N815  # http.server calls these

        return Handler
