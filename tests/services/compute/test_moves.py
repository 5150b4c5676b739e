# SPDX-License-Identifier: Apache-2.0
"""The list of the moves of servers."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import update

import synnefo_compute
from synnefo_backend_sim import faults
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute import ChoiceOfMoves
from synnefo_compute.models import ActionRow
from synnefo_compute.moves import Place
from synnefo_core.context import new_request_id
from synnefo_core.errors import InvalidField, NotFound


@pytest.fixture
def admin(context):
    """Return a function that gives an administrator's context for one more request."""
    return lambda: replace(context, request_id=new_request_id())


@pytest.fixture
def large(context, server):
    """Add a larger flavor."""
    return synnefo_compute.create_flavor(
        context, flavor_id="2", name="large", vcpus=4, ram_mib=2048, disk_gib=5
    ).id


@pytest.fixture
def other(server, add):
    """Add a second cluster once the server is in the first one."""
    return add("south")


@pytest.fixture
def listed(context):
    """Return a function that lists moves."""
    return lambda **choice: synnefo_compute.list_moves(context, ChoiceOfMoves(**choice))


def place(cluster, server, name="sim") -> Place:
    return Place(name, cluster.inventory.instance(f"snf-{server.id}").node)


def test_a_live_move_tells_where_it_went_once_it_is_there(server, admin, settle, cluster, listed):
    before = place(cluster, server)
    asked = admin()
    synnefo_compute.migrate_server(asked, server.id)
    (during,) = listed()
    settle()
    (after,) = listed()

    assert ("live-migration", "running", before, Place()) == (
        during.kind,
        during.status,
        during.source,
        during.target,
    )
    assert ("completed", before, place(cluster, server)) == (
        after.status,
        after.source,
        after.target,
    )
    assert before != after.target
    assert (server.id, asked.user_id, during.number) == (
        after.server_id,
        after.user_id,
        after.number,
    )


def test_a_move_to_another_cluster_names_both(server, admin, settle, cluster, other, listed):
    before = place(cluster, server)
    synnefo_compute.move_server(admin(), server.id, "south")
    assert ["migrating"] == [each.status for each in listed()]
    settle()

    (move,) = listed()
    assert ("migration", "confirmed") == (move.kind, move.status)
    assert (before, place(other, server, "south")) == (move.source, move.target)


def test_a_move_that_fails_came_nowhere(server, admin, settle, cluster, listed):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "migrate"))
    synnefo_compute.migrate_server(admin(), server.id)
    settle()

    assert [("error", Place())] == [(each.status, each.target) for each in listed()]


def test_a_move_that_fails_and_stays_says_where_it_came(
    server, admin, settle, cluster, other, listed
):
    faults.inject(other.cluster, Fault(FaultKind.ERROR, "start", message="not here"))
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "take_in", count=9))
    synnefo_compute.move_server(admin(), server.id, "south")
    settle()

    (move,) = listed()
    assert ("error", place(other, server, "south")) == (move.status, move.target)


def test_a_resize_is_finished_until_it_is_decided(server, again, settle, large, listed, cluster):
    synnefo_compute.resize_server(again(), server.id, large)
    assert ["migrating"] == [each.status for each in listed()]
    settle()
    (finished,) = listed()
    synnefo_compute.confirm_resize(again(), server.id)
    assert ["confirming"] == [each.status for each in listed()]
    settle()

    (confirmed,) = listed()
    assert ("resize", "finished", (server.flavor_id, large)) == (
        finished.kind,
        finished.status,
        finished.flavors,
    )
    assert "confirmed" == confirmed.status
    assert finished.source == finished.target == place(cluster, server)
    assert confirmed.updated_at >= finished.updated_at


def test_each_resize_has_its_own_decision(server, again, settle, large, listed):
    synnefo_compute.resize_server(again(), server.id, large)
    settle()
    synnefo_compute.revert_resize(again(), server.id)
    assert ["reverting"] == [each.status for each in listed()]
    settle()
    synnefo_compute.resize_server(again(), server.id, large)
    settle()

    assert ["finished", "reverted"] == [each.status for each in listed()]
    assert [2] == [len(each.flavors) for each in listed(status="reverted")]


def test_a_decision_that_failed_leaves_it_open(server, again, settle, large, listed, cluster):
    synnefo_compute.resize_server(again(), server.id, large)
    settle()
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "resize", count=9))
    synnefo_compute.revert_resize(again(), server.id)
    settle()

    assert ["finished"] == [each.status for each in listed()]


def test_what_is_no_move_is_not_listed(server, again, settle, listed):
    synnefo_compute.stop_server(again(), server.id)
    settle()

    assert [] == listed()


@pytest.fixture
def three(server, admin, again, settle, other, large):
    """Have a live move, one to another cluster and a resize, in this order."""
    synnefo_compute.migrate_server(admin(), server.id)
    settle()
    synnefo_compute.move_server(admin(), server.id, "south")
    settle()
    synnefo_compute.resize_server(again(), server.id, large)
    settle()
    return server


def test_the_newest_is_first_and_pages_follow_each_other(three, listed):
    whole = listed()
    first = listed(limit=2)
    rest = listed(limit=2, marker=first[-1].id)

    assert ["resize", "migration", "live-migration"] == [each.kind for each in whole]
    assert whole == first + rest


def test_a_choice_looks_at_all_pages(three, listed, context, monkeypatch):
    monkeypatch.setitem(context.cloud.config.compute.__dict__, "page_limit", 1)

    assert ["live-migration"] == [each.kind for each in listed(kind="live-migration")]


def test_moves_are_chosen_by_what_they_are(three, listed, admin, member):
    live = listed(kind="live-migration")[0]

    def kinds(**choice):
        return [each.kind for each in listed(**choice)]

    assert ["resize"] == kinds(status="finished")
    assert ["resize", "migration"] == kinds(place="south")
    assert ["resize"] == kinds(source="south")
    assert "live-migration" in kinds(place=live.source.node)
    assert ["resize"] == kinds(columns={"user_id": member.user_id})
    assert [] == kinds(columns={"server_id": "none"})
    assert 3 == len(kinds(columns={"server_id": three.id}))
    assert ["live-migration"] == kinds(changed_before=live.updated_at)
    assert [] == kinds(changed_since=live.updated_at + 1e6)


def test_a_marker_of_no_move_is_refused(three, listed, context):
    with pytest.raises(InvalidField, match="marker none"):
        listed(marker="none")


def test_live_moves_that_are_under_way_are_a_servers_own(server, admin, context, settle):
    synnefo_compute.migrate_server(admin(), server.id)

    (move,) = synnefo_compute.list_live_moves(context, server.id)
    assert move == synnefo_compute.show_live_move(context, server.id, str(move.number))
    settle()
    assert [] == synnefo_compute.list_live_moves(context, server.id)
    with pytest.raises(NotFound):
        synnefo_compute.show_live_move(context, server.id, str(move.number))


def test_of_a_move_before_places_were_kept_the_rest_is_told(three, listed, context):
    with context.unit_of_work() as session:
        session.execute(update(ActionRow).values(places={}))

    moves = listed()
    assert ["finished", "confirmed", "completed"] == [each.status for each in moves]
    assert {(Place(), Place(), ("", ""))} == {(m.source, m.target, m.flavors) for m in moves}
