# SPDX-License-Identifier: Apache-2.0
"""Notices of clusters are hints: GNT-030, GNT-040, GNT-041, GNT-047, GNT-048, GNT-052."""

from __future__ import annotations

from dataclasses import replace

import pytest
from prometheus_client import REGISTRY

import synnefo_backends
import synnefo_compute
import synnefo_quota
from synnefo_backend_sim import operator
from synnefo_compute import events
from synnefo_compute.models import ServerRow
from synnefo_core.contracts.bus import Message
from synnefo_core.db.models import SagaRow
from tests.services.compute.test_servers import RUNNING, STOPPED, held, servers_only


def instance_of(server) -> str:
    return f"snf-{server.id}"


def count(topic: str, outcome: str) -> float:
    labels = {"topic": topic, "outcome": outcome}
    return REGISTRY.get_sample_value("synnefo_notices_total", labels) or 0.0


@pytest.fixture
def hear(context):
    """Return a function that lets a notice be heard and returns what came of it."""

    def run(server, *, sender="sim", **values):
        payload = {
            "job": "77",
            "instance": instance_of(server),
            "operation": "OP_INSTANCE_SHUTDOWN",
            "state": "success",
            "at": context.now(),
        }
        message = Message(events.JOB, payload | values, sender)
        outcomes = ("senseless", "refused", "unavailable", "unknown", "progress", "hastened")
        outcomes += ("busy", "stale", "repaired", "nothing")
        before = {each: count(events.JOB, each) for each in outcomes}
        events.hear_jobs(context, [message])
        (came,) = [each for each in outcomes if count(events.JOB, each) > before[each]]
        return came

    return run


def state(member, server) -> tuple[str, str]:
    shown = synnefo_compute.show_server(member, server.id)
    return shown.vm_state, shown.task_state


def test_a_stop_by_an_operator_is_shown_and_paid_at_its_notice(
    server, member, context, cluster, hear
):
    operator.stop(cluster.cluster, instance_of(server))

    assert "repaired" == hear(server)
    assert ("stopped", "") == state(member, server)
    assert STOPPED == servers_only(held(member))
    assert [] == synnefo_quota.verify(context)


def test_more_memory_by_an_operator_is_paid_at_its_notice(server, member, context, cluster, hear):
    operator.modify(
        cluster.cluster, instance_of(server), lambda found: replace(found, ram_mib=2048)
    )

    assert "repaired" == hear(server, operation="OP_INSTANCE_SET_PARAMS")
    assert 2 * 2**30 == held(member)["cyclades.ram"]
    assert [] == synnefo_quota.verify(context)


def test_the_cluster_is_believed_and_not_the_notice(server, member, hear):
    assert "nothing" == hear(server, operation="OP_INSTANCE_REMOVE")
    assert ("active", "") == state(member, server)
    assert RUNNING == servers_only(held(member))


def test_what_is_older_than_the_last_look_is_dropped(server, member, context, cluster, hear):
    hear(server)
    operator.stop(cluster.cluster, instance_of(server))

    assert "stale" == hear(server, at=context.now() - 60)
    assert ("active", "") == state(member, server)
    assert "repaired" == hear(server)


def test_a_doubled_notice_is_dropped(server, context, hear):
    at = context.now()

    assert ["nothing", "stale"] == [hear(server, at=at), hear(server, at=at)]


def test_a_clock_that_is_ahead_does_not_make_later_notices_stale(server, context, cluster, hear):
    hear(server, at=context.now() + 10**6)
    operator.stop(cluster.cluster, instance_of(server))

    assert "repaired" == hear(server)


@pytest.mark.parametrize("state_", ["queued", "running"])
def test_a_job_that_goes_on_changes_nothing(server, context, cluster, hear, state_):
    operator.stop(cluster.cluster, instance_of(server))

    assert "progress" == hear(server, state=state_)
    with context.reading() as session:
        assert 0.0 == session.get_one(ServerRow, server.id).noticed_at


