# SPDX-License-Identifier: Apache-2.0
"""Volumes of another type, and in another store."""

import pytest

import synnefo_volume as service
from synnefo_blocks import volumes
from synnefo_core.errors import Conflict, InvalidField, InvalidState, NotFound

pytestmark = pytest.mark.usefixtures("standard")


@pytest.fixture
def fast(admin, second):
    """A type whose volumes lie in the other store."""
    return service.create_type(admin, name="fast", extra_specs={"volume_backend_name": "second"})


def test_a_volume_moves_to_the_store_of_its_new_type(
    member, worker, make, snap, node, elsewhere, fast
):
    volume = make()
    node.write(volume, b"moved")
    snapshot = snap(volume)

    service.retype_volume(member, volume.id, "fast", may_move=True)
    assert "retyping" == service.show_volume(member, volume.id).status
    worker.drain(patience_s=30.0)

    moved = service.show_volume(member, volume.id)
    assert ("available", fast.id, "second", "success") == (
        moved.status,
        moved.type_id,
        moved.store,
        moved.migration_status,
    )
    assert b"moved" == elsewhere.read(volume, 5)
    assert ([], [volume.id]) == (node.names(), elsewhere.names())
    assert b"moved" == node.read(make(snapshot_id=snapshot.id), 5)


def test_a_volume_moves_there_and_back(admin, member, worker, make, node, elsewhere):
    volume = make()
    node.write(volume, b"first")
    service.migrate_volume(admin, volume.id, "second")
    worker.drain(patience_s=30.0)
    elsewhere.write(volume, b"there")

    service.migrate_volume(admin, volume.id, volume.store)
    assert "maintenance" == service.show_volume(member, volume.id).status
    worker.drain(patience_s=30.0)

    assert b"there" == node.read(volume, 5)
    assert ([volume.id], []) == (node.names(), elsewhere.names())


def test_what_a_moving_volume_left_behind_is_not_what_it_holds_later(
    admin, worker, make, node, elsewhere
):
    volume = make()
    node.write(volume, b"right")
    volumes.create(elsewhere.storage, volume.id, 2**30)
    elsewhere.write(volume, b"wrong")

    service.migrate_volume(admin, volume.id, "second")
    worker.drain(patience_s=30.0)

    assert b"right" == elsewhere.read(volume, 5)


def test_within_a_store_only_the_type_changes_also_in_use(member, admin, make, node):
    volume = make()
    service.create_type(admin, name="plain")
    service.attach_volume(member, volume.id, instance_id="server1", mountpoint="/dev/vdb")

    service.retype_volume(member, volume.id, "plain")

    shown = service.show_volume(member, volume.id)
    assert ("in-use", volume.store) == (shown.status, shown.store)
    assert "plain" == service.show_type(admin, shown.type_id).name


def test_a_volume_moves_only_if_it_may(member, make, fast):
    with pytest.raises(Conflict):
        service.retype_volume(member, make().id, "fast")


@pytest.fixture
def used(member, make, node):
    """A volume that is attached and open, and what its server has of it."""
    volume = make()
    service.attach_volume(member, volume.id, instance_id="server1", mountpoint="/dev/vdb")
    disk = node.open(volume)
    disk.write(0, b"before")
    yield service.show_volume(member, volume.id), disk
    disk.close()


def test_a_volume_in_use_moves_while_it_is_written(
    member, admin, worker, used, node, elsewhere, fast
):
    volume, disk = used
    with node.serving(disk):
        service.retype_volume(member, volume.id, "fast", may_move=True)
        assert "retyping" == service.show_volume(member, volume.id).status
        disk.write(100, b"during")
        worker.drain(patience_s=60.0)
        disk.write(200, b"behind")

        moved = service.show_volume(member, volume.id)
        assert ("in-use", fast.id, "second", "success") == (
            moved.status,
            moved.type_id,
            moved.store,
            moved.migration_status,
        )
        assert ([], [volume.id]) == (node.names(), elsewhere.names())
        assert b"before" == disk.read(0, 6)
    disk.close()

    assert b"before" == elsewhere.read(volume, 6)
    assert (b"during", b"behind") == (
        elsewhere.read(volume, 6, offset=100),
        elsewhere.read(volume, 6, offset=200),
    )


