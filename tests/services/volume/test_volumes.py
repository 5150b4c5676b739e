# SPDX-License-Identifier: Apache-2.0
"""Volumes: made of anything without a copy, listed, changed and deleted."""

import pytest
from sqlalchemy import update

import synnefo_image as images
import synnefo_object_store as objects
import synnefo_quota
import synnefo_volume as service
from synnefo_blocks import collection, volumes
from synnefo_core.contracts.storage import Kind, NoSuchThing
from synnefo_core.db.models import SagaRow
from synnefo_core.errors import InvalidField, InvalidState, NotFound, QuotaExceeded
from synnefo_volume.models import VolumeRow

GIB = 2**30

pytestmark = pytest.mark.usefixtures("standard")


def gone(context, volume_id):
    with pytest.raises(NotFound):
        service.show_volume(context, volume_id)
    return True


def used(context, resource):
    return synnefo_quota.left(context, context.project_id, resource).usage


def blocks_of(cloud):
    return {entry.digest for entry in cloud.store().blocks.entries(Kind.BLOCK)}


def test_a_blank_volume_reads_as_zeros_and_can_be_written(make, node):
    volume = make(size_gib=2, name="data")

    assert ("available", "data", 2) == (volume.status, volume.name, volume.size_gib)
    node.write(volume, b"end", 2 * GIB - 3)
    assert b"\0end" == node.read(volume, 4, 2 * GIB - 4)


def test_a_volume_is_being_made_until_the_worker_has(member, worker):
    volume = service.create_volume(member, service.VolumeSpec(size_gib=1))

    assert "creating" == service.show_volume(member, volume.id).status
    worker.drain()
    assert "available" == service.show_volume(member, volume.id).status


def test_a_volume_of_an_image_holds_its_content_and_copies_nothing(cloud, make, node, disk_image):
    image = disk_image(b"boot me", properties={"os": "linux"}, min_disk_gib=1)
    before = blocks_of(cloud)

    volume = make(image_id=image.id)

    assert before == blocks_of(cloud)
    assert b"boot me\0" == node.read(volume, 8)
    assert volume.is_bootable
    said = volume.image_metadata
    assert (image.id, "a disk", "linux", "1") == (
        said["image_id"],
        said["image_name"],
        said["os"],
        said["min_disk"],
    )


def test_a_copy_of_a_volume_holds_what_it_held_and_goes_its_own_way(make, node):
    first = make()
    node.write(first, b"shared")

    second = make(source_volume_id=first.id, size_gib=None)
    node.write(first, b"FIRST!")

    assert ("available", 1) == (second.status, second.size_gib)
    assert b"shared" == node.read(second, 6)
    assert b"FIRST!" == node.read(first, 6)


def test_a_volume_that_is_written_is_copied_without_stopping_its_writer(make, node, member, worker):
    first = make()
    disk = node.open(first)
    disk.write(0, b"before")
    copy = service.create_volume(member, service.VolumeSpec(source_volume_id=first.id))
    worker.drain()
    assert "creating" == service.show_volume(member, copy.id).status

    disk.renew()
    disk.obey()
    disk.write(0, b"behind")
    worker.drain(patience_s=30.0)

    assert b"before" == node.read(copy, 6)
    assert b"behind" == disk.read(0, 6)


@pytest.mark.parametrize("size_gib", [None, 0, -1, 64 * 1024 + 1])
def test_a_blank_volume_needs_a_size_that_can_be(member, size_gib):
    with pytest.raises(InvalidField):
        service.create_volume(member, service.VolumeSpec(size_gib=size_gib))

    assert [] == service.list_volumes(member, limit=10)


def test_a_volume_is_no_smaller_than_its_source(member, make, snap, disk_image):
    large = make(size_gib=3)
    sources = (
        {"snapshot_id": snap(large).id},
        {"source_volume_id": large.id},
        {"image_id": disk_image(b"x", min_disk_gib=3).id},
    )

    for source in sources:
        with pytest.raises(InvalidField, match="from 3"):
            service.create_volume(member, service.VolumeSpec(size_gib=2, **source))


def test_an_image_that_is_not_raw_is_no_source(member, disk_image):
    image = disk_image(b"QFI\xfb", disk_format="qcow2")

    with pytest.raises(InvalidField, match="qcow2"):
        service.create_volume(member, service.VolumeSpec(size_gib=1, image_id=image.id))