@pytest.fixture
def stopping(server, member, cluster, context, worker):
    """Return a server whose stop waits for its job, which takes an hour, and the job's id."""
    settings = {"job_delay_min_s": "3600", "job_delay_max_s": "3600"}
    synnefo_backends.modify(context, "sim", settings=settings)
    synnefo_compute.stop_server(member, server.id)
    worker.drain(patience_s=0.05)
    with context.unit_of_work() as session:
        (saga,) = session.query(SagaRow).where(
            SagaRow.subject_id == server.id, SagaRow.state == "running"
        )
        saga.due_at += 3600.0
        return server, saga.data["job_id"]


def test_the_notice_of_its_job_wakes_a_saga(stopping, context, hear):
    server, job_id = stopping

    assert "hastened" == hear(server, job=job_id)
    with context.reading() as session:
        due = session.query(SagaRow.due_at).where(SagaRow.state == "running").scalar()
        assert due <= context.now()


def test_the_notice_of_another_job_ends_no_task(stopping, member, cluster, hear):
    server, job_id = stopping
    operator.stop(cluster.cluster, instance_of(server))

    assert "busy" == hear(server, job=f"{job_id}0")
    assert ("active", "powering-off") == state(member, server)


def test_a_cluster_has_no_say_in_the_servers_of_another(
    server, member, context, cluster, hear, caplog
):
    synnefo_backends.add(context, name="other", driver="sim", settings={})
    operator.stop(cluster.cluster, instance_of(server))

    assert "refused" == hear(server, sender="other")
    assert ("active", "") == state(member, server)
    assert "notice not heeded" in caplog.text


@pytest.mark.parametrize("sender", ["", "nobody"])
def test_who_is_no_cluster_of_ours_is_refused(server, hear, sender):
    assert "refused" == hear(server, sender=sender)


def test_a_cluster_is_not_heard_under_its_id(server, context, hear):
    assert "refused" == hear(server, sender=synnefo_backends.find(context, "sim").id)


@pytest.mark.parametrize("instance", ["snf-", "snf-nothing", "stranger"])
def test_strangers_are_passed_over(server, hear, instance):
    assert "unknown" == hear(server, instance=instance)


def test_a_deleted_server_is_passed_over(server, member, settle, hear):
    synnefo_compute.delete_server(member, server.id)
    settle()

    assert "unknown" == hear(server)


@pytest.mark.parametrize(
    "wrong",
    [
        {"job": 7},
        {"job": ""},
        {"job": "7" * 300},
        {"instance": None},
        {"operation": ["OP"]},
        {"state": "done"},
        {"state": None},
        {"state": {}},
        {"at": "now"},
        {"at": True},
        {"at": -1},
        {"at": float("nan")},
        {"at": float("inf")},
    ],
    ids=str,
)
def test_a_notice_that_cannot_be_is_counted_and_harms_nobody(server, hear, wrong):
    assert "senseless" == hear(server, **wrong)


def test_an_empty_notice_harms_nobody(context, cluster):
    before = count(events.JOB, "senseless")

    events.hear_jobs(context, [Message(events.JOB, {}, "sim")])

    assert before + 1 == count(events.JOB, "senseless")


def test_a_cluster_that_does_not_answer_after_its_notice_is_asked_again_at_the_next(
    server, member, cluster, hear, context
):
    at = context.now()
    operator.stop(cluster.cluster, instance_of(server))
    operator.set_unreachable(cluster.cluster, is_unreachable=True)
    assert "unavailable" == hear(server, at=at)

    operator.set_unreachable(cluster.cluster, is_unreachable=False)

    assert "repaired" == hear(server, at=at)


def test_a_heartbeat_tells_how_long_the_way_is(context, cluster):
    events.hear_heartbeats(context, [Message(events.HEARTBEAT, {"at": context.now() - 5}, "sim")])

    lag = REGISTRY.get_sample_value("synnefo_heartbeat_lag_seconds", {"place": "sim"})
    assert 5 <= lag < 60