def test_a_volume_in_use_is_found_where_it_was_until_it_is_deleted(
    member, admin, worker, used, node, elsewhere, cloud
):
    volume, disk = used
    with node.serving(disk):
        service.migrate_volume(admin, volume.id, "second")
        worker.drain(patience_s=60.0)

    assert "second" == volumes.follow(volume.id, volume.store, cloud.store)
    assert [volume.id] == list(node.storage.heads.names())
    disk.close()
    service.detach_volume(member, volume.id)
    service.delete_volume(member, volume.id)
    worker.drain(patience_s=60.0)
    assert [] == list(node.storage.heads.names()) == list(elsewhere.storage.heads.names())


def test_a_volume_of_a_server_that_is_off_moves_too(member, admin, worker, used, node, elsewhere):
    volume, disk = used
    disk.close()

    service.migrate_volume(admin, volume.id, "second")
    worker.drain(patience_s=60.0)

    moved = service.show_volume(member, volume.id)
    assert ("in-use", "second") == (moved.status, moved.store)
    assert b"before" == elsewhere.read(volume, 6)


def test_a_move_can_be_given_up_while_the_writer_is_waited_for(
    member, admin, worker, used, node, elsewhere, cloud
):
    volume, disk = used
    service.migrate_volume(admin, volume.id, "second")
    worker.drain(patience_s=1.0)
    service.give_up_move(admin, volume.id)
    worker.drain(patience_s=60.0)

    left = service.show_volume(member, volume.id)
    assert ("in-use", volume.store, "") == (left.status, left.store, left.migration_status)
    assert "server1" == left.attachments[0].instance_id
    disk.renew()
    assert "" == disk.wanted_store
    assert b"before" == disk.read(0, 6)
    assert [] == elsewhere.names()
    assert volume.store == volumes.follow(volume.id, volume.store, cloud.store)
    with pytest.raises(InvalidState):
        service.give_up_move(admin, volume.id)


def test_a_writer_that_does_not_move_keeps_its_volume(
    member, admin, worker, used, node, second, cloud
):
    volume, disk = used
    cloud.config.set_override("writer_timeout_s", 2.0, group="volume")

    with node.serving(disk, moves=False):
        service.migrate_volume(admin, volume.id, "second")
        worker.drain(patience_s=60.0)

    left = service.show_volume(member, volume.id)
    assert ("in-use", volume.store, "error") == (left.status, left.store, left.migration_status)
    assert "does not answer" in left.error
    disk.renew()
    assert not disk.is_asked


def test_a_move_that_is_given_up_too_late_is_done(
    member, admin, worker, used, node, elsewhere, monkeypatch
):
    volume, disk = used
    enter = volumes.enter

    def later(storage, name):
        monkeypatch.setattr(volumes, "enter", enter)
        service.give_up_move(admin, volume.id)
        return enter(storage, name)

    monkeypatch.setattr(volumes, "enter", later)
    with node.serving(disk):
        service.migrate_volume(admin, volume.id, "second")
        worker.drain(patience_s=60.0)

    moved = service.show_volume(member, volume.id)
    assert ("in-use", "second", "success") == (moved.status, moved.store, moved.migration_status)
    assert [volume.id] == elsewhere.names()


def test_a_volume_that_is_being_worked_on_does_not_move(member, admin, make, fast):
    volume = make()
    service.reserve_volume(member, volume.id)

    with pytest.raises(InvalidState):
        service.retype_volume(member, volume.id, "fast", may_move=True)
    with pytest.raises(InvalidState):
        service.migrate_volume(admin, volume.id, "second")


def test_a_type_or_store_must_be_another_that_is_there(member, admin, make, standard, second):
    volume = make()

    with pytest.raises(NotFound):
        service.retype_volume(member, volume.id, "painted")
    with pytest.raises(InvalidField):
        service.retype_volume(member, volume.id, standard.id)
    for store in (volume.store, "nowhere"):
        with pytest.raises(InvalidField):
            service.migrate_volume(admin, volume.id, store)


def test_a_type_that_is_not_the_projects_is_none(member, admin, make):
    service.create_type(admin, name="secret", is_public=False)

    with pytest.raises(NotFound):
        service.retype_volume(member, make().id, "secret")


def test_a_volume_that_somebody_still_writes_moves_with_its_writer(
    admin, member, worker, make, node, elsewhere
):
    volume = make()
    disk = node.open(volume)
    disk.write(0, b"early")
    with node.serving(disk):
        service.migrate_volume(admin, volume.id, "second")
        worker.drain(patience_s=60.0)
        disk.write(0, b"last!")
    disk.close()

    assert "second" == service.show_volume(member, volume.id).store
    assert b"last!" == elsewhere.read(volume, 5)
