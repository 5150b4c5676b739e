# SPDX-License-Identifier: Apache-2.0
"""How full clusters are, and what works for them."""

from __future__ import annotations

import pytest

import synnefo_backends
from synnefo_backends import Demand
from synnefo_backends.refresh import EVERY_S, LATE_S, TASK
from synnefo_core.errors import NotFound
from synnefo_core.testing.fixtures import StillClock
from synnefo_core.timetable import Task, Timetable

DEMAND = Demand(vcpus=2, ram_mib=512, disk_mib=2048)


@pytest.fixture
def clock():
    """Return a clock that stands still."""
    return StillClock()


@pytest.fixture
def clusters(context):
    """Register two clusters of one node with 4 GiB each."""
    for name in ("alpha", "beta"):
        settings = {"nodes": "1", "ram_mib": "4096"}
        synnefo_backends.add(context, name=name, driver="sim", settings=settings)
        synnefo_backends.refresh(context, name)


def only(context, **which):
    [found] = synnefo_backends.services(context, **which)
    return found


def test_what_is_booked_is_beside_what_there_is(context, clusters):
    chosen = synnefo_backends.place(context, "s1", DEMAND)
    synnefo_backends.book(context, "s2", chosen, DEMAND)

    full = synnefo_backends.find_occupied(context, chosen).occupancy
    empty = [each for each in synnefo_backends.occupied(context) if each.backend.id != chosen]

    assert (2, 4, 1024, 4096) == (
        full.booked.servers,
        full.booked.vcpus,
        full.booked.ram_mib,
        full.booked.disk_mib,
    )
    assert 4096 == full.ram_mib
    assert [0] == [each.occupancy.booked.servers for each in empty]


def test_together_only_those_count_that_may_have_more(context, clusters):
    synnefo_backends.place(context, "s1", DEMAND)
    synnefo_backends.place(context, "s2", DEMAND)
    both = synnefo_backends.together(synnefo_backends.occupied(context))
    synnefo_backends.modify(context, "beta", is_drained=True)
    one = synnefo_backends.together(synnefo_backends.occupied(context))

    assert (2, 8192, 2) == (both.count, both.ram_mib, both.booked.servers)
    assert (1, 4096, 1) == (one.count, one.ram_mib, one.booked.servers)


def test_a_cluster_that_is_not_there_is_not_full(context):
    with pytest.raises(NotFound):
        synnefo_backends.find_occupied(context, "nothing")


@pytest.mark.parametrize("change, is_up", [("drained", True), ("offline", False)])
def test_a_closed_cluster_is_a_disabled_service(context, clusters, change, is_up):
    synnefo_backends.modify(context, "beta", **{f"is_{change}": True})

    service = only(context, host="beta")

    assert (is_up, False, change) == (service.is_up, service.is_enabled, service.disabled_reason)
    assert only(context, host="alpha").is_enabled


def test_the_worker_is_up_while_it_keeps_its_turns(context, clock):
    never = only(context, binary="nova-scheduler").is_up
    task = Task(TASK, EVERY_S, lambda _: None)
    timetable = Timetable(context, [task], owner="w", lease_s=2.0)
    timetable.register()
    in_time = only(context, binary="nova-scheduler").is_up
    clock.advance(LATE_S + EVERY_S)
    late = only(context, binary="nova-scheduler").is_up
    timetable.take(task)
    timetable.put_back(task)

    assert (False, True, False) == (never, in_time, late)
    assert only(context, binary="nova-scheduler").is_up
