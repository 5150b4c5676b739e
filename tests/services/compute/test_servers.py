# SPDX-License-Identifier: Apache-2.0
"""Servers from the request to the cluster and back."""

from __future__ import annotations

from dataclasses import replace

import pytest
from sqlalchemy import select

import synnefo_backends
import synnefo_compute
import synnefo_network
import synnefo_quota
from synnefo_backend_sim import faults, operator
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute import ServerSpec
from synnefo_compute.sagas import instances as instances_of_sagas
from synnefo_core import sagas
from synnefo_core.contracts.compute import BackendUnavailable, InstanceSpec, PowerState
from synnefo_core.db.models import SagaRow
from synnefo_core.errors import InvalidField, InvalidState, NotFound, QuotaExceeded, Unavailable

FLAVOR = "small"
GIB = 2**30


def held(context, project: str = "p1") -> dict[str, int]:
    """Return what a project uses, without zeros."""
    return {
        h.resource: h.usage
        for h in synnefo_quota.holdings(context, project)
        if h.holder == f"project:{project}" and h.usage
    }


def instances(cluster) -> list[str]:
    """Return the names of the instances in the cluster."""
    return [instance.name for instance in cluster.inventory.instances()]


RUNNING = {
    "cyclades.vm": 1,
    "cyclades.cpu": 2,
    "cyclades.ram": GIB,
    "cyclades.total_cpu": 2,
    "cyclades.total_ram": GIB,
    "cyclades.disk": 5 * GIB,
}
STOPPED = {k: v for k, v in RUNNING.items() if k not in ("cyclades.cpu", "cyclades.ram")}


def saga_state(context, subject_id: str) -> str:
    """Return the state of the only saga about a thing."""
    with context.reading() as session:
        query = select(SagaRow.state).where(SagaRow.subject_id == subject_id)
        return session.scalars(query).one()


def servers_only(usage: dict[str, int]) -> dict[str, int]:
    """Leave out what the network costs."""
    return {name: n for name, n in usage.items() if not name.startswith("cyclades.network")}


def test_an_accepted_server_is_charged_before_it_exists(submit, member, cluster):
    server = submit()

    assert (server.vm_state, server.task_state) == ("building", "spawning")
    assert servers_only(held(member)) == RUNNING
    assert instances(cluster) == []


def test_the_worker_makes_the_server(server, member, cluster):
    made = synnefo_compute.show_server(member, server.id)

    assert (made.vm_state, made.task_state, bool(made.node)) == ("active", "", True)
    assert instances(cluster) == [f"snf-{server.id}"]


def test_the_instance_has_the_size_and_the_address_that_were_promised(server, member, cluster):
    port = synnefo_compute.show_server(member, server.id).ports[0]

    instance = cluster.inventory.instance(f"snf-{server.id}")

    assert (instance.vcpus, instance.ram_mib) == (2, 1024)
    assert [disk.size_mib for disk in instance.disks] == [5 * 1024]
    assert [(nic.mac, nic.ip) for nic in instance.nics] == [(port.mac, port.fixed_ips[0].ip)]


def test_a_stopped_server_gives_back_processors_and_memory(server, member, cluster, settle):
    synnefo_compute.stop_server(member, server.id)
    settle()

    assert synnefo_compute.show_server(member, server.id).vm_state == "stopped"
    assert cluster.inventory.instance(f"snf-{server.id}").power is PowerState.STOPPED
    assert servers_only(held(member)) == STOPPED


def test_a_started_server_is_charged_again(server, member, cluster, settle):
    synnefo_compute.stop_server(member, server.id)
    settle()

    synnefo_compute.start_server(member, server.id)
    settle()

    assert synnefo_compute.show_server(member, server.id).vm_state == "active"
    assert servers_only(held(member)) == RUNNING


@pytest.mark.parametrize("is_hard", [True, False])
def test_a_rebooted_server_is_active_again(server, member, settle, is_hard):
    synnefo_compute.reboot_server(member, server.id, is_hard=is_hard)
    settle()

    assert synnefo_compute.show_server(member, server.id).vm_state == "active"
    assert servers_only(held(member)) == RUNNING


