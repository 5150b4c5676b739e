# SPDX-License-Identifier: Apache-2.0
"""What the server of the eventlet runtime does with several clients."""

import re
import socket
import subprocess
import sys
from contextlib import ExitStack

import pytest

from synnefo_core.shares import Share, Shares

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
# Says how what is accepted sends.
ACCEPTING = """
import socket
from synnefo_core import server
server.become_green()
bound = server._GreenServer().listen("127.0.0.1", 0)
client = socket.create_connection(bound.getsockname())
accepted, _ = bound.accept()
print("no delay" if accepted.getsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY) else "delay")
"""
# Says how much a socket has under way: one of its own accord, a server's on this machine alone, one's for all.
UNDER_WAY = """
import socket
from synnefo_core import server
server.become_green()
green = server._GreenServer()
for bound in (socket.socket(), green.listen("127.0.0.1", 0), green.listen("0.0.0.0", 0)):
    print(bound.getsockopt(socket.SOL_SOCKET, socket.SO_SNDBUF))
"""
# Two processes with one socket; each answers with its own number.
SHARING = """
import os, signal, sys, time
from synnefo_core import server, shares as counts
from synnefo_core.shares import Share, Shares
server.become_green()
server._GIVE_WAY_S = (0.01,) * 3000  # so that a busy machine can't make a process too late
green = server._GreenServer()
bound, shares = green.listen("127.0.0.1", 0), Shares(2)

def serve(place):
    green.forked()
    body = b"number %06d" % place

    def application(environ, start_response):
        start_response("200 OK", [("Content-Length", str(len(body)))])
        return [body]

    green.serve(bound, application, Share(shares, place))
    os._exit(0)

children = []
for place in range(2):
    children.append(os.fork())
    if not children[-1]:
        serve(place)
while counts._AWAY in shares._counts.tolist():  # nobody waits for a process that is not there yet
    time.sleep(0.01)
print(bound.getsockname()[1], flush=True)
sys.stdin.read()
for child in children:
    os.kill(child, signal.SIGTERM)
for child in children:
    os.waitpid(child, 0)
"""
REQUEST = b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n"
MANY = 300


@pytest.fixture
def port():
    with subprocess.Popen([sys.executable, "-c", PROGRAM], stdout=subprocess.PIPE) as server:
        yield int(server.stdout.readline())
        server.kill()


@pytest.fixture
def shared_port():
    pipe = subprocess.PIPE
    with subprocess.Popen([sys.executable, "-c", SHARING], stdin=pipe, stdout=pipe) as server:
        yield int(server.stdout.readline())
        server.stdin.close()
        assert 0 == server.wait(30)


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


def test_little_is_under_way_to_clients_on_this_machine_and_what_they_need_to_others():
    command = [sys.executable, "-c", UNDER_WAY]

    output = subprocess.run(command, check=True, capture_output=True, text=True).stdout

    usual, near, far = map(int, output.split())
    assert usual == far
    assert usual != near <= 512 * 1024


def test_processes_that_share_a_socket_have_as_many_connections_each(shared_port):
    with ExitStack() as stack:
        places = []
        for _ in range(12):
            address = ("127.0.0.1", shared_port)
            client = stack.enter_context(socket.create_connection(address, timeout=30))
            client.sendall(REQUEST)
            places += answers(client, 1)

    assert 6 == places.count(0)


def test_a_process_waits_for_those_that_have_fewer_connections():
    shares = Shares(3)
    first, second = Share(shares, 0), Share(shares, 1)

    first.say(3)
    second.say(2)

    assert first.is_above(3)
    assert not second.is_above(2)


def test_nobody_waits_for_a_process_that_is_gone():
    shares = Shares(2)
    first, second = Share(shares, 0), Share(shares, 1)
    first.say(3)
    second.say(2)

    shares.leave(1)

    assert not first.is_above(3)


def test_a_body_does_not_wait_until_its_headers_are_acknowledged():
    said = subprocess.run(
        [sys.executable, "-W", "ignore", "-c", ACCEPTING],
        check=True,
        timeout=60,
        capture_output=True,
        text=True,
    ).stdout

    assert said == "no delay\n"
