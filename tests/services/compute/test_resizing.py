# SPDX-License-Identifier: Apache-2.0
"""Another flavor for a server, and the decision about it."""

from __future__ import annotations

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_quota
from synnefo_backend_sim import faults, operator
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute import resizing
from synnefo_compute.sagas import confirm_resize, resize_server
from synnefo_core.contracts.compute import PowerState
from synnefo_core.errors import InvalidField, InvalidState, NotFound, QuotaExceeded, Unbuilt
from synnefo_core.testing.sagas import SagaContract, Trial

GIB = 2**30
WINDOW_S = 3600
SMALL, LARGE = (2, 1024), (4, 2048)


@pytest.fixture
def cloud_settings():
    return {("compute", "resize_confirm_window_s"): WINDOW_S}


@pytest.fixture(autouse=True)
def flavors(context, cluster):
    """Add flavors to the small one that all servers here begin with."""
    for name, vcpus, ram_mib, disk_gib in (
        ("large", 4, 2048, 5),
        ("roomy", 4, 2048, 10),
        ("tight", 4, 2048, 4),
        ("narrow", 1, 512, 5),
    ):
        synnefo_compute.create_flavor(
            context, flavor_id=name, name=name, vcpus=vcpus, ram_mib=ram_mib, disk_gib=disk_gib
        )


@pytest.fixture
def resized(server, again, settle):
    """Return a server that waits for the decision about its new flavor."""
    synnefo_compute.resize_server(again(), server.id, "roomy")
    settle()
    return server


def seen(cluster, server) -> tuple[tuple[int, int], int, bool]:
    """Return an instance's hardware, its disk in GiB, and whether it runs."""
    instance = cluster.inventory.instance(f"snf-{server.id}")
    size = instance.vcpus, instance.ram_mib
    return size, instance.disks[0].size_mib // 1024, instance.power is PowerState.RUNNING


def paid(context) -> tuple[int, int, int, int]:
    """Return what a project pays: processors and memory in GiB, active and in all; disk in GiB."""
    held = {
        h.resource: h.usage
        for h in synnefo_quota.holdings(context, context.project_id)
        if h.holder == f"project:{context.project_id}"
    }
    assert [] == synnefo_quota.verify(context)
    return (
        held["cyclades.cpu"],
        held["cyclades.total_cpu"],
        held["cyclades.total_ram"] // GIB,
        held["cyclades.disk"] // GIB,
    )


def state(member, server) -> tuple[str, str, str]:
    shown = synnefo_compute.show_server(member, server.id)
    return shown.vm_state, shown.task_state, shown.flavor_id


def test_the_larger_size_is_paid_for_from_the_request_on(server, again):
    synnefo_compute.resize_server(again(), server.id, "roomy")

    assert ("active", "resize_prep", "small") == state(again(), server)
    assert (4, 4, 2, 10) == paid(again())


def test_a_running_server_runs_with_its_new_hardware(resized, again, cluster):
    assert ("resized", "", "roomy") == state(again(), resized)
    assert (LARGE, 5, True) == seen(cluster, resized)
    assert synnefo_compute.show_server(again(), resized.id).is_running


def test_a_stopped_server_stays_stopped(server, again, settle, cluster):
    synnefo_compute.stop_server(again(), server.id)
    settle()

    synnefo_compute.resize_server(again(), server.id, "large")
    settle()
    during = state(again(), server), seen(cluster, server)
    synnefo_compute.confirm_resize(again(), server.id)
    settle()

    assert (("resized", "", "large"), (LARGE, 5, False)) == during
    assert ("stopped", "", "large") == state(again(), server)
    assert (0, 4, 2, 5) == paid(again())


def test_the_disk_grows_when_the_resize_is_confirmed(resized, again, settle, cluster):
    synnefo_compute.confirm_resize(again(), resized.id)
    settle()

    assert ("active", "", "roomy") == state(again(), resized)
    assert (LARGE, 10, True) == seen(cluster, resized)
    assert (4, 4, 2, 10) == paid(again())


def test_a_reverted_server_is_as_before(resized, again, settle, cluster):
    synnefo_compute.revert_resize(again(), resized.id)
    settle()

    assert ("active", "", "small") == state(again(), resized)
    assert (SMALL, 5, True) == seen(cluster, resized)
    assert (2, 2, 1, 5) == paid(again())


def test_a_smaller_size_is_only_paid_less_once_it_is_confirmed(server, again, settle, cluster):
    synnefo_compute.resize_server(again(), server.id, "narrow")
    settle()
    before = paid(again())
    synnefo_compute.confirm_resize(again(), server.id)
    settle()

    assert (2, 2, 1, 5) == before
    assert (1, 1, 0, 5) == paid(again())
    assert ((1, 512), 5, True) == seen(cluster, server)


def test_what_a_project_can_not_pay_is_refused(server, again, context):
    synnefo_quota.set_limit(context, holder="project:p1", resource="cyclades.total_cpu", limit=3)

    with pytest.raises(QuotaExceeded):
        synnefo_compute.resize_server(again(), server.id, "large")

    assert ("active", "", "small") == state(again(), server)


@pytest.mark.parametrize(
    "flavor, why",
    [
        ("small", "already"),
        ("tight", "smaller"),
        ("nothing", "could not be found"),
    ],
)
def test_flavors_that_do_not_fit_are_refused(server, again, flavor, why):
    with pytest.raises(InvalidField, match=why):
        synnefo_compute.resize_server(again(), server.id, flavor)