@pytest.mark.parametrize("source", ["snapshot_id", "source_volume_id", "image_id"])
def test_a_source_that_is_not_there_is_not_found(member, source):
    with pytest.raises(NotFound):
        service.create_volume(member, service.VolumeSpec(size_gib=1, **{source: "nothing"}))


def test_a_volume_has_one_source(member):
    with pytest.raises(InvalidField, match="one source"):
        service.create_volume(member, service.VolumeSpec(image_id="a", snapshot_id="b"))


def test_nobody_makes_anything_of_what_is_anothers(member, stranger, make, snap):
    volume = make()
    snapshot = snap(volume)

    for source in ({"source_volume_id": volume.id}, {"snapshot_id": snapshot.id}):
        with pytest.raises(NotFound):
            service.create_volume(stranger, service.VolumeSpec(size_gib=1, **source))
    with pytest.raises(NotFound):
        service.show_volume(stranger, volume.id)
    with pytest.raises(NotFound):
        service.delete_volume(stranger, volume.id)
    assert [] == service.list_volumes(stranger, limit=10)


def test_volumes_are_paid_for_until_they_are_deleted(member, worker, make):
    volume = make(size_gib=3)
    assert (1, 3) == (used(member, service.VOLUMES), used(member, service.GIGABYTES))

    service.delete_volume(member, volume.id)
    service.delete_volume(member, volume.id)
    worker.drain()

    assert gone(member, volume.id)
    assert (0, 0) == (used(member, service.VOLUMES), used(member, service.GIGABYTES))
    assert [] == list(synnefo_quota.verify(member))


def test_nobody_has_more_than_may_be_paid_for(member, make):
    synnefo_quota.set_limit(
        member, holder=f"project:{member.project_id}", resource=service.GIGABYTES, limit=2
    )

    with pytest.raises(QuotaExceeded):
        service.create_volume(member, service.VolumeSpec(size_gib=3))

    assert [] == service.list_volumes(member, limit=10)
    make(size_gib=2)


def test_a_deleted_volume_leaves_nothing_in_the_store(member, worker, make, node):
    volume = make()
    node.write(volume, b"x")

    service.delete_volume(member, volume.id)
    worker.drain()

    assert [] == list(node.storage.heads.names())


def test_a_volume_deleted_while_it_is_made_is_never_there(member, worker, node):
    volume = service.create_volume(member, service.VolumeSpec(size_gib=1))

    service.delete_volume(member, volume.id)
    worker.drain()

    assert gone(member, volume.id)
    assert [] == node.names()
    assert 0 == used(member, service.VOLUMES)


def test_what_a_volume_is_made_of_may_be_deleted_in_any_order(
    cloud, member, worker, make, snap, node, disk_image
):
    image = disk_image(b"the image")
    first = make(image_id=image.id)
    node.write(first, b"the volume", 4096)
    snapshot = snap(first)
    second = make(snapshot_id=snapshot.id)
    third = make(source_volume_id=second.id)

    images.delete(member, image.id)
    objects.delete_object(member, member.project_id, "disks", "disk")
    service.delete_volume(member, second.id)
    service.delete_snapshot(member, snapshot.id)
    service.delete_volume(member, first.id)
    worker.drain()
    quick = collection.Periods(grace_s=0, quarantine_s=0)
    for _ in range(3):
        collection.collect(member, cloud.stores()[0], periods=quick)

    assert [third.id] == node.names()
    assert b"the image\0" == node.read(third, 10)
    assert b"the volume" == node.read(third, 10, 4096)


def test_what_is_being_made_keeps_what_it_is_made_of(cloud, member, worker, node, disk_image):
    image = disk_image(b"the image")
    volume = service.create_volume(member, service.VolumeSpec(size_gib=1, image_id=image.id))

    images.delete(member, image.id)
    objects.delete_object(member, member.project_id, "disks", "disk")
    quick = collection.Periods(grace_s=0, quarantine_s=0)
    for _ in range(3):
        collection.collect(member, cloud.stores()[0], periods=quick)
    worker.drain()

    assert b"the image" == node.read(volume, 9)


