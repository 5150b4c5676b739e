# SPDX-License-Identifier: Apache-2.0
"""What servers are behind a number, and which are taken when there are too many (CYC-093, 094)."""

from __future__ import annotations

from collections import Counter

import pytest

import synnefo_compute
import synnefo_quota
from synnefo_compute import charges, states
from synnefo_compute.models import ServerRow
from synnefo_core.contracts.quota import Severity
from synnefo_quota import enforcement

RESOURCES = [resource.name for resource in charges.RESOURCES]


@pytest.fixture
def servers(submit, settle):
    """Return three servers: one stopped, two running."""
    made = [submit() for _ in range(3)]
    settle()
    return made


@pytest.fixture
def stopped(member, servers, settle):
    """Stop one of the servers and return it."""
    synnefo_compute.stop_server(member, servers[0].id)
    settle()
    return servers[0]


@pytest.fixture
def limit(context):
    """Return a function that limits the project."""

    def make(resource, amount):
        synnefo_quota.set_limit(context, holder="project:p1", resource=resource, limit=amount)

    return make


def plan(context, **severity):
    return enforcement.plan(context, severity=Severity(**severity))


def chosen(context, **severity):
    steps = plan(context, **severity).steps
    return [(step.relief.action, step.relief.id) for step in steps]


def enforce(context, settle, **severity):
    """Do what is planned; return what went wrong."""
    problems = [problem for _, problem in enforcement.apply(context, plan(context, **severity))]
    settle()
    return [problem for problem in problems if problem]


@pytest.mark.usefixtures("stopped")
@pytest.mark.parametrize("resource", RESOURCES)
def test_the_servers_behind_a_number_add_up_to_it(context, resource):
    counted = Counter()
    for usage in charges.usage(context):
        counted[usage.resource] += usage.amount

    explained = synnefo_quota.explain(context, project_id="p1", resource=resource)

    assert explained.amount == counted[resource] > 0
    assert explained.is_complete


def test_the_servers_of_others_are_not_listed(context, server):
    explained = synnefo_quota.explain(context, project_id="p2", resource="cyclades.vm")

    assert explained.things == ()


@pytest.mark.parametrize("resource, left", [("cyclades.cpu", 2), ("cyclades.ram", 1024 * 2**20)])
def test_processors_and_memory_are_got_back_by_stopping(
    context, servers, limit, settle, resource, left
):
    limit(resource, left)

    assert enforce(context, settle) == []

    found = [synnefo_compute.show_server(context, server.id).vm_state for server in servers]
    assert Counter(found) == {states.STOPPED: 2, states.ACTIVE: 1}
    assert synnefo_quota.left(context, "p1", resource).excess == 0
    assert synnefo_quota.verify(context) == []


def test_the_newest_of_the_running_are_stopped(context, servers, limit):
    limit("cyclades.cpu", 2)

    assert chosen(context) == [("stop", server.id) for server in (servers[2], servers[1])]


def test_servers_are_deleted_the_stopped_first(context, servers, stopped, limit, settle):
    limit("cyclades.vm", 2)

    assert chosen(context) == [("delete", stopped.id)]
    assert enforce(context, settle) == []
    assert synnefo_quota.left(context, "p1", "cyclades.vm").usage == 2


def test_what_failed_is_taken_before_all_else(context, servers, stopped, limit):
    with context.unit_of_work() as session:
        session.get_one(ServerRow, servers[1].id).vm_state = states.ERROR
    limit("cyclades.vm", 2)

    assert chosen(context) == [("delete", servers[1].id)]


def test_soft_enforcement_stops_what_would_be_deleted(context, servers, limit, settle):
    limit("cyclades.vm", 2)

    assert chosen(context, is_soft=True) == [("stop", servers[2].id)]
    assert enforce(context, settle, is_soft=True) == []
    assert synnefo_compute.show_server(context, servers[2].id).vm_state == states.STOPPED


def test_servers_are_deleted_for_their_disks_only_if_that_is_said(context, servers, limit):
    limit("cyclades.disk", 2 * 5 * 2**30)

    assert chosen(context) == []
    assert chosen(context, may_cascade=True) == [("delete", servers[2].id)]


def test_what_is_deleted_need_not_be_stopped(context, servers, limit):
    limit("cyclades.vm", 2)
    limit("cyclades.cpu", 4)

    assert chosen(context) == [("delete", servers[2].id)]


def test_what_is_being_stopped_or_deleted_counts_already(context, servers, limit):
    limit("cyclades.vm", 2)
    limit("cyclades.cpu", 2)

    first = [step.relief for step in plan(context).steps]
    list(enforcement.apply(context, plan(context)))
    second = [step.relief for step in plan(context).steps]

    assert {relief.id for relief in first} == {relief.id for relief in second}
    assert {relief.is_under_way for relief in second} == {True}


def test_a_guest_is_left_the_time_that_was_said(
    context, servers, limit, settle, cluster, monkeypatch
):
    asked = []
    lifecycle = type(cluster.lifecycle)
    stop = lifecycle.stop

    def remember(self, name, *, grace_s=None, **others):
        asked.append(grace_s)
        return stop(self, name, grace_s=grace_s, **others)

    monkeypatch.setattr(lifecycle, "stop", remember)
    limit("cyclades.cpu", 4)

    enforce(context, settle, grace_s=7)

    assert asked == [7]


def test_a_server_that_was_never_made_cannot_be_stopped(context, submit, limit):
    submit()
    limit("cyclades.cpu", 0)

    assert chosen(context) == []
    assert [amount for _, amount in plan(context).left_over] == [2]
