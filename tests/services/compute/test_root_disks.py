# SPDX-License-Identifier: Apache-2.0
"""Root disks that are thin clones of images, in a store of the cloud's."""

from __future__ import annotations

import io
from dataclasses import replace

import pytest

import synnefo_backends
import synnefo_compute
import synnefo_image
import synnefo_object_store
import synnefo_quota
import synnefo_volume
from synnefo_backend_sim import faults, operator
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_blocks import volumes
from synnefo_compute import ServerSpec, suspending
from synnefo_compute.reconcile import repairs
from synnefo_compute.sagas import (
    confirm_resize,
    create_image,
    create_server,
    delete_server,
    rebuild_server,
)
from synnefo_core.errors import Conflict, Forbidden, InvalidField, InvalidState, NotFound
from synnefo_core.testing.sagas import SagaContract, Trial
from tests.services.compute.disks import add_thin_flavor

GIB = 2**30
FIRST, SECOND = b"the first image", b"another image"


@pytest.fixture(autouse=True)
def flavors(context, cluster):
    """Add two flavors whose disks are in a store of the cloud's."""
    for name, disk_gib in (("thin", 5), ("thin-large", 8)):
        add_thin_flavor(context, name, disk_gib=disk_gib)


@pytest.fixture
def image_of(member):
    """Return a function that makes an image of a content, and returns its id."""

    def made(content, disk_format="raw"):
        project, name = member.project_id, f"disk of {len(content)}"
        synnefo_object_store.create_container(member, project, "disks", {})
        incoming = synnefo_object_store.Incoming(
            "application/octet-stream", size_bytes=len(content)
        )
        read = io.BytesIO(content).read
        synnefo_object_store.put_object(
            member, project, "disks", name, read=read, incoming=incoming
        )
        spec = synnefo_image.ImageSpec(
            name="disk",
            disk_format=disk_format,
            container_format="bare",
            location=synnefo_image.Location(project, "disks", name),
            properties={"os": "any"},
        )
        return synnefo_image.create(member, spec).id

    return made


@pytest.fixture
def submit_thin(again, image_of, network):
    """Return a function that asks for a server on a clone of the first image."""
    image_id = image_of(FIRST)
    spec = ServerSpec("web", "thin", image_id=image_id)
    return lambda: synnefo_compute.create_server(again(), spec)


@pytest.fixture
def thin(submit_thin, settle):
    """Return a server on a clone of the first image."""
    made = submit_thin()
    settle()
    return made


@pytest.fixture
def disks(cloud):
    return Disks(cloud)


class Disks:
    """The disks of the store, as a node sees them."""

    def __init__(self, cloud):
        self.storage = cloud.store()

    def names(self):
        return list(volumes.names(self.storage))

    def open(self, name):
        epoch = volumes.show(self.storage, name).epoch + 1
        return volumes.open_volume(self.storage, name, epoch=epoch)

    def read(self, name, length):
        disk = self.open(name)
        try:
            return disk.read(0, length)
        finally:
            disk.close()

    def write(self, name, content):
        disk = self.open(name)
        disk.write(0, content)
        disk.close()


def state(context, server_id):
    server = synnefo_compute.show_server(context, server_id)
    return server.vm_state, server.task_state


def is_gone(context, server_id):
    try:
        return "deleted" == synnefo_compute.show_server(context, server_id).vm_state
    except NotFound:
        return True


def is_even(context):
    """Say whether the ledger agrees with the rows."""
    return [] == list(synnefo_quota.verify(context))


def listed(cluster, server_id):
    instance = cluster.inventory.instance(f"snf-{server_id}")
    return [(disk.name, disk.size_mib) for disk in instance.disks]


def test_a_server_begins_with_its_image_and_nothing_is_copied(thin, again, cluster, disks):
    assert ("active", "") == state(again(), thin.id)
    assert [(f"disk-{thin.id}", 5 * 1024)] == listed(cluster, thin.id)
    assert 0 == volumes.usage(disks.storage, thin.id)
    assert FIRST + bytes(3) == disks.read(thin.id, len(FIRST) + 3)
    assert 5 * GIB == volumes.show(disks.storage, thin.id).size_bytes


def test_a_server_without_an_image_begins_with_nothing(again, network, settle, disks):
    made = synnefo_compute.create_server(again(), ServerSpec("web", "thin"))
    settle()

    assert ("active", "") == state(again(), made.id)
    assert bytes(9) == disks.read(made.id, 9)


def test_a_disk_of_a_server_is_no_volume_of_the_project(thin, again, settle):
    everything = synnefo_volume.Selection(is_everyone=True)
    admin = replace(again(), roles=frozenset({"admin", "member"}))

    for context in (again(), admin):
        assert [] == synnefo_volume.list_volumes(context, limit=9, selection=everything)
        assert 0 == synnefo_volume.count_volumes(context)
        assert 0 == synnefo_volume.summarise_volumes(context).count
        with pytest.raises(NotFound):
            synnefo_volume.delete_volume(context, thin.id)

    held = {each.resource: each.usage for each in synnefo_quota.holdings(again(), "p1")}
    assert 5 * GIB == held["cyclades.disk"]
    assert not held.get("volume.gigabytes")
    assert is_even(again())


