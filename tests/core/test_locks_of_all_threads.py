# SPDX-License-Identifier: Apache-2.0
"""The standard library's locks between threads, and between them and what the offload runs."""

import io
import logging
import queue
import threading

import pytest

from synnefo_core.offload import make_offload

WAIT_S = 30.0


@pytest.fixture
def offload():
    offload = make_offload(4)
    yield offload
    offload.close()


def pause():
    """Let others have their turns."""
    return threading.Event().wait(0.001)


def begin(call):
    """Run a call in a thread of the runtime."""
    thread = threading.Thread(target=call, daemon=True)
    thread.start()
    return thread


def end_all(pending, threads):
    for each in pending:
        each.result()
    for each in threads:
        each.join(WAIT_S)
        assert not each.is_alive()


def everywhere(offload, call, count=3):
    """Run a call in native threads and in those of the runtime at once."""
    pending = [offload.submit(call) for _ in range(count)]
    end_all(pending, [begin(call) for _ in range(count)])


@pytest.mark.parametrize("kind", [threading.Lock, threading.RLock, threading.Condition])
def test_one_has_a_lock_at_a_time(offload, kind):
    lock, inside, most = kind(), [], []

    def take_turns():
        for number in range(300):
            with lock:
                inside.append(1)
                most.append(len(inside))
                if number % 50 == 0:
                    pause()
                inside.pop()

    everywhere(offload, take_turns)

    assert [1] * 1800 == most


def test_all_may_log(offload, monkeypatch):
    log, stream = logging.getLogger("all"), io.StringIO()
    monkeypatch.setattr(log, "handlers", [])
    monkeypatch.setattr(log, "propagate", False)
    log.addHandler(logging.StreamHandler(stream))

    everywhere(offload, lambda: [log.warning("a line") for _ in range(500)])

    assert ["a line"] * 3000 == stream.getvalue().splitlines()


@pytest.mark.parametrize("kind", [queue.Queue, queue.LifoQueue])
def test_all_may_take_from_a_queue(offload, kind):
    things = kind(2)

    def borrow():
        for _ in range(300):
            thing = things.get(timeout=WAIT_S)
            things.put(thing, timeout=WAIT_S)

    for thing in "ab":
        things.put(thing)
    everywhere(offload, borrow)

    assert ["a", "b"] == sorted(things.get_nowait() for _ in range(2))


def test_an_event_wakes_all_who_wait(offload):
    event, woken = threading.Event(), []

    def wait():
        woken.append(event.wait(WAIT_S))

    waiting = [begin(wait) for _ in range(3)]
    pending = [offload.submit(wait) for _ in range(2)]
    offload.run(event.set)
    end_all(pending, waiting)

    assert [True] * 5 == woken


def test_who_waits_no_longer_leaves_the_lock_to_others():
    lock, results = threading.Lock(), []

    def give_up():
        results.append(lock.acquire(timeout=0.02))

    def wait():
        results.append(lock.acquire(timeout=WAIT_S))

    with lock:
        impatient, patient = begin(give_up), begin(wait)
        impatient.join(WAIT_S)
        assert not lock.acquire(blocking=False)
    patient.join(WAIT_S)

    assert [False, True] == results
    assert lock.locked()


def test_to_wait_for_a_lock_holds_up_nobody_else(offload):
    lock, ticks = threading.Lock(), []
    lock.acquire()
    waiting = begin(lock.acquire)

    ticking = begin(lambda: [ticks.append(pause()) for _ in range(10)])
    ticking.join(WAIT_S)
    lock.release()
    waiting.join(WAIT_S)

    assert [False] * 10 == ticks
    assert not waiting.is_alive()


def test_what_is_free_can_not_be_released():
    with pytest.raises(RuntimeError):
        threading.Lock().release()
