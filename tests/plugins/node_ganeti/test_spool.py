# SPDX-License-Identifier: Apache-2.0
"""Notices on disk: in order, once, bounded, and there after a crash."""

import os
import signal
import sqlite3
import subprocess
import sys
from contextlib import closing
from functools import partial

import pytest

from synnefo_node_ganeti.jobs import Step
from synnefo_node_ganeti.spool import Spool, SpoolFull

# Notes the states of job after job, telling half of them, and says on its output what is safe.
BUSY = """
import itertools, sys
from pathlib import Path
from synnefo_node_ganeti.jobs import Step
from synnefo_node_ganeti.spool import Spool
spool = Spool(Path(sys.argv[1]), limit=10**9)
for job in itertools.count(1):
    for state in ("queued", "running", "success"):
        spool.note([Step(job, 0, "snf-a", "OP_INSTANCE_STARTUP", state, float(job))])
        sys.stdout.write(f"{job} {state}\\n")
        sys.stdout.flush()
    if job % 2 == 0:
        last = spool.first(3)[-1]
        spool.told(last)
"""


def step(job, state="success", at=1.0):
    return Step(job, 0, "snf-a", "OP_INSTANCE_STARTUP", state, at)


def jobs(spool):
    return [(int(notice.payload["job"]), notice.payload["state"]) for notice in spool.first(10**6)]


@pytest.fixture
def file(tmp_path):
    return tmp_path / "spool.sqlite"


@pytest.fixture
def spool(file):
    spool = Spool(file, limit=10)
    yield spool
    spool.close()


def test_notices_keep_their_order(spool):
    spool.note([step(2), step(1)])
    spool.note([step(3, "queued"), step(3, "running")])

    assert [(2, "success"), (1, "success"), (3, "queued"), (3, "running")] == jobs(spool)


def test_what_was_noted_is_not_noted_again(spool):
    spool.note([step(1, "running")])

    assert 0 == spool.note([step(1, "running")])
    assert 1 == spool.note([step(1, "success")])


def test_what_was_told_is_gone_and_stays_known(spool):
    spool.note([step(1), step(2), step(3)])

    spool.told(spool.first(2)[-1])

    assert [(3, "success")] == jobs(spool)
    assert 0 == spool.note([step(1)])


def test_it_is_there_for_the_next_process(file, spool):
    spool.note([step(1), step(2)])
    spool.close()

    again = Spool(file, limit=10)

    assert (2, [(1, "success"), (2, "success")]) == (again.number, jobs(again))
    again.close()


def test_a_full_spool_takes_nothing_until_half_of_it_is_told(spool):
    with pytest.raises(SpoolFull):
        spool.note([step(job) for job in range(12)])

    assert 10 == spool.number
    spool.told(spool.first(4)[-1])
    assert not spool.has_room
    spool.told(spool.first(1)[-1])
    assert spool.has_room
    assert 2 == spool.note([step(job) for job in range(12)])


def test_what_is_forgotten_would_be_told_again(spool):
    spool.note([step(1, at=10.0), step(2, at=20.0)])

    spool.forget(15.0)

    assert [1, 0] == [spool.note([step(1)]), spool.note([step(2)])]


def test_a_damaged_file_is_put_aside(file):
    file.write_bytes(b"nonsense" * 1000)

    spool = Spool(file, limit=10)

    assert 1 == spool.note([step(1)])
    assert b"nonsense" * 1000 == file.with_name("spool.sqlite.damaged").read_bytes()
    spool.close()


def test_a_file_that_another_holds_is_not_put_aside(file, spool, monkeypatch):
    spool.note([step(1)])
    monkeypatch.setattr(sqlite3, "connect", partial(sqlite3.connect, timeout=0))
    with (
        closing(sqlite3.connect(file, isolation_level=None)) as other,
        closing(Spool(file, limit=10)) as second,
    ):
        other.execute("BEGIN EXCLUSIVE")

        with pytest.raises(sqlite3.OperationalError):
            second.note([step(2)])

    assert [(1, "success")] == jobs(spool)
    assert not file.with_name("spool.sqlite.damaged").exists()


def test_nobody_else_can_read_it(file, spool):
    assert 0o600 == file.stat().st_mode & 0o777


@pytest.mark.parametrize("lines", [1, 50, 173])
def test_a_killed_process_loses_nothing_and_keeps_the_order(file, lines):
    with subprocess.Popen(
        [sys.executable, "-c", BUSY, str(file)], stdout=subprocess.PIPE, text=True
    ) as busy:
        safe = [busy.stdout.readline() for _ in range(lines)]
        os.kill(busy.pid, signal.SIGKILL)
        safe += busy.stdout.read().splitlines(keepends=True)

    noted = [place(*line.split()) for line in safe if line.endswith("\n")]
    with closing(Spool(file, limit=10**9)) as spool:
        waiting = [place(*found) for found in jobs(spool)]
    assert list(range(waiting[0], waiting[-1] + 1)) == waiting
    assert waiting[0] <= noted[-1] // 2 + 6  # no more was told than it told
    assert waiting[-1] in (noted[-1], noted[-1] + 1)  # the last one may be safe and unsaid


def place(job, state) -> int:
    """Return which of all that the process noted this was."""
    return 3 * (int(job) - 1) + ("queued", "running", "success").index(state)