def test_a_server_of_another_template_has_no_disk_in_the_store(server, disks):
    assert [] == disks.names()


def test_where_volumes_are_the_usual_disks_a_flavor_need_not_name_them(
    context, cluster, submit, settle, disks
):
    synnefo_backends.modify(context, "sim", settings={"volumes": "true"})
    server = submit()
    settle()

    assert [server.id] == disks.names()


def test_a_deleted_server_leaves_no_disk(thin, again, settle, disks):
    synnefo_compute.delete_server(again(), thin.id)
    settle()

    assert [] == disks.names()
    assert is_even(again())


def test_a_server_outlives_its_image(thin, again, disks):
    synnefo_image.delete(again(), thin.image_id)

    assert FIRST == disks.read(thin.id, len(FIRST))


def test_an_image_that_is_no_raw_disk_is_refused(again, network, image_of, disks):
    spec = ServerSpec("web", "thin", image_id=image_of(FIRST, "qcow2"))

    with pytest.raises(InvalidField, match="raw"):
        synnefo_compute.create_server(again(), spec)

    assert is_even(again())


def test_a_failed_creation_leaves_no_disk(submit_thin, settle, again, cluster, disks):
    faults.inject(cluster.cluster, Fault(FaultKind.PARTIAL, "create", message="no"))

    made = submit_thin()
    settle()

    assert ("error", "") == state(again(), made.id)
    assert [] == disks.names()


def test_a_rebuilt_server_begins_with_the_other_image(thin, again, settle, image_of, disks):
    disks.write(thin.id, b"what the guest wrote")
    other = image_of(SECOND)

    synnefo_compute.rebuild_server(again(), thin.id, image_id=other)
    settle()

    assert ("active", "") == state(again(), thin.id)
    assert SECOND + bytes(20) == disks.read(thin.id, len(SECOND) + 20)
    assert 0 == volumes.usage(disks.storage, thin.id)


def test_a_resized_server_has_a_larger_disk(thin, again, settle, cluster, disks):
    disks.write(thin.id, b"kept")

    synnefo_compute.resize_server(again(), thin.id, "thin-large")
    settle()
    synnefo_compute.confirm_resize(again(), thin.id)
    settle()

    assert ("active", "") == state(again(), thin.id)
    assert [(f"disk-{thin.id}", 8 * 1024)] == listed(cluster, thin.id)
    assert 8 * GIB == volumes.show(disks.storage, thin.id).size_bytes
    assert b"kept" == disks.read(thin.id, 4)
    assert is_even(again())


def test_the_disk_goes_with_a_server_that_is_forgotten(thin, again, settle, cluster, disks):
    operator.remove(cluster.cluster, f"snf-{thin.id}")

    assert repairs.forget(again(), thin.id)
    settle()

    assert [] == disks.names()
    assert is_even(again())


def test_an_image_of_a_running_server_holds_what_it_held(thin, again, settle, disks):
    disks.write(thin.id, b"then")

    image_id = synnefo_compute.create_image(
        again(), thin.id, name="\u20a1 one", metadata={"image_type": "mine", "what": "ever"}
    )
    accepted = state(again(), thin.id), synnefo_image.show(again(), image_id).status
    settle()
    disks.write(thin.id, b"now!")

    image = synnefo_image.show(again(), image_id)
    assert (("active", "image_snapshot"), "queued") == accepted
    assert ("active", "") == state(again(), thin.id)
    assert ("active", "\u20a1 one", "private") == (image.status, image.name, image.visibility)
    assert (5, "raw", 5 * GIB) == (image.min_disk_gib, image.disk_format, image.size_bytes)
    assert {
        "instance_uuid": thin.id,
        "user_id": "u1",
        "base_image_ref": thin.image_id,
        "image_type": "mine",
        "what": "ever",
        "os": "any",
    } == dict(image.properties)
    spec = ServerSpec("copy", "thin", image_id=image_id)
    copy = synnefo_compute.create_server(again(), spec)
    settle()
    synnefo_compute.delete_server(again(), thin.id)
    synnefo_image.delete(again(), image_id)
    settle()
    assert b"then" + FIRST[4:] == disks.read(copy.id, len(FIRST))
    assert [copy.id] == disks.names()
    assert is_even(again())


def test_a_server_of_which_an_image_is_made_is_busy(thin, again, settle):
    synnefo_compute.create_image(again(), thin.id, name="one", metadata={})

    with pytest.raises(InvalidState):
        synnefo_compute.create_image(again(), thin.id, name="two", metadata={})
    with pytest.raises(InvalidState):
        synnefo_compute.stop_server(again(), thin.id)

    settle()
    synnefo_compute.stop_server(again(), thin.id)
    settle()
    synnefo_compute.create_image(again(), thin.id, name="of a stopped one", metadata={})
    settle()
    assert ("stopped", "") == state(again(), thin.id)