def test_a_cluster_without_room_refuses(server, again, context):
    synnefo_compute.create_flavor(
        context, flavor_id="huge", name="huge", vcpus=2, ram_mib=2**30, disk_gib=5
    )

    with pytest.raises(synnefo_backends.NoRoomAnywhere):
        synnefo_compute.resize_server(again(), server.id, "huge")


def test_a_cluster_that_does_not_change_servers_is_not_asked_to(
    server, again, cluster, monkeypatch
):
    monkeypatch.setattr(cluster, "reshape", None)

    with pytest.raises(Unbuilt):
        synnefo_compute.resize_server(again(), server.id, "large")


@pytest.mark.parametrize("decide", [synnefo_compute.confirm_resize, synnefo_compute.revert_resize])
def test_there_is_nothing_to_decide_before_a_resize(server, again, decide):
    with pytest.raises(InvalidState):
        decide(again(), server.id)


def test_a_resized_server_is_neither_resized_again_nor_stopped(resized, again):
    with pytest.raises(InvalidState):
        synnefo_compute.resize_server(again(), resized.id, "large")
    with pytest.raises(InvalidState):
        synnefo_compute.stop_server(again(), resized.id)


def test_a_resize_that_the_cluster_refuses_leaves_the_server_as_it_was(
    server, again, settle, cluster
):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "resize", message="no luck"))
    synnefo_compute.resize_server(again(), server.id, "roomy")
    settle()

    assert ("active", "", "small") == state(again(), server)
    assert "no luck" == synnefo_compute.show_server(again(), server.id).fault
    assert (SMALL, 5, True) == seen(cluster, server)
    assert (2, 2, 1, 5) == paid(again())


def test_a_server_that_can_not_be_started_again_is_shown_as_stopped(server, again, settle, cluster):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "resize", message="no luck"))
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "start", count=10))
    synnefo_compute.resize_server(again(), server.id, "large")
    settle()

    assert ("stopped", "", "small") == state(again(), server)
    assert (0, 2, 1, 5) == paid(again())


def test_a_disk_that_can_not_grow_leaves_the_decision_open(resized, again, settle, cluster):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "grow_disk", message="full"))
    synnefo_compute.confirm_resize(again(), resized.id)
    settle()
    first = state(again(), resized), paid(again())
    synnefo_compute.confirm_resize(again(), resized.id)
    settle()

    assert (("resized", "", "roomy"), (4, 4, 2, 10)) == first
    assert ("active", "", "roomy") == state(again(), resized)
    assert (LARGE, 10, True) == seen(cluster, resized)


def test_what_is_on_a_node_that_does_not_answer_is_taken_to_run_on(server, again, settle, cluster):
    synnefo_compute.resize_server(again(), server.id, "large")
    settle()
    node = synnefo_compute.show_server(again(), server.id).node
    operator.set_node_online(cluster.cluster, node, is_online=False)
    synnefo_compute.confirm_resize(again(), server.id)
    settle()
    confirmed = state(again(), server)
    synnefo_compute.resize_server(again(), server.id, "roomy")
    settle()

    assert ("active", "", "large") == confirmed == state(again(), server)
    assert (4, 4, 2, 5) == paid(again())


def test_a_resized_server_can_be_deleted(resized, again, settle, cluster):
    synnefo_compute.delete_server(again(), resized.id)
    settle()

    assert gone(again(), cluster, resized.id)


def gone(context, cluster, server_id: str) -> bool:
    """Return whether nothing is left of a server, and nothing is paid for it."""
    with pytest.raises(NotFound):
        synnefo_compute.show_server(context, server_id)
    return paid(context) == (0, 0, 0, 0) and cluster.inventory.instances() == []


def test_what_nobody_decides_on_is_confirmed_in_time(resized, again, settle, context, clock):
    resizing.confirm_what_is_due(context)
    early = state(again(), resized)
    clock.ahead_s += WINDOW_S
    resizing.confirm_what_is_due(context)
    settle()

    assert ("resized", "", "roomy") == early
    assert ("active", "", "roomy") == state(again(), resized)


# -- Killed anywhere ---------------------------------------------------------------------------


class Reshaping(SagaContract):
    """A resize or its way back, killed and cancelled at each step."""

    flavor = "large"

    @pytest.fixture
    def trial(self, cloud, server, member, again, settle, cluster):
        made, clean = self.ends

        def is_in(size, vm_state):
            wanted = (size, 5, True), (vm_state, "")
            return lambda _: (
                wanted == (seen(cluster, server), state(again(), server)[:2])
                and bool(paid(again()))
            )

        return Trial(
            cloud,
            begin=lambda: self.begin(again, server, settle),
            is_made=is_in(*made),
            is_clean=is_in(*clean),
            cancel=lambda server_id: synnefo_compute.delete_server(again(), server_id),
            is_cancelled=lambda server_id: gone(again(), cluster, server_id),
        )


class TestResize(Reshaping):
    saga = resize_server.RESIZE_SAGA
    ends = (LARGE, "resized"), (SMALL, "active")

    def begin(self, again, server, settle):
        synnefo_compute.resize_server(again(), server.id, self.flavor)
        return server.id


class TestRevert(Reshaping):
    saga = resize_server.REVERT_SAGA
    ends = (SMALL, "active"), (LARGE, "resized")

    def begin(self, again, server, settle):
        synnefo_compute.resize_server(again(), server.id, self.flavor)
        settle()
        synnefo_compute.revert_resize(again(), server.id)
        return server.id


class TestConfirm(Reshaping):
    saga = confirm_resize.SAGA
    ends = (LARGE, "active"), (LARGE, "resized")

    def begin(self, again, server, settle):
        synnefo_compute.resize_server(again(), server.id, self.flavor)
        settle()
        synnefo_compute.confirm_resize(again(), server.id)
        return server.id