@pytest.mark.parametrize("action,state", [("stop_server", "stopped"), ("reboot_server", "active")])
def test_a_job_that_ended_well_is_believed_where_the_node_is_silent(
    server, member, settle, monkeypatch, action, state
):
    find = instances_of_sagas.find
    silent = {"power": PowerState.UNKNOWN}
    monkeypatch.setattr(instances_of_sagas, "find", lambda run: replace(find(run), **silent))
    options = {"is_hard": True} if action == "reboot_server" else {}

    getattr(synnefo_compute, action)(member, server.id, **options)
    settle()

    assert state == synnefo_compute.show_server(member, server.id).vm_state
    assert (RUNNING if state == "active" else STOPPED) == servers_only(held(member))


def test_a_deleted_server_leaves_nothing(server, member, cluster, settle, network):
    synnefo_compute.delete_server(member, server.id)
    settle()

    with pytest.raises(NotFound):
        synnefo_compute.show_server(member, server.id)
    assert instances(cluster) == []
    assert servers_only(held(member)) == {}
    assert synnefo_network.ports_of(member, [server.id]).get(server.id, []) == []


def test_deleting_twice_is_not_an_error(server, member, settle):
    synnefo_compute.delete_server(member, server.id)
    synnefo_compute.delete_server(member, server.id)
    settle()

    with pytest.raises(NotFound):
        synnefo_compute.delete_server(member, server.id)


def test_a_server_deleted_before_the_worker_saw_it_never_comes_to_be(
    submit, member, cluster, settle
):
    server = submit()
    synnefo_compute.delete_server(member, server.id)
    settle()

    with pytest.raises(NotFound):
        synnefo_compute.show_server(member, server.id)
    assert (instances(cluster), servers_only(held(member))) == ([], {})


def test_a_server_deleted_while_its_failed_creation_unwinds_is_gone(
    submit, member, cluster, settle, worker
):
    faults.inject(cluster.cluster, Fault(FaultKind.PARTIAL, "create"))
    faults.inject(cluster.cluster, Fault(FaultKind.UNAVAILABLE, "delete"))
    server = submit()
    while saga_state(member, server.id) != sagas.UNWINDING:
        worker.drain(patience_s=0.05)

    synnefo_compute.delete_server(member, server.id)
    settle()

    with pytest.raises(NotFound):
        synnefo_compute.show_server(member, server.id)
    assert (instances(cluster), servers_only(held(member))) == ([], {})


def test_a_server_deleted_while_it_stops_is_gone(server, member, cluster, settle):
    synnefo_compute.stop_server(member, server.id)
    synnefo_compute.delete_server(member, server.id)
    settle()

    assert (instances(cluster), servers_only(held(member))) == ([], {})


def test_a_failed_creation_says_why_and_stays_charged(submit, member, cluster, settle):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "create", message="no luck"))
    server = submit()
    settle()

    failed = synnefo_compute.show_server(member, server.id)

    assert (failed.vm_state, "no luck" in failed.fault) == ("error", True)
    assert (instances(cluster), servers_only(held(member))) == ([], RUNNING)


def test_a_failed_server_can_be_deleted(submit, member, cluster, settle):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "create"))
    server = submit()
    settle()

    synnefo_compute.delete_server(member, server.id)
    settle()

    assert servers_only(held(member)) == {}


def test_a_creation_whose_answer_was_lost_makes_one_instance(submit, member, cluster, settle):
    faults.inject(cluster.cluster, Fault(FaultKind.UNANSWERED, "create", count=1))
    server = submit()
    settle()

    assert synnefo_compute.show_server(member, server.id).vm_state == "active"
    assert instances(cluster) == [f"snf-{server.id}"]


def test_a_name_taken_by_a_stranger_fails_and_leaves_the_stranger(submit, member, cluster, settle):
    server = submit()
    operator.add(cluster.cluster, InstanceSpec(f"snf-{server.id}", vcpus=1, ram_mib=128))
    settle()

    assert synnefo_compute.show_server(member, server.id).vm_state == "error"
    assert instances(cluster) == [f"snf-{server.id}"]


def test_a_start_that_fails_gives_back_what_it_had_charged(server, member, cluster, settle):
    synnefo_compute.stop_server(member, server.id)
    settle()
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "start", message="no luck"))

    synnefo_compute.start_server(member, server.id)
    settle()

    shown = synnefo_compute.show_server(member, server.id)
    assert (shown.vm_state, shown.task_state, "no luck" in shown.fault) == ("stopped", "", True)
    assert servers_only(held(member)) == STOPPED


