# SPDX-License-Identifier: Apache-2.0
"""Several processes share a cluster, and each of them may be killed at any moment."""

import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor

import pytest

from synnefo_backend_sim import ClusterFile, SimBackend
from synnefo_core.contracts.compute import (
    BackendUnavailable,
    DiskSpec,
    InstanceSpec,
    JobState,
    PowerState,
)
from synnefo_core.contracts.driver import DriverSetup

PRELUDE = """
import os, signal, sqlite3, sys
from pathlib import Path
from synnefo_backend_sim import SimBackend
from synnefo_core.contracts.compute import DiskSpec, InstanceSpec
from synnefo_core.contracts.driver import DriverSetup

pace = {"job_delay_min_s": 0.0, "job_delay_max_s": 0.0}
backend = SimBackend(DriverSetup("shared", pace, Path(sys.argv[1])))
spec = lambda name: InstanceSpec(name, 1, 128, disks=(DiskSpec("disk", 64),))
"""

SUBMIT_TEN = """
for number in range(10):
    print(backend.lifecycle.create(spec(f"snf-{sys.argv[2]}-{number}")), flush=True)
"""

DIE_AT = """
backend.lifecycle.create(spec("snf-before"))

def die(statement):
    if statement.strip().startswith(sys.argv[2]):
        os.kill(os.getpid(), signal.SIGKILL)

backend.cluster._idle[0].set_trace_callback(die)
backend.lifecycle.create(spec("snf-during"))
"""

STAY_GREEN = """
import eventlet
eventlet.monkey_patch()
""" + (
    PRELUDE
    + """
backend.capabilities()
other = sqlite3.connect(backend.cluster.path, isolation_level=None)
other.execute("BEGIN IMMEDIATE")
submitted = eventlet.spawn(backend.lifecycle.create, spec("snf-1"), timeout_s=2)
for _ in range(5):
    eventlet.sleep(0.01)
assert not submitted.dead
other.execute("COMMIT")
print(submitted.wait())
"""
)


def start(script, *arguments):
    return subprocess.Popen(
        [sys.executable, "-W", "ignore", "-c", script, *map(str, arguments)],
        stdout=subprocess.PIPE,
        text=True,
    )


def outcome(process):
    printed, _ = process.communicate(timeout=60)
    return process.returncode, printed.split()


@pytest.fixture
def shared(tmp_path):
    pace = {"job_delay_min_s": 0.0, "job_delay_max_s": 0.0}
    backend = SimBackend(DriverSetup("shared", pace, tmp_path))
    yield backend
    backend.close()


def assert_consistent(backend):
    """The file is whole, and the nodes' books are what their instances add up to."""
    db = sqlite3.connect(backend.cluster.path)
    assert [("ok",)] == db.execute("PRAGMA integrity_check").fetchall()
    db.close()
    capacity, kept = backend.inventory.capacity(), backend.inventory.instances()
    assert len(kept) == capacity.instances
    assert sum(each.ram_mib for each in kept) == capacity.ram_mib - capacity.free_ram_mib
    used_mib = sum(disk.size_mib for each in kept for disk in each.disks)
    assert used_mib == capacity.disk_mib - capacity.free_disk_mib


def test_what_one_process_submits_another_sees(shared, tmp_path):
    code, job_ids = outcome(start(PRELUDE + SUBMIT_TEN, tmp_path, "a"))

    assert (0, 10) == (code, len(job_ids))
    assert set(job_ids) == set(shared.job_queue.jobs(job_ids))
    assert 10 == len(shared.inventory.instances("snf-a-"))


def test_processes_that_submit_at_once_get_different_jobs(shared, tmp_path):
    processes = [start(PRELUDE + SUBMIT_TEN, tmp_path, label) for label in "abc"]

    outcomes = [outcome(process) for process in processes]

    assert [0, 0, 0] == [code for code, _ in outcomes]
    job_ids = [job_id for _, printed in outcomes for job_id in printed]
    assert {1} == set(Counter(job_ids).values())
    states = {job.state for job in shared.job_queue.jobs(job_ids).values()}
    assert (30, {JobState.SUCCESS}) == (len(job_ids), states)
    assert_consistent(shared)


@pytest.mark.parametrize(
    "statement",
    ["BEGIN", "INSERT INTO job", "INSERT INTO instance", "UPDATE job", "COMMIT"],
)
def test_a_process_killed_while_it_submits_leaves_all_or_nothing(shared, tmp_path, statement):
    code, _ = outcome(start(PRELUDE + DIE_AT, tmp_path, statement))

    assert -signal.SIGKILL == code
    assert_consistent(shared)
    assert ["snf-before"] == [instance.name for instance in shared.inventory.instances()]
    assert [] == shared.job_queue.pending("snf-during")


def test_the_cluster_goes_on_after_a_process_was_killed(shared, tmp_path):
    outcome(start(PRELUDE + DIE_AT, tmp_path, "COMMIT"))

    spec = InstanceSpec("snf-during", 1, 128, disks=(DiskSpec("disk", 64),))
    job_id = shared.lifecycle.create(spec)

    assert JobState.SUCCESS is shared.job_queue.job(job_id).state
    assert PowerState.RUNNING is shared.inventory.instance("snf-during").power


def test_green_threads_go_on_while_another_process_holds_the_file(tmp_path):
    pytest.importorskip("eventlet")

    assert (0, ["1"]) == outcome(start(STAY_GREEN, tmp_path))


def test_a_file_that_stays_locked_is_unavailable(shared):
    shared.capabilities()
    other = sqlite3.connect(shared.cluster.path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")

    with pytest.raises(BackendUnavailable):
        shared.lifecycle.delete("snf-1", timeout_s=0.05)

    assert [] == shared.job_queue.pending("snf-1", timeout_s=0.05)
    other.close()


def test_threads_that_make_the_cluster_together_make_one(tmp_path):
    backends = [SimBackend(DriverSetup("new", {}, tmp_path)) for _ in range(8)]
    together = threading.Barrier(8)

    def look(backend):
        together.wait(timeout=30)
        return backend.inventory.capacity().nodes

    with ThreadPoolExecutor(8) as pool:
        nodes = set(pool.map(look, backends))

    assert {4} == nodes
    for backend in backends:
        backend.close()


def test_a_backend_may_be_used_again_by_the_next_reader_of_its_file(shared):
    shared.capabilities()
    shared.close()
    reader = ClusterFile(shared.cluster.path)

    count = reader.look(lambda turn: turn.db.execute("SELECT count(*) FROM node").fetchone()[0])

    reader.close()
    assert 4 == count
