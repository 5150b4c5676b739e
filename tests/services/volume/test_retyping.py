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


def test_a_volume_in_use_does_not_move(member, admin, make, fast):
    volume = make()
    service.attach_volume(member, volume.id, instance_id="server1", mountpoint="/dev/vdb")

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


def test_a_volume_that_somebody_still_writes_moves_when_that_one_ends(
    admin, member, worker, make, node, elsewhere
):
    volume = make()
    disk = node.open(volume)
    disk.write(0, b"early")
    with node.serving(disk):
        service.migrate_volume(admin, volume.id, "second")
        worker.drain(patience_s=2.0)
        disk.write(0, b"last!")
    disk.close()
    worker.drain(patience_s=30.0)

    assert "second" == service.show_volume(member, volume.id).store
    assert b"last!" == elsewhere.read(volume, 5)
