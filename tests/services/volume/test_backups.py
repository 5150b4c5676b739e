# SPDX-License-Identifier: Apache-2.0
"""Backups: objects that outlive their volumes, and volumes made of them."""

import io

import pytest

import synnefo_object_store as objects
import synnefo_quota
import synnefo_volume as service
from synnefo_blocks import collection, volumes
from synnefo_core.errors import Invalid, InvalidField, InvalidState, NotFound
from synnefo_volume import backups
from synnefo_volume.models import VolumeRow

pytestmark = pytest.mark.usefixtures("standard")

CONTAINER = "volumebackups"


@pytest.fixture
def back_up(member, worker):
    """Make a backup that is ready."""

    def call(volume, **rest):
        made = service.create_backup(member, service.BackupSpec(volume.id, **rest))
        worker.drain(patience_s=30.0)
        return service.show_backup(member, made.id)

    return call


@pytest.fixture
def restore(member, worker):
    """Have a volume hold what a backup holds."""

    def call(backup, **rest):
        volume = service.restore_backup(member, backup.id, **rest)
        worker.drain(patience_s=30.0)
        return service.show_volume(member, volume.id)

    return call


def used(context):
    resources = (service.BACKUPS, service.BACKUP_GIGABYTES)
    return tuple(synnefo_quota.left(context, context.project_id, each).usage for each in resources)


def remove_object(context, backup):
    objects.delete_object(context, backup.project_id, backup.container, backup.id)


def test_a_backup_is_an_object_of_what_the_volume_held(member, make, back_up, node):
    volume = make()
    node.write(volume, b"then")

    backup = back_up(volume, name="nightly", metadata={"kept": "long"})
    node.write(volume, b"now!")

    assert ("available", "nightly", 1, CONTAINER, 1) == (
        backup.status,
        backup.name,
        backup.size_gib,
        backup.container,
        backup.object_count,
    )
    assert {"kept": "long"} == backup.metadata
    found = objects.show_object(member, member.project_id, CONTAINER, backup.id)
    assert 2**30 == found.size_bytes
    assert b"then" == b"".join(objects.open_object(member, found).read(0, 4))
    assert "available" == service.show_volume(member, volume.id).status


def test_a_backup_is_restored_when_the_volume_is_gone(member, worker, make, back_up, restore, node):
    volume = make()
    node.write(volume, b"kept")
    service.set_bootable(member, volume.id, True)
    backup = back_up(volume)
    service.delete_volume(member, volume.id)
    worker.drain()

    new = restore(backup, name="again")
    plain = restore(backup)

    assert ("available", "again", 1, True, backup.id) == (
        new.status,
        new.name,
        new.size_gib,
        new.is_bootable,
        new.backup_id,
    )
    assert b"kept" == node.read(new, 4) == node.read(plain, 4)


def test_a_backup_is_restored_into_a_volume_that_is_there(member, make, back_up, restore, node):
    volume = make()
    node.write(volume, b"then")
    backup = back_up(volume)
    larger = make(size_gib=2)
    node.write(larger, b"old!", 2**30)

    restored = restore(backup, volume_id=larger.id)

    assert ("available", 2) == (restored.status, restored.size_gib)
    assert b"then" == node.read(larger, 4)
    assert bytes(4) == node.read(larger, 4, 2**30)


def test_a_volume_that_is_smaller_or_used_is_not_restored_into(member, make, back_up):
    backup = back_up(make(size_gib=2))
    used_one, small = make(size_gib=2), make()
    service.reserve_volume(member, used_one.id)

    with pytest.raises(InvalidState):
        service.restore_backup(member, backup.id, volume_id=used_one.id)
    with pytest.raises(InvalidField):
        service.restore_backup(member, backup.id, volume_id=small.id)


def test_a_snapshot_is_backed_up_and_may_go(member, make, snap, back_up, restore, node):
    volume = make()
    node.write(volume, b"then")
    snapshot = snap(volume)
    node.write(volume, b"now!")

    backup = back_up(volume, snapshot_id=snapshot.id, container="elsewhere")
    service.delete_snapshot(member, snapshot.id)

    assert (snapshot.id, "elsewhere", snapshot.created_at) == (
        backup.snapshot_id,
        backup.container,
        backup.taken_at,
    )
    assert b"then" == node.read(restore(backup), 4)


def test_what_is_being_backed_up_is_kept_when_the_snapshot_goes(
    cloud, member, worker, make, snap, restore, node
):
    volume = make()
    node.write(volume, b"then")
    snapshot = snap(volume)
    spec = service.BackupSpec(volume.id, snapshot_id=snapshot.id)
    backup = service.create_backup(member, spec)

    service.delete_snapshot(member, snapshot.id)
    volumes.delete(node.storage, volume.id)
    quick = collection.Periods(grace_s=0, quarantine_s=0)
    for _ in range(3):
        collection.collect(member, cloud.stores()[0], periods=quick)
    worker.drain(patience_s=30.0)

    assert b"then" == node.read(restore(backup), 4)


def test_a_snapshot_of_another_volume_is_not_backed_up(member, make, snap):
    snapshot = snap(make())

    with pytest.raises(InvalidField):
        service.create_backup(member, service.BackupSpec(make().id, snapshot_id=snapshot.id))


