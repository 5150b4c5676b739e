# SPDX-License-Identifier: Apache-2.0
"""From the job queue to the bus, through outages, fail-over and restarts."""

import select
import threading

import pytest

from synnefo_node_ganeti.ending import Ending
from tests.plugins.node_ganeti.cluster import NODE, OTHER


@pytest.fixture
def eventd(make):
    """The daemon, which has looked at the empty queue."""
    eventd = make()
    eventd.turn()
    return eventd


def turn_after_change(eventd):
    """Let the daemon have a turn once the kernel says that something changed."""
    assert select.select([eventd._watch], [], [], 5)[0]
    eventd.turn()


def test_each_change_of_a_job_is_told_of(cluster, eventd, bus):
    for state in ("queued", "waiting", "running", "success"):
        cluster.write(7, state)
        turn_after_change(eventd)

    assert [("7", "queued"), ("7", "running"), ("7", "success")] == bus.told()


def test_jobs_of_others_and_other_files_are_passed_over(cluster, eventd, bus):
    cluster.write(7, "success", instance="theirs")
    (cluster.queue / "serial").write_text("7")
    cluster.write_text(8, "{")
    cluster.write(9, "success")

    turn_after_change(eventd)

    assert [("9", "success")] == bus.told()


def test_what_changed_while_it_did_not_run_is_told_of(cluster, make, bus):
    cluster.write(1, "running")
    make().turn()
    cluster.write(1, "success")
    cluster.write(2, "success")
    cluster.archive(2)
    cluster.write(3, "queued")

    make().turn()

    expected = [("1", "running"), ("1", "success"), ("2", "success"), ("3", "queued")]
    assert expected == bus.told()


def test_what_was_told_of_is_not_told_again_after_a_restart(cluster, make, bus):
    cluster.write(1, "success")
    make().turn()

    make().turn()

    assert [("1", "success")] == bus.told()


def test_what_is_too_old_is_not_told_of(cluster, make, bus):
    cluster.write(1, "success", age_s=7200)
    cluster.write(2, "success", age_s=1800)

    make(catch_up_s=3600.0).turn()

    assert [("2", "success")] == bus.told()


def test_a_job_that_is_archived_before_it_is_read_is_told_of(cluster, eventd, bus):
    cluster.write(20_007, "success")
    cluster.archive(20_007)

    turn_after_change(eventd)

    assert [("20007", "success")] == bus.told()


def test_only_the_master_speaks(cluster, eventd, bus):
    cluster.elect(OTHER)
    cluster.write(1, "success")
    eventd.turn()
    assert [] == bus.told()

    cluster.elect(NODE)
    eventd.turn()

    assert [("1", "success")] == bus.told()


def test_a_node_that_is_no_master_any_more_stops(cluster, eventd, bus):
    bus.left = 0
    cluster.write(1, "success")
    turn_after_change(eventd)
    cluster.elect(OTHER)
    bus.left = None

    eventd.turn()

    assert [] == bus.messages[1:]  # the heartbeat of the first turn


def test_a_node_of_no_cluster_waits_for_one(cluster, make, bus):
    cluster.queue.rename(cluster.directory / "elsewhere")
    eventd = make()
    eventd.turn()
    cluster.queue.mkdir()
    cluster.write(1, "success")

    eventd.turn()

    assert [("1", "success")] == bus.told()


def test_a_queue_that_is_replaced_is_followed(cluster, eventd, bus):
    cluster.queue.rename(cluster.directory / "elsewhere")
    cluster.queue.mkdir()
    turn_after_change(eventd)
    eventd.turn()
    cluster.write(1, "success")

    turn_after_change(eventd)

    assert [("1", "success")] == bus.told()


def test_what_waits_for_the_broker_is_told_in_order(cluster, eventd, bus, monkeypatch):
    bus.left = 1
    for job in (1, 2, 3):
        cluster.write(job, "running")
        eventd.turn()
    cluster.write(1, "success")
    eventd.turn()
    bus.left = None
    monkeypatch.setattr(eventd._outlet, "_retry_at", 0.0)

    eventd.turn()

    expected = [("1", "running"), ("2", "running"), ("3", "running"), ("1", "success")]
    assert expected == bus.told()


def test_what_waits_is_told_by_the_next_process(cluster, eventd, make, bus):
    bus.left = 0
    cluster.write(1, "running")
    turn_after_change(eventd)
    cluster.write(1, "success")
    turn_after_change(eventd)
    bus.left = None

    make().turn()

    assert [("1", "running"), ("1", "success")] == bus.told()


def test_what_does_not_fit_the_spool_is_read_from_the_queue_later(cluster, make, bus, monkeypatch):
    bus.left = 0
    eventd = make(spool_limit=10)
    for job in range(1, 26):
        cluster.write(job, "success")
        eventd.turn()
    bus.left = None
    monkeypatch.setattr(eventd._outlet, "_retry_at", 0.0)

    for _ in range(10):
        eventd.turn()

    told = bus.told()
    assert {(str(job), "success") for job in range(1, 26)} == set(told)
    assert 25 == len(told)


def test_what_the_kernel_forgot_is_read_from_the_queue(cluster, eventd, bus, monkeypatch):
    cluster.write(1, "success")
    monkeypatch.setattr(eventd._watch, "changed", lambda: None)  # as after an overflow

    eventd.turn()

    assert [("1", "success")] == bus.told()


def test_the_cloud_hears_that_it_lives(make, bus):
    eventd = make(heartbeat_s=0.05)
    ending = Ending()
    threading.Timer(0.4, ending.tell).start()

    eventd.run(ending)

    assert 2 <= bus.heartbeats() <= 9


def test_whoever_is_no_master_does_not_say_that_it_lives(cluster, make, bus):
    cluster.elect(OTHER)

    make().turn()

    assert 0 == bus.heartbeats()