@pytest.mark.parametrize(
    "payload,sender", [({}, "sim"), ({"at": "x"}, "sim"), ({"at": 1.0}, "nobody")]
)
def test_a_senseless_heartbeat_is_refused(context, cluster, payload, sender):
    before = count(events.HEARTBEAT, "refused")

    events.hear_heartbeats(context, [Message(events.HEARTBEAT, payload, sender)])

    assert before + 1 == count(events.HEARTBEAT, "refused")


# -- Many at a time -----------------------------------------------------------------------


@pytest.fixture
def others(submit, settle, member):
    """Four more servers that run."""
    made = [submit() for _ in range(4)]
    settle()
    return [synnefo_compute.show_server(member, each.id) for each in made]


@pytest.fixture
def hear_all(context):
    """Return a function that lets notices be heard together and returns what came of how many."""

    def run(*some):
        told = {"job": "77", "operation": "x", "state": "success", "at": context.now()}
        messages = [Message(events.JOB, told | values, "sim") for values in some]
        outcomes = ("senseless", "refused", "unavailable", "unknown", "progress", "hastened")
        outcomes += ("busy", "stale", "repaired", "nothing")
        before = {each: count(events.JOB, each) for each in outcomes}
        events.hear_jobs(context, messages)
        came = {each: count(events.JOB, each) - before[each] for each in outcomes}
        return {each: number for each, number in came.items() if number}

    return run


def about(*servers, **values):
    return [{"instance": instance_of(server), **values} for server in servers]


def test_of_many_notices_each_has_its_own_outcome(
    others, stopping, member, cluster, hear_all, context
):
    busy, job_id = stopping
    stopped, same, doubled, going_on = others
    operator.stop(cluster.cluster, instance_of(stopped))

    came = hear_all(
        *about(busy, job=job_id),
        *about(busy, job="5"),
        *about(stopped, same, doubled, doubled),
        *about(going_on, state="running"),
        *about(same, state="nonsense"),
        {"instance": "snf-nobody"},
    )

    assert came == {
        "hastened": 1,
        "busy": 1,
        "repaired": 1,
        "nothing": 2,
        "stale": 1,
        "progress": 1,
        "senseless": 1,
        "unknown": 1,
    }
    assert ("stopped", "") == state(member, stopped)
    assert [] == synnefo_quota.verify(context)


def test_of_a_server_only_the_last_of_several_notices_costs_a_look(server, context, hear_all):
    at = context.now()

    came = hear_all(*(each for back in (20, 10, 0) for each in about(server, at=at - back)))

    assert {"nothing": 1, "stale": 2} == came
    assert {"stale": 1} == hear_all(*about(server, at=at - 5))


def test_notices_of_many_servers_ask_their_cluster_once(
    server, others, cluster, hear_all, monkeypatch
):
    asked = []
    some = type(cluster.inventory).some
    monkeypatch.setattr(
        type(cluster.inventory),
        "some",
        lambda inventory, names: asked.append(len(names)) or some(inventory, names),
    )

    hear_all(*about(server, *others))

    assert [5] == asked


def test_many_notices_take_as_many_statements_as_one(server, others, statements, hear_all):
    with statements() as of_one:
        hear_all(*about(server))
    with statements() as of_many:
        hear_all(*about(*others))

    assert len(of_one) == len(of_many)


def test_a_cluster_that_is_away_is_asked_once_for_many_notices(
    server, others, cluster, hear_all, caplog
):
    operator.set_unreachable(cluster.cluster, is_unreachable=True)

    assert {"unavailable": 5} == hear_all(*about(server, *others))
    assert 1 == caplog.text.count("notice not heeded")


def test_a_word_that_no_database_takes_is_senseless(server, hear):
    assert "senseless" == hear(server, instance="snf-\0")
