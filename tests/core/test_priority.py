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
of_group = int(words[-1]) if words else None
print(json.dumps([own, *of_thread, of_group]))
"""


def priorities(before, wanted, *, is_leader):
    """Return what a process has after it gave way: its own niceness, a thread's, its group's."""
    words = [sys.executable, "-c", SAID, str(before), str(wanted)]
    done = subprocess.run(words, stdout=subprocess.PIPE, check=True, start_new_session=is_leader)
    return json.loads(done.stdout)


def of_group():
    """Return the niceness of all processes of this one's setsid(2), None where the kernel knows none."""
    group = Path("/proc/self/autogroup")
    words = group.read_text().split() if group.exists() else []
    return int(words[-1]) if words else None


def of_new_group():
    """Return what one that leads its own can make its niceness, None where the kernel knows none.

    The tests themselves may run in none: what the kernel began before any setsid(2) has none.
    """
    told = "echo 10 > /proc/self/autogroup; cat /proc/self/autogroup"
    done = subprocess.run(
        ["sh", "-c", told], capture_output=True, check=False, start_new_session=True, text=True
    )
    return int(done.stdout.split()[-1]) if done.stdout.strip() else None


@pytest.mark.parametrize("more, wanted", [(0, 10), (0, 0), (12, 10)])
def test_a_process_and_its_threads_are_as_nice_as_wanted_at_least(more, wanted):
    before = min(19, os.getpriority(os.PRIO_PROCESS, 0) + more)

    own, of_thread, _ = priorities(more, wanted, is_leader=True)

    assert [max(before, wanted)] * 2 == [own, of_thread]


def test_who_leads_its_group_makes_all_of_it_give_way():
    expected = of_new_group()

    assert expected == priorities(0, 10, is_leader=True)[2]


def test_who_does_not_lead_its_group_leaves_it_alone():
    before = of_group()

    told = priorities(0, 10, is_leader=False)[2]

    assert before == told == of_group()
