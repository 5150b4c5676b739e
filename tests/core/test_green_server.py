# SPDX-License-Identifier: Apache-2.0
"""What the server of the eventlet runtime does with several clients."""

import re
import socket
import subprocess
import sys

import pytest

# Counts the requests; each takes a while and never waits for anything.
PROGRAM = """
import itertools, sys, time
from synnefo_core import server
server.become_green()
numbers = itertools.count(1)

def application(environ, start_response):
    end = time.perf_counter() + 0.001
    while time.perf_counter() < end:
        pass
    body = b"number %06d" % next(numbers)
    start_response("200 OK", [("Content-Length", str(len(body)))])
    return [body]

green = server._GreenServer()
bound = green.listen("127.0.0.1", 0)
print(bound.getsockname()[1], flush=True)
green.serve(bound, application)
"""
REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
MANY = 300


@pytest.fixture
def port():
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE) as server:
        yield int(server.stdout.readline())
        server.kill()


def answers(connection, count):
    """Return the numbers in so many answers."""
    received = b""
    while len(found := re.findall(rb"number (\d{6})", received)) < count:
        received += connection.recv(65536)
    return [int(number) for number in found]


def test_who_sends_many_requests_at_once_is_not_served_before_all_others(port):
    greedy = socket.create_connection(("127.0.0.1", port), timeout=30)
    modest = socket.create_connection(("127.0.0.1", port), timeout=30)
    with greedy, modest:
        modest.sendall(REQUEST)
        answers(modest, 1)
        greedy.sendall(REQUEST * MANY)
        first = answers(greedy, 1)

        modest.sendall(REQUEST)

        assert answers(modest, 1)[0] < max(first) + MANY // 2
