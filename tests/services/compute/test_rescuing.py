# SPDX-License-Identifier: Apache-2.0
"""Servers that start from a medium for a while."""

from __future__ import annotations

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_quota
from synnefo_backend_sim import faults, operator
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute.reconcile import repairs
from synnefo_compute.reconcile.differences import Medium
from synnefo_compute.sagas import rescue_server
from synnefo_core.contracts.compute import JobState, PowerState
from synnefo_core.errors import InvalidField, InvalidState, NotFound, QuotaExceeded, Unbuilt
from synnefo_core.testing.sagas import SagaContract, Trial

IMAGE = "4b0b9fa4-1b5c-4b46-a6b4-0b6a9f9c8d11"
OWN, MEDIUM = {"medium": "disk"}, {"medium": "cd "}


@pytest.fixture
def rescued(server, again, settle):
    """Return a server that runs from the medium for all."""
    synnefo_compute.rescue_server(again(), server.id)
    settle()
    return server


def seen(cluster, server):
    """Return from what an instance starts, and whether it runs."""
    name = f"snf-{server.id}"
    power = cluster.inventory.instance(name).power
    return cluster.rescue.boot(name), power is PowerState.RUNNING


def state(context, server):
    shown = synnefo_compute.show_server(context, server.id)
    return shown.vm_state, shown.task_state, shown.is_running


def active_cpus(context):
    """Return for how many active processors a project pays."""
    assert [] == synnefo_quota.verify(context)
    (cpu,) = [
        held.usage
        for held in synnefo_quota.holdings(context, context.project_id)
        if (held.holder, held.resource) == (f"project:{context.project_id}", "cyclades.cpu")
    ]
    return cpu


def test_a_rescued_server_runs_from_the_medium(rescued, again, cluster):
    assert ("rescued", "", True) == state(again(), rescued)
    assert (MEDIUM, True) == seen(cluster, rescued)
    assert 2 == active_cpus(again())


def test_it_runs_from_its_own_disk_again(rescued, again, settle, cluster):
    synnefo_compute.unrescue_server(again(), rescued.id)
    settle()

    assert ("active", "", True) == state(again(), rescued)
    assert (OWN, True) == seen(cluster, rescued)


def test_a_stopped_server_is_started_and_charged_for_it(server, again, settle, cluster):
    synnefo_compute.stop_server(again(), server.id)
    settle()
    before = active_cpus(again())

    synnefo_compute.rescue_server(again(), server.id)
    accepted = state(again(), server), active_cpus(again())
    settle()

    assert (0, (("stopped", "rescuing", False), 2)) == (before, accepted)
    assert ("rescued", "", True) == state(again(), server)


def test_a_stopped_server_without_quota_stays_as_it_is(server, again, settle, context):
    synnefo_compute.stop_server(again(), server.id)
    settle()
    synnefo_quota.set_limit(context, holder="project:p1", resource="cyclades.cpu", limit=1)

    with pytest.raises(QuotaExceeded):
        synnefo_compute.rescue_server(again(), server.id)

    assert ("stopped", "", False) == state(again(), server)


def test_only_a_rescued_server_is_put_back_and_it_is_not_rescued_twice(server, again, settle):
    with pytest.raises(InvalidState):
        synnefo_compute.unrescue_server(again(), server.id)
    synnefo_compute.rescue_server(again(), server.id)
    settle()
    for forbidden in (synnefo_compute.rescue_server, synnefo_compute.stop_server):
        with pytest.raises(InvalidState):
            forbidden(again(), server.id)


def boot_from(cluster, server, boot):
    """Have an instance start from something, as its cluster's operator can."""
    name = f"snf-{server.id}"
    for job in (
        cluster.lifecycle.stop(name, grace_s=0),
        cluster.rescue.set_boot(name, boot),
        cluster.lifecycle.start(name),
    ):
        assert cluster.job_queue.job(job).state is JobState.SUCCESS


def test_a_server_that_an_operator_has_put_back_is_rescued_no_more(
    rescued, again, context, cluster, settle
):
    boot_from(cluster, rescued, OWN)

    (found,) = repairs.repair(context, rescued.id)

    assert Medium(rescued.id, is_rescued=False) == found
    assert ("active", "", True) == state(again(), rescued)
    assert [] == repairs.repair(context, rescued.id)
    synnefo_compute.rescue_server(again(), rescued.id)
    settle()
    synnefo_compute.unrescue_server(again(), rescued.id)
    settle()
    assert (OWN, True) == seen(cluster, rescued)


