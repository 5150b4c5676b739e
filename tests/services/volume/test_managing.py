# SPDX-License-Identifier: Apache-2.0
"""Heads that become volumes, and volumes of which the head is left."""

import pytest

import synnefo_quota
import synnefo_volume as service
from synnefo_blocks import volumes
from synnefo_core.contracts.volumes import epochs_of
from synnefo_core.db.base import new_id
from synnefo_core.errors import Conflict, Duplicate, InvalidField, InvalidState, NotFound

pytestmark = pytest.mark.usefixtures("standard")


@pytest.fixture
def store(cloud):
    return cloud.stores()[0]


def hindrances(admin, store):
    return {each.name: each.hindrance for each in service.list_manageable(admin, store, limit=10)}


def test_a_volume_is_forgotten_and_found_again(admin, make, node, store):
    volume = make(size_gib=2)
    node.write(volume, b"kept")
    service.unmanage_volume(admin, volume.id)
    with pytest.raises(NotFound):
        service.show_volume(admin, volume.id)
    assert {volume.id: ""} == hindrances(admin, store)

    spec = service.VolumeSpec(name="found", metadata={"a": "b"})
    found = service.manage_volume(admin, store, volume.id, spec, is_bootable=True)

    assert (volume.id, "available", 2, "found", True, admin.project_id) == (
        found.id,
        found.status,
        found.size_gib,
        found.name,
        found.is_bootable,
        found.project_id,
    )
    assert b"kept" == node.read(found, 4)
    assert {volume.id: "already managed"} == hindrances(admin, store)
    assert [] == list(synnefo_quota.verify(admin))


def test_who_had_it_before_is_outdone(admin, node, store):
    name = new_id()
    volumes.create(node.storage, name, 2**30)
    late = epochs_of(7).start + 3
    volumes.open_volume(node.storage, name, epoch=late, clock=node._clock).close()
    service.manage_volume(admin, store, name, service.VolumeSpec())

    spec = service.AttachmentSpec(name, "server1", connector={"host": "node1"})
    attached = service.create_attachment(admin, spec)

    assert epochs_of(attached.connection["data"]["generation"]).start > late


def test_a_part_of_a_gib_becomes_a_whole_one(admin, node, store):
    name = new_id()
    volumes.create(node.storage, name, 2**30 + 512)

    found = service.manage_volume(admin, store, name, service.VolumeSpec())

    assert 2 == found.size_gib
    assert 2 * 2**30 == volumes.show(node.storage, name).size_bytes


def test_what_is_open_misnamed_or_known_is_not_managed(admin, make, node, store):
    opened, misnamed, known = new_id(), "server-disk", make().id
    for name in (opened, misnamed):
        volumes.create(node.storage, name, 2**30)
    volumes.open_volume(node.storage, opened, epoch=9, clock=node._clock)

    for name, error in (
        (opened, Conflict),
        (misnamed, InvalidField),
        (known, Duplicate),
        (new_id(), NotFound),
    ):
        with pytest.raises(error):
            service.manage_volume(admin, store, name, service.VolumeSpec())
    assert {known} == {name for name, why in hindrances(admin, store).items() if "managed" in why}
    assert all(hindrances(admin, store).values())


def test_a_type_of_another_store_does_not_fit(admin, node, store, second):
    service.create_type(admin, name="fast", extra_specs={"volume_backend_name": "second"})
    name = new_id()
    volumes.create(node.storage, name, 2**30)

    with pytest.raises(Conflict):
        service.manage_volume(admin, store, name, service.VolumeSpec(type="fast"))
    with pytest.raises(NotFound):
        service.list_manageable(admin, "nowhere", limit=10)


def test_what_is_in_use_is_not_forgotten(member, admin, make):
    volume = make()
    service.reserve_volume(member, volume.id)

    with pytest.raises(InvalidState):
        service.unmanage_volume(admin, volume.id)
