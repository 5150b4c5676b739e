# SPDX-License-Identifier: Apache-2.0
"""Servers that move to another cluster with disks that are volumes: who gets which ticket."""

from __future__ import annotations

import base64
from dataclasses import dataclass, field, replace

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_quota
import synnefo_volume
from synnefo_backend_sim import faults
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_backend_sim.moving import SimMovable
from synnefo_blocks import volumes
from synnefo_compute import DiskWish, ServerSpec, VolumeWish, unbound
from synnefo_compute.balancing import evacuation
from synnefo_compute.reconcile import repairs
from synnefo_compute.sagas import move_server
from synnefo_core.contracts.storage import StorageUnavailable
from synnefo_core.contracts.volumes import PURPOSE, unseal
from synnefo_core.outbox import Event
from synnefo_core.signatures import Verifier
from synnefo_core.testing.sagas import SagaContract, Trial
from tests.services.compute.disks import add_thin_flavor

SEED_BYTES = 4 * 2**20


@pytest.fixture
def flavor(context, cluster):
    """Add a flavor whose disks are volumes; return its id."""
    return add_thin_flavor(context)


@pytest.fixture
def thin(again, flavor, network, volume, settle):
    """Return a server with a disk of its own in the store, and a volume."""
    made = synnefo_compute.create_server(again(), ServerSpec("web", flavor))
    settle()
    synnefo_compute.attach_volume(again(), made.id, VolumeWish(volume.id))
    settle()
    return synnefo_compute.show_server(again(), made.id)


@dataclass(frozen=True)
class Watched(SimMovable):
    """Notes what a cluster is told of volumes when it takes an instance in.

    Attributes:
        told: The cluster, and the generations of the tickets, in the order of the disks.
    """

    name: str
    verifier: Verifier
    told: list[tuple[str, list[int]]] = field(default_factory=list)

    def take_in(self, spec, baggage, **more):
        sealed = [disk.parameters["ticket"] for disk in baggage.disks]
        generations = [unseal(self.verifier, each).generation for each in sealed]
        self.told.append((self.name, generations))
        return super().take_in(spec, baggage, **more)


@pytest.fixture
def told(cloud, thin, cluster, add, monkeypatch):
    """Add a second cluster; return what both are told, as it comes."""
    keys = [base64.b64decode(synnefo_volume.ticket_key(cloud))]
    told, verifier = [], Verifier(keys, PURPOSE)
    for name, driver in (("sim", cluster), ("south", add("south"))):
        watched = Watched(driver.movable.door, name, verifier, told)
        monkeypatch.setattr(driver, "movable", watched)
    return told


@pytest.fixture
def other(context, told):
    """Return the driver of the second cluster."""
    there = synnefo_backends.id_of(context, "south")
    return synnefo_backends.call(context, there, lambda driver: driver)


def host(context, volume):
    """Return the cluster that a volume is said to be in."""
    (attachment,) = synnefo_volume.show_volume(context, volume.id).attachments
    return attachment.host


def names(cluster):
    return [each.name for each in cluster.inventory.instances()]


def test_the_new_cluster_gets_tickets_that_outdo_those_of_the_old_one(
    thin, again, context, volume, settle, told, other
):
    synnefo_compute.move_server(context, thin.id, "south")
    settle()

    assert [("south", [2, 2])] == told
    assert synnefo_backends.id_of(context, "south") == host(again(), volume)
    assert "in-use" == synnefo_volume.show_volume(again(), volume.id).status
    assert [] == repairs.repair(context, thin.id)


def test_the_way_back_goes_by_tickets_that_outdo_those_of_the_new_cluster(
    thin, again, context, volume, settle, told, other
):
    faults.inject(other.cluster, Fault(FaultKind.ERROR, "start", message="not here"))

    synnefo_compute.move_server(context, thin.id, "south")
    settle()

    assert [("south", [2, 2]), ("sim", [3, 3])] == told
    assert thin.node == host(again(), volume)
    assert "active" == synnefo_compute.show_server(again(), thin.id).vm_state


def test_a_cluster_that_refuses_leaves_the_volumes_as_they_were(
    thin, again, context, volume, settle, told, other
):
    faults.inject(other.cluster, Fault(FaultKind.ERROR, "take_in", message="not here"))

    synnefo_compute.move_server(context, thin.id, "south")
    settle()

    assert thin.node == host(again(), volume)
    assert "in-use" == synnefo_volume.show_volume(again(), volume.id).status
    assert "active" == synnefo_compute.show_server(again(), thin.id).vm_state


def test_volumes_that_nobody_knows_are_not_moved(
    thin, again, context, settle, told, cluster, other, monkeypatch
):
    original = cluster.movable.baggage

    def baggage(name, **more):
        found = original(name, **more)
        strange = replace(found.disks[0], name="strange", is_volume=True)
        return replace(found, disks=(*found.disks, strange))

    monkeypatch.setattr(Watched, "baggage", lambda _self, name, **more: baggage(name, **more))
    synnefo_compute.move_server(context, thin.id, "south")
    settle()

    after = synnefo_compute.show_server(again(), thin.id)
    assert ("active", True) == (after.vm_state, after.is_running)
    assert "strange" in after.fault
    assert [] == told