def test_a_server_that_is_only_shown_as_active_is_still_to_be_put_back(
    rescued, again, context, settle, cluster
):
    synnefo_compute.reset_state(context, rescued.id, synnefo_compute.ACTIVE)

    assert [Medium(rescued.id, is_rescued=True)] == repairs.repair(context, rescued.id)
    synnefo_compute.unrescue_server(again(), rescued.id)
    settle()

    assert (OWN, True) == seen(cluster, rescued)


def test_a_medium_that_the_cluster_has_not_is_refused_in_words(server, again):
    with pytest.raises(InvalidField, match="no medium of the image"):
        synnefo_compute.rescue_server(again(), server.id, image_id=IMAGE)


def test_an_image_of_the_operators_is_a_medium(context, server, again, settle, cluster):
    settings = {"job_delay_min_s": "0", "job_delay_max_s": "0", "rescue_images": IMAGE}
    synnefo_backends.modify(context, "sim", settings=settings)

    synnefo_compute.rescue_server(again(), server.id, image_id=IMAGE)
    settle()

    assert ({"medium": f"cd {IMAGE}"}, True) == seen(cluster, server)


@pytest.mark.parametrize("lack", ["facet", "media"])
def test_where_the_cluster_has_no_medium_nothing_is_rescued(server, again, cluster, lack):
    if lack == "facet":
        cluster.rescue = None
    else:
        object.__setattr__(cluster.rescue, "media", {})

    with pytest.raises(Unbuilt):
        synnefo_compute.rescue_server(again(), server.id)


@pytest.mark.parametrize("operation", ["stop", "boot_from", "start"])
def test_a_rescue_that_fails_leaves_the_server_as_it_was(server, again, settle, cluster, operation):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, operation, message="no luck"))
    synnefo_compute.rescue_server(again(), server.id)
    settle()

    assert ("active", "", True) == state(again(), server)
    assert "no luck" == synnefo_compute.show_server(again(), server.id).fault
    assert (OWN, True) == seen(cluster, server)


def test_what_could_not_be_put_back_can_be_rescued_again_and_comes_back(
    server, again, settle, cluster
):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "start", message="no luck"))
    faults.inject(cluster.cluster, Fault(FaultKind.SLOW, "boot_from", slower_s=0.01))
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "boot_from", count=3))
    synnefo_compute.rescue_server(again(), server.id)
    settle()
    after_failure = state(again(), server), seen(cluster, server)

    synnefo_compute.rescue_server(again(), server.id)
    settle()
    synnefo_compute.unrescue_server(again(), server.id)
    settle()

    assert (("error", "", False), (MEDIUM, True)) == after_failure
    assert (OWN, True) == seen(cluster, server)
    assert ("active", "", True) == state(again(), server)


def test_an_unrescue_that_fails_leaves_it_rescued(rescued, again, settle, cluster):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "boot_from", message="no luck"))
    synnefo_compute.unrescue_server(again(), rescued.id)
    settle()

    assert ("rescued", "", True) == state(again(), rescued)
    assert (MEDIUM, True) == seen(cluster, rescued)


def test_a_rescued_server_that_its_operator_stops_is_rescued_still(
    rescued, again, context, cluster
):
    operator.stop(cluster.cluster, f"snf-{rescued.id}")

    repaired = repairs.repair(context, rescued.id)

    assert ["power"] == [difference.kind for difference in repaired]
    assert ("rescued", "", False) == state(again(), rescued)
    assert 0 == active_cpus(again())


class Rescuing(SagaContract):
    """A rescue or its way back, killed and cancelled at each step."""

    @pytest.fixture
    def trial(self, cloud, server, again, settle, cluster):
        made, clean = self.ends

        def is_in(boot, vm_state):
            wanted = (boot, True), (vm_state, "", True)
            return lambda _: wanted == (seen(cluster, server), state(again(), server))

        def is_cancelled(server_id):
            with pytest.raises(NotFound):
                synnefo_compute.show_server(again(), server_id)
            return cluster.inventory.instances() == [] and active_cpus(again()) == 0

        return Trial(
            cloud,
            begin=lambda: self.begin(again, server, settle),
            is_made=is_in(*made),
            is_clean=is_in(*clean),
            cancel=lambda server_id: synnefo_compute.delete_server(again(), server_id),
            is_cancelled=is_cancelled,
        )


class TestRescue(Rescuing):
    saga = rescue_server.RESCUE_SAGA
    ends = (MEDIUM, "rescued"), (OWN, "active")

    def begin(self, again, server, settle):
        synnefo_compute.rescue_server(again(), server.id)
        return server.id


class TestUnrescue(Rescuing):
    saga = rescue_server.UNRESCUE_SAGA
    ends = (OWN, "active"), (MEDIUM, "rescued")

    def begin(self, again, server, settle):
        synnefo_compute.rescue_server(again(), server.id)
        settle()
        synnefo_compute.unrescue_server(again(), server.id)
        return server.id
