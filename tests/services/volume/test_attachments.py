# SPDX-License-Identifier: Apache-2.0
"""Attachments: one writer at a time, and what its node has to know."""

import base64

import pytest

import synnefo_volume as service
from synnefo_blocks import volumes
from synnefo_core.contracts.storage import Fenced
from synnefo_core.contracts.volumes import PURPOSE, Mode, unseal
from synnefo_core.errors import InvalidField, InvalidState, NotFound
from synnefo_core.signatures import Verifier

CONNECTOR = {"host": "node1", "mountpoint": "/dev/vdb"}

pytestmark = pytest.mark.usefixtures("standard")


def status(context, volume):
    return service.show_volume(context, volume.id).status


def ticket_of(context, connection):
    keys = [base64.b64decode(service.ticket_key(context.cloud))]
    return unseal(Verifier(keys, PURPOSE), connection["data"]["ticket"])


def test_an_attachment_is_reserved_connected_used_and_ended(member, make):
    volume = make()

    made = service.create_attachment(member, service.AttachmentSpec(volume.id, "server1"))
    assert ("reserved", "reserved", {}) == (made.status, status(member, volume), made.connection)
    connected = service.update_attachment(member, made.id, CONNECTOR)
    assert ("attaching", "attaching") == (connected.status, status(member, volume))
    service.complete_attachment(member, made.id)

    shown = service.show_volume(member, volume.id)
    assert "in-use" == shown.status
    attachment = shown.attachments[0]
    assert ("attached", "server1", "node1", "/dev/vdb") == (
        attachment.status,
        attachment.instance_id,
        attachment.host,
        attachment.mountpoint,
    )
    assert [made.id] == [each.id for each in service.list_attachments(member, limit=10)]
    assert [] == service.delete_attachment(member, made.id)
    assert "available" == status(member, volume)


def test_a_node_is_told_by_a_ticket_what_it_may_do(member, make):
    volume = make(size_gib=2)
    spec = service.AttachmentSpec(volume.id, "server1", connector=CONNECTOR)

    made = service.create_attachment(member, spec)

    ticket = ticket_of(member, made.connection)
    assert (volume.id, volume.store, 2 * 2**30, Mode.READ_WRITE, "server1", True) == (
        ticket.volume,
        ticket.store,
        ticket.size_bytes,
        ticket.mode,
        ticket.instance,
        ticket.is_kept,
    )


def test_each_connection_is_of_a_later_generation(member, make):
    volume = make()

    told = [service.initialize_connection(member, volume.id, CONNECTOR) for _ in range(3)]

    generations = [ticket_of(member, each).generation for each in told]
    assert sorted(set(generations)) == generations


def test_a_volume_is_attached_to_one_server_only(member, make):
    volume = make()
    first = service.create_attachment(member, service.AttachmentSpec(volume.id, "server1"))
    with pytest.raises(InvalidState):
        service.create_attachment(member, service.AttachmentSpec(volume.id, "server2"))
    service.update_attachment(member, first.id, CONNECTOR)
    service.complete_attachment(member, first.id)

    with pytest.raises(InvalidState):
        service.create_attachment(member, service.AttachmentSpec(volume.id, "server2"))
    moved = service.create_attachment(member, service.AttachmentSpec(volume.id, "server1"))
    left = service.delete_attachment(member, first.id)

    assert [moved.id] == [each.id for each in left]


def test_what_is_attached_is_not_deleted(member, make):
    volume = make()
    service.attach_volume(member, volume.id, instance_id="server1")

    for is_forced in (False, True):
        with pytest.raises(InvalidState):
            service.delete_volume(member, volume.id, is_forced=is_forced)


def test_a_volume_is_reserved_and_detached_in_steps(member, make):
    volume = make()
    service.reserve_volume(member, volume.id)
    with pytest.raises(InvalidState):
        service.reserve_volume(member, volume.id)
    service.unreserve_volume(member, volume.id)
    assert "available" == status(member, volume)
    service.reserve_volume(member, volume.id)
    service.attach_volume(member, volume.id, instance_id="server1")
    assert "in-use" == status(member, volume)
    service.begin_detaching(member, volume.id)
    service.roll_detaching(member, volume.id)
    assert "in-use" == status(member, volume)
    service.begin_detaching(member, volume.id)
    service.detach_volume(member, volume.id)

    assert "available" == status(member, volume)
    with pytest.raises(InvalidState):
        service.detach_volume(member, volume.id)


def test_of_several_attachments_one_is_named(member, make):
    volume = make()
    one = service.attach_volume(member, volume.id, instance_id="server1")
    service.create_attachment(member, service.AttachmentSpec(volume.id, "server1"))

    with pytest.raises(InvalidField):
        service.detach_volume(member, volume.id)
    with pytest.raises(NotFound):
        service.detach_volume(member, volume.id, attachment_id="nothing")
    service.detach_volume(member, volume.id, attachment_id=one.id)

    assert "reserved" == status(member, volume)


def test_a_node_whose_volume_is_taken_by_force_is_refused(cloud, member, worker, make, node):
    for name, seconds in (("lease_s", 2.0), ("lease_margin_s", 0.2)):
        cloud.config.set_override(name, seconds, group="volume")
    volume = make()
    service.attach_volume(member, volume.id, instance_id="server1")
    disk = node.open(volume)

    service.detach_volume(member, volume.id, is_forced=True)
    worker.drain(patience_s=30.0)

    assert "available" == status(member, volume)
    with pytest.raises(Fenced):
        disk.renew()
    with pytest.raises(Fenced):
        disk.write(0, b"late")
    assert not volumes.show(node.storage, volume.id).is_open


def test_others_know_of_no_attachment(member, stranger, make):
    made = service.create_attachment(member, service.AttachmentSpec(make().id))

    with pytest.raises(NotFound):
        service.show_attachment(stranger, made.id)
    with pytest.raises(NotFound):
        service.delete_attachment(stranger, made.id)


def test_the_key_of_tickets_is_private_and_stays(cloud):
    key = service.ticket_key(cloud)

    file = cloud.data_dir / "keys" / "volume-tickets" / "private"
    assert 0o600 == file.stat().st_mode & 0o777
    cloud._shared.pop(f"volume.signer.{PURPOSE}")
    assert key == service.ticket_key(cloud)
