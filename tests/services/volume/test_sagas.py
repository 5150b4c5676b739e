# SPDX-License-Identifier: Apache-2.0
"""What the worker does for volumes bears to be killed anywhere."""

from contextlib import suppress

import pytest

import synnefo_image as images
import synnefo_object_store as objects
import synnefo_quota
import synnefo_volume as service
from synnefo_blocks import volumes
from synnefo_core import sagas
from synnefo_core.errors import NotFound
from synnefo_core.testing.sagas import SagaContract, Trial
from synnefo_volume.sagas import (
    backup_volume,
    create_volume,
    delete_volume,
    drop_head,
    extend_volume,
    fence_volume,
    move_volume,
    restore_volume,
    revert_volume,
    take_snapshot,
    upload_volume,
)


def status_of(context, volume_id):
    try:
        return service.show_volume(context, volume_id).status
    except NotFound:
        return "gone"


def is_even(context):
    """Say whether the ledger agrees with the rows."""
    return [] == list(synnefo_quota.verify(context))


class TestMakingAVolume(SagaContract):
    saga = create_volume.SAGA

    @pytest.fixture
    def trial(self, cloud, member, make, node):
        source = make()
        node.write(source, b"shared")
        spec = service.VolumeSpec(source_volume_id=source.id)

        def is_made(volume_id):
            volume = service.show_volume(member, volume_id)
            return "available" == volume.status and b"shared" == node.read(volume, 6)

        def is_clean(volume_id):
            turn_is_free = "available" == make(source_volume_id=source.id).status
            has_no_head = volume_id not in node.names()
            return has_no_head and "error" == status_of(member, volume_id) and turn_is_free

        def is_cancelled(volume_id):
            return "gone" == status_of(member, volume_id) and [source.id] == node.names()

        return Trial(
            cloud,
            begin=lambda: service.create_volume(member, spec).id,
            is_made=lambda volume_id: is_made(volume_id) and is_even(member),
            is_clean=lambda volume_id: is_clean(volume_id) and is_even(member),
            cancel=lambda volume_id: service.delete_volume(member, volume_id),
            is_cancelled=lambda volume_id: is_cancelled(volume_id) and is_even(member),
        )


class TestDeletingAVolume(SagaContract):
    saga = delete_volume.SAGA

    @pytest.fixture
    def trial(self, cloud, member, make, node):
        volume = make()

        def begin():
            service.delete_volume(member, volume.id)
            return volume.id

        def is_clean(volume_id):
            return "error_deleting" == status_of(member, volume_id)

        return Trial(
            cloud,
            begin=begin,
            is_made=lambda volume_id: (
                "gone" == status_of(member, volume_id) and [] == node.names() and is_even(member)
            ),
            is_clean=lambda volume_id: is_clean(volume_id) and is_even(member),
        )


class TestTakingASnapshot(SagaContract):
    saga = take_snapshot.SAGA

    @pytest.fixture
    def trial(self, cloud, member, make, node):
        volume = make()
        node.write(volume, b"then")

        def status(snapshot_id):
            try:
                return service.show_snapshot(member, snapshot_id).status
            except NotFound:
                return "gone"

        def is_made(snapshot_id):
            copy = make(snapshot_id=snapshot_id)
            return b"then" == node.read(copy, 4) and is_even(member)

        return Trial(
            cloud,
            begin=lambda: service.create_snapshot(member, service.SnapshotSpec(volume.id)).id,
            is_made=lambda snapshot_id: (
                "available" == status(snapshot_id)
                and is_made(snapshot_id)
                and not volumes.show(node.storage, volume.id).is_open
            ),
            is_clean=lambda snapshot_id: "error" == status(snapshot_id) and is_even(member),
            cancel=lambda snapshot_id: service.delete_snapshot(member, snapshot_id),
            is_cancelled=lambda snapshot_id: "gone" == status(snapshot_id) and is_even(member),
        )


class TestExtendingAVolume(SagaContract):
    saga = extend_volume.SAGA

    @pytest.fixture
    def trial(self, cloud, member, make, node):
        volume = make()

        def begin():
            service.extend_volume(member, volume.id, 2)
            return volume.id

        def has(volume_id, status, size_gib):
            shown = service.show_volume(member, volume_id)
            is_asked = volumes.show(node.storage, volume_id).is_asked
            as_said = (status, size_gib) == (shown.status, shown.size_gib)
            return as_said and not is_asked and is_even(member)

        return Trial(
            cloud,
            begin=begin,
            is_made=lambda volume_id: (
                has(volume_id, "available", 2)
                and volumes.show(node.storage, volume_id).size_bytes == 2 * 2**30
            ),
            is_clean=lambda volume_id: has(volume_id, "error_extending", 1),
        )


class TestRevertingAVolume(SagaContract):
    saga = revert_volume.SAGA

    @pytest.fixture
    def trial(self, cloud, member, make, snap, node):
        volume = make()
        node.write(volume, b"then")
        snapshot = snap(volume)
        node.write(volume, b"now!")

        def begin():
            service.revert_volume(member, volume.id, snapshot.id)
            return volume.id

        return Trial(
            cloud,
            begin=begin,
            is_made=lambda volume_id: (
                "available" == status_of(member, volume_id) and b"then" == node.read(volume, 4)
            ),
            is_clean=lambda volume_id: (
                "error" == status_of(member, volume_id)
                and node.read(volume, 4) in (b"then", b"now!")
            ),
        )