def test_a_locked_server_has_images_made_of_it_and_a_suspended_one_has_none(
    thin, again, settle, context
):
    synnefo_compute.lock_server(again(), thin.id)
    image_id = synnefo_compute.create_image(again(), thin.id, name="one", metadata={})
    settle()
    assert "active" == synnefo_image.show(again(), image_id).status

    suspending.suspend_server(context, thin.id)
    settle()
    with pytest.raises(Forbidden):
        synnefo_compute.create_image(again(), thin.id, name="two", metadata={})


def test_a_server_deleted_meanwhile_leaves_its_image_or_none(thin, again, settle, disks):
    image_id = synnefo_compute.create_image(again(), thin.id, name="one", metadata={})
    synnefo_compute.delete_server(again(), thin.id)
    settle()

    assert is_gone(again(), thin.id)
    assert [] == disks.names()
    try:
        assert "active" == synnefo_image.show(again(), image_id).status
    except NotFound:
        assert is_even(again())


def test_an_image_that_is_deleted_meanwhile_is_the_servers_fault(thin, again, settle):
    image_id = synnefo_compute.create_image(again(), thin.id, name="one", metadata={})
    synnefo_image.delete(again(), image_id)
    settle()

    server = synnefo_compute.show_server(again(), thin.id)
    assert ("active", "") == state(again(), thin.id)
    assert "the image could not be made, or was deleted" == server.fault


def test_no_image_is_made_of_a_disk_that_only_its_cluster_has(server, again):
    with pytest.raises(Conflict, match="not in a store of the cloud"):
        synnefo_compute.create_image(again(), server.id, name="one", metadata={})

    assert ("active", "") == state(again(), server.id)


class Killed(SagaContract):
    """Only a worker that is killed: the rest does not differ with the kind of disk."""

    test_a_step_that_never_begins_leaves_nothing = None
    test_every_undo_may_run_twice = None
    test_a_step_that_fails_at_its_end_leaves_nothing = None
    test_an_undo_that_fails_is_tried_again = None
    test_a_worker_killed_while_undoing_is_made_good = None
    test_cancelled_anywhere_it_ends_undone = None


class TestMakingOne(SagaContract):
    saga = create_server.SAGA

    @pytest.fixture
    def trial(self, cloud, again, submit_thin, disks):
        def is_made(server_id):
            content = disks.read(server_id, len(FIRST))
            return ("active", "") == state(again(), server_id) and FIRST == content

        def is_clean(server_id):
            return ("error", "") == state(again(), server_id) and [] == disks.names()

        return Trial(
            cloud,
            begin=lambda: submit_thin().id,
            is_made=is_made,
            is_clean=is_clean,
            cancel=lambda server_id: synnefo_compute.delete_server(again(), server_id),
            is_cancelled=lambda server_id: is_gone(again(), server_id) and [] == disks.names(),
        )


class TestDeletingOne(Killed):
    saga = delete_server.SAGA

    @pytest.fixture
    def trial(self, cloud, again, thin, disks):
        def begin():
            synnefo_compute.delete_server(again(), thin.id)
            return thin.id

        return Trial(
            cloud,
            begin=begin,
            is_made=lambda server_id: is_gone(again(), server_id) and [] == disks.names(),
            is_clean=lambda _: True,
        )


class TestRebuildingOne(Killed):
    saga = rebuild_server.SAGA

    @pytest.fixture
    def trial(self, cloud, again, thin, image_of, settle, disks):
        other = image_of(SECOND)

        def begin():
            synnefo_compute.rebuild_server(again(), thin.id, image_id=other)
            return thin.id

        def is_made(server_id):
            content = disks.read(server_id, len(SECOND))
            return ("active", "") == state(again(), server_id) and SECOND == content

        def is_clean(server_id):
            begin()
            settle()
            return is_made(server_id)

        return Trial(cloud, begin=begin, is_made=is_made, is_clean=is_clean)


class TestGrowingOne(Killed):
    saga = confirm_resize.SAGA

    @pytest.fixture
    def trial(self, cloud, again, thin, settle, disks):
        synnefo_compute.resize_server(again(), thin.id, "thin-large")
        settle()

        def begin():
            synnefo_compute.confirm_resize(again(), thin.id)
            return thin.id

        def is_made(server_id):
            return 8 * GIB == volumes.show(disks.storage, server_id).size_bytes

        def is_clean(server_id):
            begin()
            settle()
            return ("active", "") == state(again(), server_id) and is_made(server_id)

        return Trial(cloud, begin=begin, is_made=is_made, is_clean=is_clean)


class TestMakingAnImageOfOne(Killed):
    saga = create_image.SAGA

    @pytest.fixture
    def trial(self, cloud, again, thin):
        def begin():
            synnefo_compute.create_image(again(), thin.id, name="one", metadata={})
            return thin.id

        def is_made(server_id):
            selection = synnefo_image.Selection(where={"name": ["one"]})
            (image,) = synnefo_image.list_images(again(), selection)
            return ("active", "") == state(again(), server_id) and "active" == image.status

        def is_clean(server_id):
            return ("active", "") == state(again(), server_id)

        return Trial(cloud, begin=begin, is_made=is_made, is_clean=is_clean)