@pytest.mark.parametrize("action", ["start_server", "stop_server"])
def test_one_task_at_a_time(submit, member, action):
    server = submit()

    with pytest.raises(InvalidState, match="in task spawning"):
        getattr(synnefo_compute, action)(member, server.id)


def test_a_running_server_is_not_started(server, member):
    with pytest.raises(InvalidState, match="cannot start a server while it is active"):
        synnefo_compute.start_server(member, server.id)


def test_quota_is_checked_before_anything_is_made(submit, member, cluster):
    synnefo_quota.set_limit(member, holder="project:p1", resource="cyclades.vm", limit=0)

    with pytest.raises(QuotaExceeded):
        submit()

    assert synnefo_compute.list_servers(member, limit=10) == []
    assert synnefo_network.ports_of(member, []) == {}


def test_another_project_does_not_see_the_server(server, member):
    stranger = replace(member, project_id="p2", user_id="u2")

    with pytest.raises(NotFound):
        synnefo_compute.show_server(stranger, server.id)
    with pytest.raises(NotFound):
        synnefo_compute.delete_server(stranger, server.id)
    assert synnefo_compute.list_servers(stranger, limit=10) == []


def test_an_administrator_lists_everyones_servers_when_asked(server, context, member):
    admin = replace(context, project_id="p9")

    everyones = synnefo_compute.list_servers(
        admin, limit=10, selection=synnefo_compute.Selection(is_everyone=True)
    )

    assert synnefo_compute.list_servers(admin, limit=10) == []
    assert [s.id for s in everyones] == [server.id]


def test_pages_follow_each_other_without_gap_or_overlap(submit, member):
    made = [submit().id for _ in range(5)]

    first = synnefo_compute.list_servers(member, limit=2)
    second = synnefo_compute.list_servers(member, limit=2, marker=first[-1].id)
    third = synnefo_compute.list_servers(member, limit=2, marker=second[-1].id)

    assert sorted(s.id for s in [*first, *second, *third]) == sorted(made)


@pytest.mark.parametrize(
    "spec,field",
    [
        (ServerSpec("web", "nothing"), "flavorRef"),
        (ServerSpec("web", FLAVOR, image_id="nothing"), "imageRef"),
        (ServerSpec("web", FLAVOR, key_name="nothing"), "key_name"),
    ],
)
def test_a_reference_to_nothing_names_its_field(member, cluster, network, spec, field):
    with pytest.raises(InvalidField) as caught:
        synnefo_compute.create_server(member, spec)

    assert caught.value.field == field


def test_the_ledger_agrees_with_the_servers(submit, server, member, context, settle):
    submit()
    synnefo_compute.stop_server(member, server.id)
    settle()

    assert synnefo_quota.verify(context) == []


def test_a_cluster_that_is_down_for_a_moment_delays_the_server(submit, member, cluster, settle):
    faults.inject(cluster.cluster, Fault(FaultKind.UNAVAILABLE, "create", count=2))
    server = submit()
    settle()

    assert synnefo_compute.show_server(member, server.id).vm_state == "active"


@pytest.mark.parametrize("is_offline", [True, False])
def test_what_a_dead_cluster_would_have_to_do_is_refused_but_a_deletion(
    server, member, context, cluster, settle, is_offline
):
    synnefo_backends.modify(context, "sim", is_offline=is_offline)
    if not is_offline:
        operator.set_unreachable(cluster.cluster, is_unreachable=True)
        with pytest.raises(BackendUnavailable):
            synnefo_backends.refresh(context, "sim")

    with pytest.raises(Unavailable, match="can't be reached now"):
        synnefo_compute.stop_server(member, server.id)
    shown = synnefo_compute.show_server(member, server.id)
    assert ("active", "") == (shown.vm_state, shown.task_state)

    synnefo_compute.delete_server(member, server.id)
    assert "deleting" == synnefo_compute.show_server(member, server.id).task_state


def test_room_is_given_back_with_the_server(server, member, context, settle):
    synnefo_compute.delete_server(member, server.id)
    settle()

    synnefo_backends.remove(context, "sim")
