# SPDX-License-Identifier: Apache-2.0
"""Volumes made larger, taken back, marked, and made images of."""

import pytest

import synnefo_image as images
import synnefo_object_store as objects
import synnefo_quota
import synnefo_volume as service
from synnefo_core.contracts.storage import Kind
from synnefo_core.errors import Conflict, InvalidField, InvalidState, NotFound, QuotaExceeded

GIB = 2**30

pytestmark = pytest.mark.usefixtures("standard")


def used(context, resource):
    return synnefo_quota.left(context, context.project_id, resource).usage


def test_a_volume_grows_and_keeps_what_it_holds(member, worker, make, node):
    volume = make()
    node.write(volume, b"kept")

    service.extend_volume(member, volume.id, 3)
    assert "extending" == service.show_volume(member, volume.id).status
    worker.drain()

    larger = service.show_volume(member, volume.id)
    assert ("available", 3, 3) == (larger.status, larger.size_gib, used(member, service.GIGABYTES))
    node.write(larger, b"end", 3 * GIB - 3)
    assert b"kept" == node.read(larger, 4)
    assert [] == list(synnefo_quota.verify(member))


def test_a_volume_in_use_is_grown_by_its_writer(member, worker, make, node):
    volume = make()
    service.attach_volume(member, volume.id, host="node1")
    disk = node.open(volume)

    service.extend_volume(member, volume.id, 2)
    with node.serving(disk):
        worker.drain(patience_s=30.0)

    assert 2 * GIB == disk.size_bytes
    assert ("in-use", 2) == (
        service.show_volume(member, volume.id).status,
        service.show_volume(member, volume.id).size_gib,
    )


def test_a_writer_that_does_not_answer_costs_nothing(member, worker, make, node):
    member.cloud.config.set_override("writer_timeout_s", 0.2, group="volume")
    volume = make()
    service.attach_volume(member, volume.id, host="node1")
    node.open(volume)

    service.extend_volume(member, volume.id, 2)
    worker.drain(patience_s=30.0)

    failed = service.show_volume(member, volume.id)
    assert ("error_extending", 1) == (failed.status, failed.size_gib)
    assert "does not answer" in failed.error
    assert 1 == used(member, service.GIGABYTES)


def test_volumes_only_grow_and_only_as_far_as_may_be_paid_for(member, make):
    volume = make(size_gib=2)
    limit = {"holder": f"project:{member.project_id}", "resource": service.GIGABYTES}
    synnefo_quota.set_limit(member, **limit, limit=3)

    for size_gib in (1, 2):
        with pytest.raises(InvalidField):
            service.extend_volume(member, volume.id, size_gib)
    with pytest.raises(QuotaExceeded):
        service.extend_volume(member, volume.id, 4)

    assert "available" == service.show_volume(member, volume.id).status


def test_a_volume_is_taken_back_to_its_latest_snapshot(member, worker, make, snap, node):
    volume = make()
    node.write(volume, b"first ")
    old = snap(volume)
    node.write(volume, b"second")
    new = snap(volume)
    node.write(volume, b"third ")

    with pytest.raises(Conflict, match="latest"):
        service.revert_volume(member, volume.id, old.id)
    service.revert_volume(member, volume.id, new.id)
    service.delete_snapshot(member, new.id)
    worker.drain()

    assert "available" == service.show_volume(member, volume.id).status
    assert b"second" == node.read(volume, 6)


def test_a_volume_is_said_to_be_bootable_and_only_to_be_read(member, make):
    volume = make()
    assert "readonly" not in volume.metadata

    service.set_bootable(member, volume.id, True)
    service.set_readonly(member, volume.id, True)
    attachment = service.attach_volume(member, volume.id)

    shown = service.show_volume(member, volume.id)
    assert (True, True, "True") == (
        shown.is_bootable,
        shown.is_readonly,
        shown.metadata["readonly"],
    )
    assert "ro" == attachment.mode
    with pytest.raises(InvalidState):
        service.set_readonly(member, volume.id, False)


def test_states_are_set_by_hand(admin, make, snap):
    volume = make()
    snapshot = snap(volume)

    service.reset_volume_status(admin, volume.id, status="error")
    service.reset_snapshot_status(admin, snapshot.id, "error")

    assert "error" == service.show_volume(admin, volume.id).status
    assert "error" == service.show_snapshot(admin, snapshot.id).status
    with pytest.raises(InvalidField):
        service.reset_volume_status(admin, volume.id, status="happy")


def test_a_volume_becomes_an_image_and_a_file_without_a_copy(cloud, member, worker, make, node):
    volume = make()
    node.write(volume, b"boot me")
    copy = make(source_volume_id=volume.id)  # so that what it holds is sealed
    before = {entry.digest for entry in cloud.store().blocks.entries(Kind.BLOCK)}

    image = service.upload_to_image(member, volume.id, service.ImageWish("mine"))
    assert "uploading" == service.show_volume(member, volume.id).status
    worker.drain()

    made = images.show(member, image.id)
    assert ("active", GIB, "raw", "") == (
        made.status,
        made.size_bytes,
        made.disk_format,
        made.checksum,  # nobody read it, so nobody knows
    )
    assert "available" == service.show_volume(member, volume.id).status
    place = made.location
    found = objects.show_object(member, place.account, place.container, place.name)
    read = b"".join(objects.open_object(member, found).read(0, 8))
    assert b"boot me\0" == read
    assert before == {entry.digest for entry in cloud.store().blocks.entries(Kind.BLOCK)}
    again = make(image_id=image.id, size_gib=1)
    assert b"boot me" == node.read(again, 7) == node.read(copy, 7)


def test_an_image_that_is_not_paid_for_is_not_made(member, worker, make):
    volume = make()
    synnefo_quota.set_limit(
        member, holder=f"project:{member.project_id}", resource=objects.DISKSPACE, limit=1
    )

    image = service.upload_to_image(member, volume.id, service.ImageWish("mine"))
    worker.drain()

    with pytest.raises(NotFound):
        images.show(member, image.id)
    left = service.show_volume(member, volume.id)
    assert "available" == left.status
    assert "quota" in left.error


def test_a_volume_is_no_qcow2(member, make):
    wish = service.ImageWish("mine", disk_format="qcow2")

    with pytest.raises(InvalidField):
        service.upload_to_image(member, make().id, wish)
