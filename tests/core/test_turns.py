# SPDX-License-Identifier: Apache-2.0
"""In what order green threads go on whose answers have come."""

import json
import subprocess
import sys

BEGINNING = """
import json, os
from synnefo_core import server
server.become_green()
import eventlet
turns = server._turns()

def readable():
    reader, writer = os.pipe()
    os.write(writer, b"an answer")
    return reader

def wait(descriptor, timeout_s=30):
    turns.wait(descriptor, is_reading=True, timeout_s=timeout_s, late=TimeoutError)

ended = []
"""
# Thirty requests that wait for twenty answers each.
MANY = """
def request(number):
    turns.begin()
    for _ in range(20):
        wait(readable())
    ended.append(number)

for thread in [eventlet.spawn(request, number) for number in range(30)]:
    thread.wait()
print(json.dumps(ended))
"""
# Requests follow one another without a pause; beside them somebody waits who serves none.
BUSY = """
def requests():
    for number in range(100):
        turns.begin()
        wait(readable())
        ended.append(number)

def other():
    wait(readable())
    ended.append("other")

for thread in [eventlet.spawn(each) for each in (requests, requests, other)]:
    thread.wait()
print(json.dumps(ended))
"""
# The first is there when the second is killed, which could have gone on as its next.
KILLED = """
def first():
    turns.begin()
    wait(readable())
    threads[1].kill()
    ended.append("first")

def other(name):
    turns.begin()
    wait(readable())
    ended.append(name)

threads = [eventlet.spawn(first), *[eventlet.spawn(other, name) for name in ("second", "third")]]
for thread in (threads[0], threads[2]):
    thread.wait()
print(json.dumps(ended))
"""
# The third's time is up while the two before it keep the processor; then it waits for something else.
GONE_ON = """
import time
silent, _ = os.pipe()
gates = [os.pipe() for _ in range(2)]

def before(reader):
    turns.begin()
    wait(reader)
    end = time.monotonic() + 0.05
    while time.monotonic() < end:
        pass

def third():
    turns.begin()
    for _, writer in gates:
        os.write(writer, b"an answer")
    for descriptor, timeout_s in ((readable(), 0.01), (silent, 0.1)):
        try:
            wait(descriptor, timeout_s)
            ended.append("answered")
        except TimeoutError:
            ended.append("late")

for thread in [*[eventlet.spawn(before, reader) for reader, _ in gates], eventlet.spawn(third)]:
    thread.wait()
print(json.dumps(ended))
"""
# Nobody writes what is waited for; the descriptor can be waited for again.
LATE = """
reader, writer = os.pipe()
for _ in range(2):
    try:
        wait(reader, timeout_s=0.01)
    except TimeoutError:
        ended.append("late")
os.write(writer, b"an answer")
wait(reader)
ended.append("answered")
print(json.dumps(ended))
"""


def ended(program):
    """Return in what order the green threads of a program ended."""
    done = subprocess.run(
        [sys.executable, "-c", BEGINNING + program], capture_output=True, check=True, timeout=60
    )
    return json.loads(done.stdout)


def test_requests_end_in_the_order_in_which_they_began():
    assert list(range(30)) == ended(MANY)


def test_who_serves_no_request_is_not_passed_by_for_ever():
    assert "other" in ended(BUSY)[:10]


def test_who_was_killed_holds_up_nobody():
    assert ["first", "third"] == ended(KILLED)


def test_whose_time_is_up_loses_its_turn():
    assert ["late", "late"] == ended(GONE_ON)


def test_who_waits_too_long_is_told_and_can_wait_again():
    assert ["late", "late", "answered"] == ended(LATE)
