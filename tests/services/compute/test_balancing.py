# SPDX-License-Identifier: Apache-2.0
"""Clusters that are emptied or evened out."""

from __future__ import annotations

import json

import pytest

import synnefo_backends
import synnefo_compute
from synnefo_backend_sim import faults, operator
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute import ServerSpec
from synnefo_compute.balancing import evacuation, rebalancing
from synnefo_core.clock import Clock
from synnefo_core.commands import main
from synnefo_core.errors import Unavailable


@pytest.fixture
def make(member, settle, cluster):
    """Return a function that makes so many servers."""

    def made(count, **more):
        spec = ServerSpec("web", "small", nics=[], **more)
        servers = [synnefo_compute.create_server(member, spec) for _ in range(count)]
        settle()
        return servers

    return made


@pytest.fixture
def command(cloud, capsys, monkeypatch, settle):
    """Return a function that runs a command while the worker works, and returns its rows."""
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)
    monkeypatch.setattr(Clock, "wait", lambda *_: settle())

    def run(*words, expect=0):
        line = ["--data", str(cloud.data_dir), "backend", *words, "--format", "json"]
        assert expect == main(line)
        return [
            (row["Server"], row["From"], row["To"], row["What"])
            for row in json.loads(capsys.readouterr().out)
        ]

    return run


def number(*clusters):
    """Return how many instances clusters have."""
    return [len(cluster.inventory.instances()) for cluster in clusters]


def test_a_drained_cluster_is_emptied(make, command, context, cluster, add):
    servers = make(3)
    other = add("south")
    synnefo_backends.modify(context, "sim", is_drained=True)

    rows = command("evacuate", "sim", "--stop", "--at-once", "2")

    assert [0, 3] == number(cluster, other)
    moved = [(server.id, "sim", "south", "moved") for server in servers]
    assert sorted(moved) == sorted(rows)


def test_a_dry_run_changes_nothing(make, command, cluster, add):
    (server,) = make(1)
    other = add("south")

    rows = command("evacuate", "sim", "--stop", "--dry-run")

    assert [(server.id, "sim", "south", "to be moved")] == rows
    assert [1, 0] == number(cluster, other)


def test_a_cluster_that_takes_servers_is_not_emptied(make, cloud, command, cluster, capsys):
    make(1)

    assert 1 == main(["--data", str(cloud.data_dir), "backend", "evacuate", "sim", "--stop"])

    assert "drain it first" in capsys.readouterr().err
    assert [1] == number(cluster)


def test_what_stays_is_told_with_the_reason(make, member, command, context, settle, add, tmp_path):
    runs, stopped, failed = make(3)
    synnefo_compute.stop_server(member, stopped.id)
    synnefo_compute.reset_state(context, failed.id, "error")
    settle()
    add("far", store=str(tmp_path / "far"))
    add("tiny", ram_mib="16")
    synnefo_backends.modify(context, "sim", is_drained=True)

    rows = command("evacuate", "sim", expect=1)

    told = {server: what for server, _, _, what in rows}
    assert "it runs, and may not be stopped" == told[runs.id]
    assert "it is error" == told[failed.id]
    assert "far: does not reach its disks; tiny: 32 MiB of memory left" == told[stopped.id]


def test_a_move_that_fails_is_told(make, command, context, cluster, add):
    (server,) = make(1)
    other = add("south")
    faults.inject(other.cluster, Fault(FaultKind.ERROR, "take_in", message="no room"))
    synnefo_backends.modify(context, "sim", is_drained=True)

    rows = command("evacuate", "sim", "--stop", expect=1)

    assert [(server.id, "sim", "south", "no room")] == rows
    assert [1, 0] == number(cluster, other)


def test_room_is_given_out_once_in_a_plan(make, context, add):
    make(3)
    add("small", nodes="1", ram_mib="2048")

    found = evacuation.plan(context, "sim", may_stop=True)

    assert (2, ["small: 0 MiB of memory left"]) == (
        len(found.moves),
        [each.reason for each in found.stays],
    )


def test_a_group_stays_apart_in_a_plan(make, member, context, add):
    group = synnefo_compute.create_server_group(member, name="g", policy="anti-affinity")
    make(2, group_id=group.id)
    add("one", nodes="1")
    add("other", nodes="1")

    found = evacuation.plan(context, "sim", may_stop=True)

    assert {"one", "other"} == {move.target for move in found.moves}


def test_zones_that_users_asked_for_are_kept(make, context, add):
    make(1, zone="nova")
    add("south")
    synnefo_backends.modify(context, "south", zone="south")

    found = evacuation.plan(context, "sim", may_stop=True)

    assert ["south: in the zone south"] == [each.reason for each in found.stays]


def test_a_cluster_that_is_away_can_not_be_emptied(make, context, cluster, add):
    make(1)
    add("south")
    operator.set_unreachable(cluster.cluster, is_unreachable=True)

    with pytest.raises(Unavailable):
        evacuation.plan(context, "sim", may_stop=True)


def test_a_target_that_is_away_is_told(make, context, add):
    make(1)
    other = add("south")
    operator.set_unreachable(other.cluster, is_unreachable=True)

    found = evacuation.plan(context, "sim", may_stop=True)

    assert ["south"] == list(found.silent)
    assert "can't be reached" in found.stays[0].reason


@pytest.fixture
def small(context, cluster, add):
    """Return two clusters of 8 GiB, the first of which has all servers that there are."""
    two = cluster, add("south")
    for name in ("sim", "south"):
        synnefo_backends.modify(context, name, ram_ratio=1 / 16)
    synnefo_backends.modify(context, "south", is_drained=True)
    return two


@pytest.fixture
def uneven(small, make, context):
    """Give the first of two small clusters six servers, and open the other one."""
    make(6)
    synnefo_backends.modify(context, "south", is_drained=False)
    return small


def test_servers_spread_over_clusters_until_those_are_even(uneven, command):
    rows = command("rebalance", "--stop")

    assert [3, 3] == number(*uneven)
    assert {("sim", "south", "moved")} == {row[1:] for row in rows}
    assert [] == command("rebalance", "--stop")


def test_a_larger_cluster_gets_more(uneven, command, context):
    synnefo_backends.modify(context, "south", ram_ratio=1 / 8)

    command("rebalance", "--stop")

    assert [2, 4] == number(*uneven)


def test_what_may_not_be_stopped_is_told(uneven, command):
    rows = command("rebalance")

    assert [("sim", "", "it runs, and may not be stopped")] * 6 == [row[1:] for row in rows]


@pytest.mark.usefixtures("uneven")
def test_no_more_is_moved_than_was_asked_for(context):

    found = rebalancing.plan(context, may_stop=True, most=1)

    assert 1 == len(found.moves)


@pytest.mark.usefixtures("uneven")
def test_a_drained_cluster_has_no_part_in_it(context):
    synnefo_backends.modify(context, "sim", is_drained=True)

    assert () == rebalancing.plan(context, may_stop=True, most=9).moves