class TestFencingAVolume(SagaContract):
    saga = fence_volume.SAGA

    @pytest.fixture
    def trial(self, cloud, member, make, node):
        volume = make()

        def begin():
            service.detach_volume(member, volume.id, is_forced=True)
            return volume.id

        def is_free(volume_id):
            return "available" == make(source_volume_id=volume_id).status

        return Trial(cloud, begin=begin, is_made=is_free, is_clean=is_free)


class TestMakingAnImage(SagaContract):
    saga = upload_volume.SAGA

    @pytest.fixture
    def trial(self, cloud, member, make, node):
        volume = make()
        node.write(volume, b"boot me")

        def begin():
            return service.upload_to_image(member, volume.id, service.ImageWish("mine")).id

        def is_gone(image_id):
            return image_id not in [
                each.id for each in images.list_images(member, images.Selection())
            ]

        def is_free():
            return "available" == status_of(member, volume.id) and is_even(member)

        return Trial(
            cloud,
            begin=begin,
            is_made=lambda image_id: "active" == images.show(member, image_id).status and is_free(),
            is_clean=lambda image_id: is_gone(image_id) and is_free(),
        )


class TestBackingUpAVolume(SagaContract):
    saga = backup_volume.SAGA

    @pytest.fixture
    def trial(self, cloud, member, make, node):
        volume = make()
        node.write(volume, b"then")

        def status(backup_id):
            try:
                return service.show_backup(member, backup_id).status
            except NotFound:
                return "gone"

        def is_free():
            return "available" == status_of(member, volume.id) and is_even(member)

        def has_object(backup_id):
            with suppress(NotFound):
                objects.show_object(member, member.project_id, "volumebackups", backup_id)
                return True
            return False

        return Trial(
            cloud,
            begin=lambda: service.create_backup(member, service.BackupSpec(volume.id)).id,
            is_made=lambda backup_id: (
                "available" == status(backup_id) and has_object(backup_id) and is_free()
            ),
            is_clean=lambda backup_id: (
                "error" == status(backup_id) and not has_object(backup_id) and is_free()
            ),
            cancel=lambda backup_id: service.delete_backup(member, backup_id),
            is_cancelled=lambda backup_id: (
                "gone" == status(backup_id) and not has_object(backup_id) and is_free()
            ),
        )


class TestRestoringAVolume(SagaContract):
    saga = restore_volume.SAGA

    @pytest.fixture
    def trial(self, cloud, member, worker, make, node):
        volume = make()
        node.write(volume, b"then")
        backup = service.create_backup(member, service.BackupSpec(volume.id))
        worker.drain()
        node.write(volume, b"now!")

        def begin():
            return service.restore_backup(member, backup.id, volume_id=volume.id).id

        return Trial(
            cloud,
            begin=begin,
            is_made=lambda volume_id: (
                "available" == status_of(member, volume_id) and b"then" == node.read(volume, 4)
            ),
            is_clean=lambda volume_id: (
                "error_restoring" == status_of(member, volume_id)
                and node.read(volume, 4) in (b"then", b"now!")
            ),
        )


class TestMovingAVolume(SagaContract):
    saga = move_volume.SAGA

    @pytest.fixture
    def trial(self, cloud, admin, make, node, elsewhere):
        volume = make()
        node.write(volume, b"moved")

        def begin():
            service.migrate_volume(admin, volume.id, "second")
            return volume.id

        def lies_in(store, at, other):
            shown = service.show_volume(admin, volume.id)
            is_there = ("available", store) == (shown.status, shown.store)
            return is_there and b"moved" == at.read(volume, 5) and [] == other.names()

        return Trial(
            cloud,
            begin=begin,
            is_made=lambda _id: lies_in("second", elsewhere, node),
            # What has moved when it fails stays there.
            is_clean=lambda _id: (
                lies_in(volume.store, node, elsewhere) or lies_in("second", elsewhere, node)
            ),
        )


class TestMovingAVolumeInUse(SagaContract):
    saga = move_volume.SAGA

    @pytest.fixture
    def trial(self, cloud, member, admin, make, node, elsewhere):
        volume = make()
        service.attach_volume(member, volume.id, instance_id="server1", mountpoint="/dev/vdb")
        disk = node.open(volume)
        disk.write(0, b"moved")

        def begin():
            service.migrate_volume(admin, volume.id, "second")
            return volume.id

        def lies_in(store, at, other):
            shown = service.show_volume(admin, volume.id)
            is_there = ("in-use", store) == (shown.status, shown.store)
            return (
                is_there
                and ([volume.id], []) == (at.names(), other.names())
                and b"moved" == disk.read(0, 5)
                and store == volumes.follow(volume.id, volume.store, cloud.store)
            )

        with node.serving(disk):
            yield Trial(
                cloud,
                begin=begin,
                is_made=lambda _id: lies_in("second", elsewhere, node),
                is_clean=lambda _id: (
                    lies_in(volume.store, node, elsewhere) or lies_in("second", elsewhere, node)
                ),
            )


class TestDroppingAHead(SagaContract):
    saga = drop_head.SAGA

    @pytest.fixture
    def trial(self, cloud, admin, make, node, elsewhere):
        volume = make()
        volumes.create(elsewhere.storage, volume.id, 2**30)

        def begin():
            with cloud.database.unit_of_work() as session:
                data = {"store": "second"}
                sagas.begin(admin, session, drop_head.SAGA.name, subject_id=volume.id, data=data)
            return volume.id

        return Trial(
            cloud,
            begin=begin,
            is_made=lambda _id: [volume.id] == node.names() and [] == elsewhere.names(),
            is_clean=lambda _id: [volume.id] == node.names(),
        )
