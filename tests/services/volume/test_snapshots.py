# SPDX-License-Identifier: Apache-2.0
"""Snapshots: taken without stopping anybody, kept for themselves."""

import pytest

import synnefo_quota
import synnefo_volume as service
from synnefo_blocks import volumes
from synnefo_core.errors import InvalidState, NotFound
from synnefo_volume.models import VolumeRow

pytestmark = pytest.mark.usefixtures("standard")


def used(context, resource):
    return synnefo_quota.left(context, context.project_id, resource).usage


def test_a_snapshot_holds_what_the_volume_held(make, snap, node):
    volume = make(size_gib=2)
    node.write(volume, b"then")

    snapshot = snap(volume, name="first")
    node.write(volume, b"now!")
    copy = make(snapshot_id=snapshot.id, size_gib=None)

    assert ("available", "first", "100%", 2) == (
        snapshot.status,
        snapshot.name,
        snapshot.progress,
        snapshot.size_gib,
    )
    assert (2, b"then") == (copy.size_gib, node.read(copy, 4))
    assert b"now!" == node.read(volume, 4)


def test_a_writer_goes_on_while_snapshots_are_taken(member, worker, make, node):
    volume = make()
    disk = node.open(volume)
    taken = []
    with node.serving(disk):
        for number in range(3):
            disk.write(number, b"%d" % number)
            spec = service.SnapshotSpec(volume.id, is_forced=True)
            taken.append(service.create_snapshot(member, spec))
            worker.drain(patience_s=30.0)

    copies = [make(snapshot_id=each.id) for each in taken]
    assert [b"0\0\0", b"01\0", b"012"] == [node.read(copy, 3) for copy in copies]
    assert b"012" == disk.read(0, 3)


def test_snapshots_asked_for_at_once_are_taken_one_after_another(member, worker, make, node):
    volume = make()
    node.write(volume, b"same")
    taken = [service.create_snapshot(member, service.SnapshotSpec(volume.id)) for _ in range(4)]

    worker.drain(patience_s=30.0)

    assert {"available"} == {service.show_snapshot(member, each.id).status for each in taken}
    assert () == volumes.show(node.storage, volume.id).layers


def test_a_snapshot_of_what_is_in_use_is_taken_by_force_only(member, make, cloud):
    volume = make()
    with cloud.database.unit_of_work() as session:
        session.get_one(VolumeRow, volume.id).status = "in-use"

    with pytest.raises(InvalidState):
        service.create_snapshot(member, service.SnapshotSpec(volume.id))
    service.create_snapshot(member, service.SnapshotSpec(volume.id, is_forced=True))


def test_a_writer_that_is_nobodys_any_more_is_refused_after_a_while(member, worker, make, node):
    for name, seconds in (("writer_timeout_s", 0.2), ("lease_s", 2.0), ("lease_margin_s", 0.2)):
        member.cloud.config.set_override(name, seconds, group="volume")
    volume = make()
    lost = node.open(volume)
    lost.write(0, b"flushed")
    lost.flush()
    lost._lease.end()

    snapshot = service.create_snapshot(member, service.SnapshotSpec(volume.id))
    worker.drain(patience_s=30.0)

    assert "available" == service.show_snapshot(member, snapshot.id).status


def test_snapshots_are_paid_for_until_they_are_deleted(member, make, snap):
    volume = make(size_gib=2)
    snapshot = snap(volume)
    assert (1, 4) == (used(member, service.SNAPSHOTS), used(member, service.GIGABYTES))

    service.delete_snapshot(member, snapshot.id)

    with pytest.raises(NotFound):
        service.show_snapshot(member, snapshot.id)
    assert (0, 2) == (used(member, service.SNAPSHOTS), used(member, service.GIGABYTES))
    assert [] == list(synnefo_quota.verify(member))


def test_a_snapshot_deleted_while_it_is_taken_is_never_there(member, worker, make):
    snapshot = service.create_snapshot(member, service.SnapshotSpec(make().id))

    service.delete_snapshot(member, snapshot.id)
    service.delete_snapshot(member, snapshot.id)
    worker.drain()

    with pytest.raises(NotFound):
        service.show_snapshot(member, snapshot.id)
    assert 0 == used(member, service.SNAPSHOTS)


def test_a_snapshot_outlives_its_volume_unless_it_is_to_go_with_it(member, worker, make, snap):
    first, second = make(), make()
    stays, goes = snap(first), snap(second)

    service.delete_volume(member, first.id)
    service.delete_volume(member, second.id, with_snapshots=True)
    worker.drain()

    assert [stays.id] == [each.id for each in service.list_snapshots(member, limit=10)]
    assert 1 == service.count_snapshots(member)
    with pytest.raises(NotFound):
        service.show_snapshot(member, goes.id)


def test_a_snapshot_that_is_not_ready_is_no_source(member, make):
    snapshot = service.create_snapshot(member, service.SnapshotSpec(make().id))

    with pytest.raises(InvalidState):
        service.create_volume(member, service.VolumeSpec(snapshot_id=snapshot.id))


def test_snapshots_are_changed(member, stranger, make, snap):
    snapshot = snap(make(), metadata={"a": "1"})

    service.update_snapshot(member, snapshot.id, {"name": "new", "metadata": {"b": "2"}})
    service.remove_snapshot_metadata(member, snapshot.id, "a")
    service.set_snapshot_metadata(member, snapshot.id, {"c": "3"})

    changed = service.show_snapshot(member, snapshot.id)
    assert ("new", {"b": "2", "c": "3"}) == (changed.name, changed.metadata)
    with pytest.raises(NotFound):
        service.update_snapshot(stranger, snapshot.id, {"name": "theirs"})
