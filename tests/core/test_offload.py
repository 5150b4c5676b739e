# SPDX-License-Identifier: Apache-2.0
"""Blocking C calls, on whichever runtime the tests run."""

import hashlib
import threading
import time

import pytest

from synnefo_core.offload import EventletOffload, ThreadOffload, is_green, make_offload

LARGE = bytes(32 << 20)


@pytest.fixture
def offload():
    offload = make_offload(2)
    yield offload
    offload.close()


def test_the_runtime_chooses(offload):
    assert (EventletOffload if is_green() else ThreadOffload) is type(offload)


def test_a_call_gives_its_result(offload):
    assert hashlib.md5(b"x").digest() == offload.run(hashlib.md5, b"x").digest()


def test_a_call_raises_its_exception(offload):
    with pytest.raises(ZeroDivisionError):
        offload.run(divmod, 1, 0)


def test_calls_that_are_submitted_run_while_the_caller_goes_on(offload):
    hashes = [offload.submit(hashlib.sha256, LARGE) for _ in range(3)]

    expected = hashlib.sha256(LARGE).digest()

    assert [expected] * 3 == [pending.result().digest() for pending in hashes]


def test_a_submitted_call_raises_when_its_result_is_asked_for(offload):
    pending = offload.submit(divmod, 1, 0)

    with pytest.raises(ZeroDivisionError):
        pending.result()


def test_a_call_holds_up_nobody_else(offload):
    ticks, done, pause = [], threading.Event(), threading.Event()

    def tick():
        while not done.is_set():
            ticks.append(1)
            pause.wait(0.001)

    ticking = threading.Thread(target=tick)
    ticking.start()
    before = len(ticks)
    for _ in range(3):
        offload.run(hashlib.pbkdf2_hmac, "sha256", b"password", b"salt", 200_000)
    during = len(ticks) - before
    done.set()
    ticking.join(10)

    assert during > 10


def test_another_that_is_closed_takes_no_call_away(offload):
    results, give_up = [], time.monotonic() + 30

    def call_often():
        results.extend(offload.submit(len, b"").result() for _ in range(200))

    calling = threading.Thread(target=call_often, daemon=True)
    calling.start()
    while calling.is_alive() and time.monotonic() < give_up:
        another = make_offload(2)
        assert another.run(len, b"x") == 1
        another.close()

    assert [0] * 200 == results


def test_a_cloud_has_one(cloud):
    assert cloud.offload is cloud.offload