def test_all_that_a_server_has_is_evacuated(thin, again, context, settle, told, other):
    synnefo_backends.modify(context, "sim", is_drained=True)

    plan = evacuation.plan(context, "sim", may_stop=True)

    assert [(thin.id, "south")] == [(move.server_id, move.target) for move in plan.moves]
    assert () == tuple(plan.stays)


@pytest.fixture
def seeded(cloud):
    """Return a function that lays a seed beside a volume, as a node does."""
    storage = cloud.store()
    return lambda name: volumes.create(storage, f"{name}-seed", SEED_BYTES)


@pytest.fixture
def started(again, flavor, network, volume, settle):
    """Return a server that started from the volume."""
    synnefo_volume.set_bootable(again(), volume.id, is_bootable=True)
    disk = DiskWish("volume", volume.id, is_root=True)
    made = synnefo_compute.create_server(again(), ServerSpec("web", flavor, disks=[disk]))
    settle()
    return made


def heads(cloud):
    return set(volumes.names(cloud.store()))


def test_a_seed_goes_with_the_server_whose_disk_it_lies_beside(
    cloud, thin, again, settle, seeded, volume
):
    seeded(thin.id)

    synnefo_compute.delete_server(again(), thin.id)
    settle()

    assert {volume.id} == heads(cloud)


@pytest.mark.parametrize("is_forgotten", [False, True])
def test_a_seed_goes_with_a_server_that_started_from_a_volume_which_stays(
    cloud, again, started, volume, settle, seeded, is_forgotten, monkeypatch
):
    seeded(volume.id)

    if is_forgotten:
        monkeypatch.setattr(repairs, "find", lambda _context, _server: None)
        assert repairs.forget(again(), started.id)
    else:
        synnefo_compute.delete_server(again(), started.id)
    settle()

    assert {volume.id} == heads(cloud)


def test_a_seed_goes_when_the_volume_is_taken_by_force_from_what_starts_from_it(
    cloud, again, started, volume, settle, seeded
):
    seeded(volume.id)

    synnefo_volume.detach_volume(again(), volume.id, is_forced=True)
    settle()

    assert {volume.id} == heads(cloud)
    assert () == tuple(synnefo_compute.list_volumes(again(), started.id))


def test_a_seed_stays_when_it_was_another_attachment_that_ended(
    context, cloud, again, started, volume, settle, seeded
):
    seeded(volume.id)
    old = {"volume_id": volume.id, "attachment_id": "of-another-server"}

    unbound.detach(context, Event("volume.unbound", started.id, old))

    assert {volume.id, f"{volume.id}-seed"} == heads(cloud)


def test_a_volume_is_not_free_for_other_servers_before_its_seed_is_gone(
    context, again, started, volume, settle, monkeypatch
):
    def refuse(*_):
        raise StorageUnavailable("the store is away")

    (had,) = synnefo_compute.list_volumes(again(), started.id)
    told = {"volume_id": volume.id, "attachment_id": had.attachment_id}
    monkeypatch.setattr(synnefo_volume, "remove_seed", refuse)

    with pytest.raises(StorageUnavailable):
        unbound.detach(context, Event("volume.unbound", started.id, told))

    assert [had] == list(synnefo_compute.list_volumes(again(), started.id))


def test_a_seed_goes_with_the_volume_that_it_was_left_beside(cloud, again, volume, settle, seeded):
    seeded(volume.id)

    synnefo_volume.delete_volume(again(), volume.id)
    settle()

    assert set() == heads(cloud)


class TestMoveOnVolumes(SagaContract):
    """At whatever moment it ends, the server is where its newest tickets are, or none was used."""

    saga = move_server.SAGA

    @pytest.fixture
    def trial(self, cloud, thin, again, context, volume, cluster, told, other):
        def begin():
            synnefo_compute.move_server(context, thin.id, "south")
            return thin.id

        def is_at(here, there, place):
            """Say whether all is in the one cluster, and the volume said to be in this place."""
            after = synnefo_compute.show_server(again(), thin.id)
            return (
                ([f"snf-{thin.id}"], []) == (names(here), names(there))
                and ("active", "", True) == (after.vm_state, after.task_state, after.is_running)
                and place == host(again(), volume)
                and "in-use" == synnefo_volume.show_volume(again(), volume.id).status
                and not synnefo_quota.verify(context)
                and [] == repairs.repair(context, thin.id)
            )

        def is_clean(_):
            # What came back after it had been given up came by tickets of its own.
            newest = max([generations for _, generations in told], default=[1, 1])
            last_back = [each for name, each in told if name == "sim"]
            return is_at(cluster, other, thin.node) and (not last_back or newest == last_back[-1])

        def is_made(_):
            newest = max(generations for _, generations in told)
            place = synnefo_backends.id_of(context, "south")
            return is_at(other, cluster, place) and ("south", newest) == told[-1]

        return Trial(cloud, begin, is_made=is_made, is_clean=is_clean, patience_s=20.0)
