# SPDX-License-Identifier: Apache-2.0
"""What is called a difference between rows and clusters, as a table: GNT-056, GNT-058."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given, strategies as st

from synnefo_compute import names, states
from synnefo_compute.reconcile.differences import (
    KINDS,
    Disks,
    Medium,
    Nics,
    Node,
    Orphan,
    PendingTask,
    Power,
    Size,
    Stale,
    Tags,
    compare,
    of_server,
)
from synnefo_compute.reconcile.recorded import Card, Recorded
from synnefo_core.contracts.compute import Disk, Instance, Nic, PowerState

ID = "3c1d0e52-7f0b-4c59-9a3e-000000000001"
MAC = "aa:00:00:00:00:01"

SERVER = Recorded(
    id=ID,
    backend_id="b1",
    vm_state=states.ACTIVE,
    task_state=states.NO_TASK,
    is_busy=False,
    is_lost=False,
    was_made=True,
    is_running=True,
    vcpus=2,
    ram_mib=1024,
    disk_gib=5,
    node="node1",
    cards=(Card("port1", MAC, "10.0.0.2"),),
    updated_at=1.0,
)
INSTANCE = Instance(
    name=f"snf-{ID}",
    power=PowerState.RUNNING,
    vcpus=2,
    ram_mib=1024,
    node="node1",
    disks=(Disk("d", 5 * 1024),),
    nics=(Nic("n", MAC, "10.0.0.2"),),
    tags=(names.own_tag(ID),),
    created_at=100.0,
)
LOST = {"vm_state": states.ERROR, "is_lost": True}
UNMADE = {"vm_state": states.ERROR, "was_made": False}
RESCUED = {"vm_state": states.RESCUED, "own_boot": (("medium", "disk"),)}
STRANGE_NIC = Nic("x", "aa:00:00:00:00:02", None)

CASES = {
    "the same": ({}, {}, []),
    "stopped by an operator": (
        {},
        {"power": PowerState.STOPPED},
        [Power(ID, "active", PowerState.STOPPED)],
    ),
    "died": ({}, {"power": PowerState.CRASHED}, [Power(ID, "active", PowerState.CRASHED)]),
    "started by an operator": (
        {"vm_state": states.STOPPED},
        {},
        [Power(ID, "stopped", PowerState.RUNNING)],
    ),
    "dead, and shown as stopped": (
        {"vm_state": states.STOPPED},
        {"power": PowerState.CRASHED},
        [],
    ),
    "on a node that is down": ({}, {"power": PowerState.UNKNOWN}, []),
    "more memory": ({}, {"ram_mib": 2048}, [Size(ID, (2, 2), (1024, 2048))]),
    "fewer processors": ({}, {"vcpus": 1}, [Size(ID, (2, 1), (1024, 1024))]),
    "a card taken away": ({}, {"nics": ()}, [Nics(ID, missing=("port1",))]),
    "a card added": (
        {},
        {"nics": (*INSTANCE.nics, STRANGE_NIC)},
        [Nics(ID, unknown=(STRANGE_NIC.mac,))],
    ),
    "another address": (
        {},
        {"nics": (Nic("n", MAC, "10.0.0.9"),)},
        [Nics(ID, moved=(("port1", "10.0.0.9"),))],
    ),
    "an address left to the guest": ({}, {"nics": (Nic("n", MAC, None),)}, []),
    "a MAC in capitals": ({}, {"nics": (Nic("n", MAC.upper(), "10.0.0.2"),)}, []),
    "a disk that grew": ({}, {"disks": (Disk("d", 9216),)}, [Disks(ID, (5,), (9,))]),
    "a disk that is a bit larger than asked for": (
        {"disk_gib": 6},
        {"disks": (Disk("d", 5 * 1024 + 4),)},
        [],
    ),
    "a disk taken away": ({}, {"disks": ()}, [Disks(ID, (5,), ())]),
    "no disk on either side": ({"disk_gib": 0}, {"disks": ()}, []),
    "the tag lost": ({}, {"tags": ("other",)}, [Tags(ID, names.own_tag(ID))]),
    "moved": ({}, {"node": "node2"}, [Node(ID, "node1", "node2")]),
    "a node that is not told": ({}, {"node": ""}, []),
    "vanished": ({}, None, [Stale(ID)]),
    "vanished, and the row says so": (LOST, None, [Stale(ID, is_marked=True)]),
    "back again": (LOST, {}, [Power(ID, "error", PowerState.RUNNING)]),
    "resized, and running": ({"vm_state": states.RESIZED}, {"vcpus": 4}, []),
    "resized, and stopped by an operator": (
        {"vm_state": states.RESIZED},
        {"power": PowerState.STOPPED},
        [Power(ID, "resized", PowerState.STOPPED)],
    ),
    "resized, and stopped before": (
        {"vm_state": states.RESIZED, "is_running": False},
        {"power": PowerState.STOPPED},
        [],
    ),
    "rescued": (RESCUED, {"boot": {"medium": "cd"}}, []),
    "rescued, where nobody tells from what it starts": (RESCUED, {}, []),
    "rescued, and put back by an operator": (
        RESCUED,
        {"boot": {"medium": "disk"}},
        [Medium(ID, is_rescued=False)],
    ),
    "shown as stopped, and still to be put back": (
        RESCUED | {"vm_state": states.STOPPED, "is_running": False},
        {"boot": {"medium": "cd"}, "power": PowerState.STOPPED},
        [Medium(ID, is_rescued=True)],
    ),
    "started from something, and never rescued": ({}, {"boot": {"medium": "cd"}}, []),
    "never made": (UNMADE, None, []),
    "never made, and a stranger has its name": (UNMADE, {"tags": (), "node": "node2"}, []),
    "failed for another reason": ({"vm_state": states.ERROR}, {"power": PowerState.STOPPED}, []),
    "in a saga's hands": ({"is_busy": True, "task_state": states.STOPPING}, None, []),
    "a task that nobody works on": (
        {"task_state": states.STOPPING},
        {"power": PowerState.STOPPED},
        [PendingTask(ID, "active", "powering-off", PowerState.STOPPED)],
    ),
    "a task without an instance": (
        {"vm_state": states.BUILDING, "task_state": states.SPAWNING},
        None,
        [PendingTask(ID, "building", "spawning", None)],
    ),
}


@pytest.mark.parametrize("recorded,found,expected", CASES.values(), ids=CASES)
def test_a_server_beside_its_instance(recorded, found, expected):
    instance = None if found is None else replace(INSTANCE, **found)

    assert expected == of_server(replace(SERVER, **recorded), instance)


def judged(servers, instances, *, known=(), made_before=1000.0):
    return compare(
        servers,
        instances,
        server_id=lambda name: name.removeprefix("snf-"),
        known=known,
        made_before=made_before,
    )


def test_an_instance_without_a_server_is_an_orphan():
    assert [Orphan(ID, INSTANCE.name, is_ours=True)] == judged([], [INSTANCE])


def test_an_instance_that_only_has_our_name_is_told_apart():
    stranger = replace(INSTANCE, tags=())

    assert [Orphan(ID, INSTANCE.name, is_ours=False)] == judged([], [stranger])


def test_a_young_instance_is_no_orphan_yet():
    assert [] == judged([], [INSTANCE], made_before=100.0)


def test_an_instance_of_a_server_that_is_known_elsewhere_is_no_orphan():
    assert [] == judged([], [INSTANCE], known=[ID])


def test_an_instance_of_a_busy_server_is_no_orphan():
    assert [] == judged([replace(SERVER, is_busy=True)], [INSTANCE])


SERVERS = st.builds(
    replace,
    st.just(SERVER),
    id=st.sampled_from(["s1", "s2", "s3"]),
    vm_state=st.sampled_from([states.ACTIVE, states.STOPPED, states.ERROR, states.BUILDING]),
    task_state=st.sampled_from([states.NO_TASK, states.STOPPING, states.DELETING]),
    is_busy=st.booleans(),
    was_made=st.booleans(),
    vcpus=st.integers(1, 3),
    node=st.sampled_from(["node1", "node2"]),
    cards=st.sampled_from([SERVER.cards, ()]),
)
INSTANCES = st.builds(
    replace,
    st.just(INSTANCE),
    name=st.sampled_from(["snf-s1", "snf-s2", "snf-s3", "snf-s4"]),
    power=st.sampled_from(PowerState),
    vcpus=st.integers(1, 3),
    tags=st.sampled_from([(), ("x",), (names.own_tag("s1"),)]),
)
WORLDS = st.tuples(
    st.lists(SERVERS, unique_by=lambda server: server.id),
    st.lists(INSTANCES, unique_by=lambda instance: instance.name),
)


@pytest.mark.parametrize(
    "power, expected",
    [(PowerState.RUNNING, [Nics(ID, lacking=("port1",))]), (PowerState.STOPPED, [])],
)
def test_a_card_that_a_guest_could_not_be_given_is_told_while_it_runs(power, expected):
    state = states.ACTIVE if power is PowerState.RUNNING else states.STOPPED
    server, instance = replace(SERVER, vm_state=state), replace(INSTANCE, power=power)

    (*found,) = compare(
        [server],
        [instance],
        server_id=lambda name: name.removeprefix("snf-"),
        known=(),
        lacking={instance.name: {MAC}, "snf-other": {"aa:00:00:00:00:02"}},
        made_before=0.0,
    )

    assert expected == found
    assert all("port1" in str(each) for each in found)


@given(WORLDS)
def test_a_busy_server_is_left_alone_and_each_kind_is_said_once(world):
    servers, instances = world

    found = judged(servers, instances)

    assert not {each.server_id for each in found} & {s.id for s in servers if s.is_busy}
    assert len(found) == len({(each.server_id, each.kind) for each in found})
    assert all(str(each) and KINDS[each.kind] is type(each) for each in found)


@given(WORLDS)
def test_what_is_missing_on_one_side_is_said_and_nothing_else_of_it(world):
    servers, instances = world
    here, there = {s.id for s in servers}, {i.name.removeprefix("snf-") for i in instances}

    found = judged(servers, instances)

    assert there - here == {each.server_id for each in found if isinstance(each, Orphan)}
    one_sided = [each for each in found if each.server_id not in here & there]
    assert {type(each) for each in one_sided} <= {Orphan, Stale, PendingTask}


@given(st.lists(SERVERS, unique_by=lambda server: server.id))
def test_a_cluster_that_is_as_recorded_has_no_differences(servers):
    settled = [
        replace(s, task_state=states.NO_TASK, is_busy=False)
        for s in servers
        if s.vm_state in (states.ACTIVE, states.STOPPED)
    ]
    power = {states.ACTIVE: PowerState.RUNNING, states.STOPPED: PowerState.STOPPED}
    instances = [
        replace(
            INSTANCE,
            name=f"snf-{s.id}",
            power=power[s.vm_state],
            vcpus=s.vcpus,
            node=s.node,
            nics=INSTANCE.nics if s.cards else (),
            tags=(names.own_tag(s.id),),
        )
        for s in settled
    ]

    assert [] == judged(settled, instances)