def test_a_volume_waits_with_its_end_for_those_who_were_promised_a_copy(
    cloud, member, worker, make, node
):
    first = make()
    node.write(first, b"shared")
    copy = service.create_volume(member, service.VolumeSpec(source_volume_id=first.id))
    snapshot = service.create_snapshot(member, service.SnapshotSpec(first.id))
    with cloud.database.unit_of_work() as session:  # so the deletion has its turn first
        session.execute(update(SagaRow).values(due_at=cloud.clock.now() + 1.0))

    service.delete_volume(member, first.id)
    worker.drain(patience_s=30.0)

    assert gone(member, first.id)
    assert b"shared" == node.read(copy, 6)
    assert "available" == service.show_snapshot(member, snapshot.id).status


def test_a_volume_whose_head_is_lost_can_be_deleted(member, worker, make, node):
    volume = make()
    volumes.delete(node.storage, volume.id)
    with pytest.raises(NoSuchThing):
        volumes.show(node.storage, volume.id)

    service.delete_volume(member, volume.id)
    worker.drain()

    assert gone(member, volume.id)


def test_volumes_are_changed(member, make):
    volume = make(name="old", metadata={"a": "1", "b": "2"})

    changes = service.VolumeChanges(name="new", description="told", metadata={"b": "3"})
    service.update_volume(member, volume.id, changes)

    changed = service.show_volume(member, volume.id)
    assert ("new", "told", {"a": "1", "b": "3"}) == (
        changed.name,
        changed.description,
        changed.metadata,
    )


def test_words_are_said_of_volumes_and_taken_back(member, make):
    volume = make(metadata={"a": "1"})

    assert {"a": "1", "b": "2"} == service.set_volume_metadata(member, volume.id, {"b": "2"})
    service.remove_volume_metadata(member, volume.id, "a")
    assert {"b": "2"} == service.show_volume(member, volume.id).metadata
    service.set_volume_metadata(member, volume.id, {"c": "3"}, is_replacing=True)
    assert {"c": "3"} == service.show_volume(member, volume.id).metadata
    service.set_image_metadata(member, volume.id, {"os": "none"})
    assert {"os": "none"} == service.show_volume(member, volume.id).image_metadata
    service.remove_image_metadata(member, volume.id, "os")
    with pytest.raises(NotFound):
        service.remove_image_metadata(member, volume.id, "os")


def test_volumes_are_chosen_and_paged(member, admin, make):
    made = [
        make(name=name, size_gib=size, metadata={"n": name})
        for name, size in (("red", 1), ("green", 2), ("reddish", 3))
    ]

    def names(context=member, **rest):
        return [each.name for each in service.list_volumes(context, **{"limit": 10, **rest})]

    by_size = [("size_gib", False)]
    assert ["red", "green", "reddish"] == names(sort=by_size)
    assert ["green", "reddish"] == names(sort=by_size, marker=made[0].id)
    assert ["green"] == names(sort=by_size, offset=1, limit=1)
    assert ["green"] == names(selection=service.Selection(where={"name": ["green"]}))
    assert ["reddish", "red"] == names(
        sort=[("name", True)], selection=service.Selection(patterns={"name": "red"})
    )
    assert ["green"] == names(selection=service.Selection(metadata={"n": "green"}))
    assert [] == names(selection=service.Selection(bounds=[("created_at", "lt", 1.0)]))
    assert [] == names(context=admin)
    everyones = service.Selection(is_everyone=True)
    assert 3 == len(names(context=admin, selection=everyones))
    assert 3 == service.count_volumes(admin, everyones)
    assert 0 == service.count_volumes(admin)
    for wrong in ({"marker": "nothing"}, {"sort": [("metadata", True)]}):
        with pytest.raises(InvalidField):
            names(**wrong)


def test_volumes_are_summed_up(member, make):
    make(size_gib=1, metadata={"tier": "gold"})
    make(size_gib=2, metadata={"tier": "silver"})

    summary = service.summarise_volumes(member)

    assert (2, 3, {"tier": ["gold", "silver"]}) == (
        summary.count,
        summary.size_gib,
        summary.metadata,
    )


def test_a_volume_that_does_something_is_deleted_by_force_only(member, worker, make, cloud):
    volume = make()
    with cloud.database.unit_of_work() as session:
        session.get_one(VolumeRow, volume.id).status = "maintenance"

    with pytest.raises(InvalidState):
        service.delete_volume(member, volume.id)
    service.delete_volume(member, volume.id, is_forced=True)
    worker.drain()

    assert gone(member, volume.id)
