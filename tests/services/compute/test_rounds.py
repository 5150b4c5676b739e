# SPDX-License-Identifier: Apache-2.0
"""Reconciliation in the worker: bounded, in turn, and nobody waits for a dead cluster."""

from __future__ import annotations

from dataclasses import replace

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_quota
from synnefo_backend_sim import operator
from synnefo_compute import ServerSpec
from synnefo_compute.models import RoundRow
from synnefo_compute.reconcile import rounds
from synnefo_core.contracts.compute import InstanceSpec

FLAVOR = "small"
HOUR = ("compute", "reconcile_every_s")


@pytest.fixture
def cloud_settings():
    """Let every turn come at once."""
    return {HOUR: 0.1, ("compute", "reconcile_servers"): 10}


def instance_of(server) -> str:
    return f"snf-{server.id}"


def state(member, server) -> str:
    return synnefo_compute.show_server(member, server.id).vm_state


def look(context, name="sim") -> int:
    return rounds.look(context, synnefo_backends.find(context, name))


def test_the_worker_shows_what_an_operator_did(server, member, context, cluster, worker):
    operator.stop(cluster.cluster, instance_of(server))

    worker.run_tasks()

    assert "stopped" == state(member, server)
    assert [] == synnefo_quota.verify(context)


def test_a_cluster_rests_between_two_looks(server, member, context, cluster, make_cloud, cloud):
    patient = replace(context, cloud=make_cloud({HOUR: 3600.0}, like=cloud))
    rounds.run(patient)
    operator.stop(cluster.cluster, instance_of(server))

    rounds.run(patient)

    assert "active" == state(member, server)


def test_orphans_are_never_removed_unasked(server, context, cluster):
    operator.add(cluster.cluster, InstanceSpec("snf-stray", vcpus=1, ram_mib=128))

    assert 0 == look(context)
    assert 2 == len(cluster.inventory.instances())


def test_a_dead_cluster_does_not_keep_the_others(server, member, context, cluster, cloud):
    dead = synnefo_backends.add(context, name="dead", driver="sim", settings={})
    synnefo_backends.refresh(context, "dead")
    driver = synnefo_backends.call(context, dead.id, lambda driver: driver)
    operator.set_unreachable(driver.cluster, is_unreachable=True)
    operator.stop(cluster.cluster, instance_of(server))

    rounds.run(context)

    assert "stopped" == state(member, server)


def test_a_cluster_that_is_offline_is_left_alone(server, member, context, cluster):
    operator.stop(cluster.cluster, instance_of(server))
    synnefo_backends.modify(context, "sim", is_offline=True)

    rounds.run(context)

    assert "active" == state(member, server)


@pytest.fixture
def many(member, cluster, network, settle):
    """Return 12 servers, more than are looked at in one round."""
    spec = ServerSpec("web", FLAVOR)
    made = [synnefo_compute.create_server(member, spec) for _ in range(12)]
    settle()
    return made


def test_a_large_cluster_is_walked_through_in_parts(many, member, context, cluster):
    for server in many:
        operator.stop(cluster.cluster, instance_of(server))

    repaired = [look(context) for _ in range(16)]

    assert 12 == sum(repaired)
    assert max(repaired) <= 10
    assert {"stopped"} == {state(member, server) for server in many}
    assert [] == synnefo_quota.verify(context)


def test_the_walk_goes_on_where_it_stopped(many, context):
    parts = []
    for _ in range(17):
        look(context)
        with context.reading() as session:
            parts.append(session.query(RoundRow.last_part).scalar())

    assert [*"0123456789abcdef", "0"] == parts


def test_half_a_cluster_that_vanishes_is_not_believed(many, member, context, cluster, caplog):
    for server in many[:7]:
        operator.remove(cluster.cluster, instance_of(server))
    backend = synnefo_backends.find(context, "sim")

    seen = rounds.survey(context, backend)

    assert 7 == len(seen.differences)
    assert [] == rounds._repairable(seen)
    assert "too many servers vanished" in caplog.text


def test_a_few_that_vanish_are(many, context, cluster):
    for server in many[:3]:
        operator.remove(cluster.cluster, instance_of(server))

    seen = rounds.survey(context, synnefo_backends.find(context, "sim"))

    assert {server.id for server in many[:3]} == set(rounds._repairable(seen))


@pytest.mark.parametrize("servers,parts", [(0, 1), (10, 1), (11, 16), (160, 16), (161, 256)])
def test_parts_have_about_so_many_servers(servers, parts):
    assert parts == len(rounds.parts_of(servers, 10))
