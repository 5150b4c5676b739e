# SPDX-License-Identifier: Apache-2.0
"""Processes that give way to others."""

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

SAID = """
import json, os, sys, threading
from pathlib import Path
from synnefo_core import priority
os.nice(int(sys.argv[1]))
priority.give_way(int(sys.argv[2]))
group = Path("/proc/self/autogroup")
own, of_thread = os.getpriority(os.PRIO_PROCESS, 0), []
thread = threading.Thread(target=lambda: of_thread.append(os.getpriority(os.PRIO_PROCESS, 0)))
thread.start()
thread.join()
words = group.read_text().split() if group.exists() else []
of_session = int(words[-1]) if words else None
print(json.dumps([own, *of_thread, of_session]))
"""


def priorities(before, wanted, *, is_leader):
    """Return what a process has after it gave way: its own niceness, a thread's, its session's."""
    words = [sys.executable, "-c", SAID, str(before), str(wanted)]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True, start_new_session=is_leader)
    return json.loads(done.stdout)


def of_session():
    """Return the niceness of the session of these tests, None where sessions have none."""
    group = Path("/proc/self/autogroup")
    words = group.read_text().split() if group.exists() else []
    return int(words[-1]) if words else None


@pytest.mark.parametrize("before, wanted, nice", [(0, 10, 10), (0, 0, 0), (12, 10, 12)])
def test_a_process_is_as_nice_as_it_should_be_at_least(before, wanted, nice):
    if os.getpriority(os.PRIO_PROCESS, 0) != 0:
        pytest.skip("these tests are nice themselves")

    own, of_thread, _ = priorities(before, wanted, is_leader=True)

    assert [nice, nice] == [own, of_thread]


@pytest.mark.skipif(of_session() is None, reason="sessions are not scheduled as one")
def test_the_leader_of_a_session_gives_way_with_all_of_it():
    assert 10 == priorities(0, 10, is_leader=True)[2]


@pytest.mark.skipif(of_session() is None, reason="sessions are not scheduled as one")
def test_what_runs_in_the_session_of_others_leaves_their_priority_alone():
    before = of_session()

    told = priorities(0, 10, is_leader=False)[2]

    assert before == told == of_session()