def test_a_volume_in_use_is_backed_up_by_force_only(member, worker, make, cloud):
    volume = make()
    service.attach_volume(member, volume.id, instance_id="server1", mountpoint="/dev/vdb")

    with pytest.raises(InvalidState):
        service.create_backup(member, service.BackupSpec(volume.id))
    backup = service.create_backup(member, service.BackupSpec(volume.id, is_forced=True))
    assert "backing-up" == service.show_volume(member, volume.id).status
    worker.drain(patience_s=30.0)

    assert "available" == service.show_backup(member, backup.id).status
    assert "in-use" == service.show_volume(member, volume.id).status


def test_the_first_backup_is_not_the_next_one(member, make, back_up):
    volume = make()
    with pytest.raises(Invalid):
        service.create_backup(member, service.BackupSpec(volume.id, is_incremental=True))
    first = back_up(volume)

    second = back_up(volume, is_incremental=True)
    service.delete_backup(member, first.id)

    shown = service.show_backup(member, second.id)
    assert ("available", True) == (shown.status, shown.is_incremental)


@pytest.mark.parametrize("is_replaced", [False, True])
def test_a_backup_whose_object_is_lost_says_so(member, make, back_up, is_replaced):
    backup = back_up(make())
    remove_object(member, backup)
    if is_replaced:
        incoming = objects.Incoming("text/plain", size_bytes=4)
        read = io.BytesIO(b"mine").read
        objects.put_object(
            member, member.project_id, CONTAINER, backup.id, read=read, incoming=incoming
        )

    with pytest.raises(InvalidState):
        service.restore_backup(member, backup.id)

    (listed,) = service.list_backups(member, limit=10)
    assert ("error", True) == (listed.status, "removed or replaced" in listed.error)
    service.delete_backup(member, backup.id)
    if is_replaced:
        objects.show_object(member, member.project_id, CONTAINER, backup.id)


def test_a_list_tells_at_once_of_backups_whose_objects_are_lost(member, make, back_up):
    volume = make()
    lost, whole = back_up(volume), back_up(volume)
    remove_object(member, lost)

    found = {each.id: each.status for each in service.list_backups(member, limit=10)}

    assert {lost.id: "error", whole.id: "available"} == found


@pytest.mark.parametrize("losses", [1, 3])
def test_a_list_of_what_is_available_leaves_them_out_and_its_pages_are_full(
    member, make, back_up, losses
):
    volume = make()
    made = [back_up(volume) for _ in range(4)]
    for each in made[4 - losses :]:
        remove_object(member, each)
    available = service.Selection(where={"status": ["available"]})

    found = service.list_backups(member, limit=1, selection=available)

    assert [made[3 - losses].id] == [each.id for each in found]


def test_a_list_asks_once_for_all_objects_of_a_page(member, make, back_up, statements):
    volume = make()
    counts = []
    for _ in range(3):
        back_up(volume)
        with statements() as seen:
            service.list_backups(member, limit=10)
        counts.append(len(seen))

    assert [2, 2, 2] == counts


def test_the_worker_finds_backups_whose_objects_are_lost(member, make, back_up):
    lost, whole = back_up(make()), back_up(make())
    remove_object(member, lost)

    backups.check_all(member)

    found = {each.id: each.status for each in service.list_backups(member, limit=10)}
    assert {lost.id: "error", whole.id: "available"} == found


def test_a_state_is_set_by_hand_where_it_can_be_true(member, admin, make, back_up):
    backup = back_up(make())
    remove_object(member, backup)

    service.reset_backup_status(admin, backup.id, "error")
    for status in ("available", "painted"):
        with pytest.raises(InvalidField):
            service.reset_backup_status(admin, backup.id, status)


def test_backups_are_paid_for_until_they_are_deleted(member, make, back_up):
    backup = back_up(make(size_gib=2))
    assert (1, 2) == used(member)

    service.delete_backup(member, backup.id)

    assert (0, 0) == used(member)
    assert [] == list(synnefo_quota.verify(member))
    for gone in (
        lambda: service.show_backup(member, backup.id),
        lambda: objects.show_object(member, member.project_id, CONTAINER, backup.id),
    ):
        with pytest.raises(NotFound):
            gone()


def test_others_see_no_backup(member, stranger, make, back_up):
    backup = back_up(make())

    assert [] == service.list_backups(stranger, limit=10)
    assert (1, 0) == (service.count_backups(member), service.count_backups(stranger))
    for use in (service.show_backup, service.delete_backup, service.restore_backup):
        with pytest.raises(NotFound):
            use(stranger, backup.id)


def test_what_is_said_of_a_backup_is_changed(member, make, back_up):
    backup = back_up(make(), metadata={"old": "word"})

    service.update_backup(member, backup.id, {"name": "new", "metadata": {"a": "b"}})

    shown = service.show_backup(member, backup.id)
    assert ("new", "", {"a": "b"}) == (shown.name, shown.description, shown.metadata)


def test_a_volume_that_cannot_be_sealed_has_a_backup_in_error(member, worker, make, cloud, node):
    volume = make()
    backup = service.create_backup(member, service.BackupSpec(volume.id))
    with cloud.database.unit_of_work() as session:
        session.get_one(VolumeRow, volume.id).store = "nowhere"
    worker.drain(patience_s=30.0)

    failed = service.show_backup(member, backup.id)
    assert ("error", 0) == (failed.status, failed.object_count)
    assert failed.error
    assert "available" == service.show_volume(member, volume.id).status
