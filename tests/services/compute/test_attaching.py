# SPDX-License-Identifier: Apache-2.0
"""Volumes of servers that are there: attached, taken away, and let go with the server."""

from __future__ import annotations

import base64
from dataclasses import replace

import pytest

import synnefo_compute
import synnefo_volume
from synnefo_backend_sim import faults
from synnefo_backend_sim.attached import SimVolumes
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_compute import ServerSpec, VolumeWish, attaching
from synnefo_core.contracts.volumes import PURPOSE, unseal
from synnefo_core.errors import Conflict, Forbidden, Invalid, InvalidState, NotFound
from synnefo_core.signatures import Verifier


@pytest.fixture
def attached(member, server, volume, settle):
    """Return the member's volume once it is the server's."""
    synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
    settle()
    return synnefo_volume.show_volume(member, volume.id)


def disks(cluster, server) -> list[tuple[str, int]]:
    """Return the disks of a server's instance behind its own."""
    found = cluster.inventory.instance(f"snf-{server.id}").disks[1:]
    return [(disk.name, disk.size_mib) for disk in found]


def shown(member, server):
    return synnefo_compute.show_server(member, server.id)


def status(member, volume):
    return synnefo_volume.show_volume(member, volume.id).status


def last_action(member, server):
    action = synnefo_compute.list_actions(member, server.id)[0]
    return action.name, action.message


@pytest.mark.parametrize("is_stopped", [False, True])
def test_a_server_gets_a_volume(server, member, make_volume, settle, cluster, is_stopped):
    if is_stopped:
        synnefo_compute.stop_server(member, server.id)
        settle()
    before, volume = shown(member, server), make_volume(size_gib=3)

    given = synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id, tag="data"))
    during = shown(member, server).task_state, status(member, volume)
    settle()

    after = shown(member, server)
    assert ("attaching_volume", "attaching") == during
    assert (before.vm_state, "", "") == (after.vm_state, after.task_state, after.fault)
    assert (replace(given, is_awaited=False),) == after.volumes
    assert ("/dev/vdb", "data", None, False) == (
        given.device,
        given.tag,
        given.boot_index,
        given.deletes_on_termination,
    )
    assert [(f"vol-{given.attachment_id}", 3 * 1024)] == disks(cluster, server)
    assert ("attach_volume", "") == last_action(member, server)
    found = synnefo_volume.show_volume(member, volume.id)
    (attachment,) = found.attachments
    assert ("in-use", "attached", server.id, "/dev/vdb", server.node or after.node) == (
        found.status,
        attachment.status,
        attachment.instance_id,
        attachment.mountpoint,
        attachment.host,
    )


def test_the_cluster_is_given_the_ticket_of_a_new_generation(
    server, member, volume, settle, monkeypatch
):
    told = []

    def disk(self, name, *, size_mib, ticket):
        told.append(unseal(Verifier([key], PURPOSE), ticket))
        return real(self, name, size_mib=size_mib, ticket=ticket)

    key, real = base64.b64decode(synnefo_volume.ticket_key(member.cloud)), SimVolumes.disk
    monkeypatch.setattr(SimVolumes, "disk", disk)
    for _ in range(2):
        synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
        settle()
        synnefo_compute.detach_volume(member, server.id, volume.id)
        settle()

    assert [(volume.id, server.id, True)] * 2 == [
        (each.volume, each.instance, each.is_kept) for each in told
    ]
    assert told[0].generation < told[1].generation


def test_a_volume_that_is_detached_can_be_attached_again(server, member, attached, settle, cluster):
    (had,) = disks(cluster, server)
    synnefo_compute.detach_volume(member, server.id, attached.id)
    during = shown(member, server).task_state, status(member, attached)
    settle()

    assert ("detaching_volume", "detaching") == during
    assert ("detach_volume", "") == last_action(member, server)
    assert ("available", (), []) == (
        status(member, attached),
        shown(member, server).volumes,
        disks(cluster, server),
    )
    synnefo_compute.attach_volume(member, server.id, VolumeWish(attached.id))
    settle()
    assert "in-use" == status(member, attached)
    assert [had] != disks(cluster, server)


def test_what_the_cluster_can_not_attach_is_available_again(
    server, member, volume, settle, cluster
):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "attach", message="no slot left"))
    synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
    settle()

    assert ("attach_volume", "Error") == last_action(member, server)
    assert ("active", "", ()) == (
        shown(member, server).vm_state,
        shown(member, server).task_state,
        shown(member, server).volumes,
    )
    assert ("available", []) == (status(member, volume), disks(cluster, server))
    assert () == synnefo_volume.show_volume(member, volume.id).attachments


def test_what_the_cluster_can_not_detach_stays_in_use(server, member, attached, settle, cluster):
    faults.inject(cluster.cluster, Fault(FaultKind.ERROR, "detach"))
    synnefo_compute.detach_volume(member, server.id, attached.id)
    settle()

    assert ("detach_volume", "Error") == last_action(member, server)
    assert ("in-use", 1, 1) == (
        status(member, attached),
        len(shown(member, server).volumes),
        len(disks(cluster, server)),
    )


def test_an_answer_that_was_lost_attaches_one_disk(server, member, volume, settle, cluster):
    faults.inject(cluster.cluster, Fault(FaultKind.UNANSWERED, "attach"))
    synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
    settle()

    assert ("in-use", 1) == (status(member, volume), len(disks(cluster, server)))


def test_a_volume_is_one_servers(server, member, submit, attached, settle):
    other = submit()
    settle()

    for each in (server, other):
        with pytest.raises(Invalid, match="available"):
            synnefo_compute.attach_volume(member, each.id, VolumeWish(attached.id))

    assert "" == shown(member, other).task_state


def test_one_thing_is_done_to_a_server_at_a_time(server, member, make_volume):
    first, second = make_volume(), make_volume()
    synnefo_compute.attach_volume(member, server.id, VolumeWish(first.id))

    with pytest.raises(InvalidState):
        synnefo_compute.attach_volume(member, server.id, VolumeWish(second.id))
    with pytest.raises(InvalidState):
        synnefo_compute.detach_volume(member, server.id, first.id)
    assert "available" == status(member, second)


def test_devices_are_named_in_their_order_unless_another_name_is_wanted(
    server, member, make_volume, settle
):
    wishes = ["", "/dev/vdd", "", ""]
    for wanted in wishes:
        synnefo_compute.attach_volume(
            member, server.id, VolumeWish(make_volume().id, device=wanted)
        )
        settle()

    named = [each.device for each in shown(member, server).volumes]
    assert ["/dev/vdb", "/dev/vdd", "/dev/vdc", "/dev/vde"] == named
    for taken in ("/dev/vda", "/dev/vdb", "/dev/sdc"):
        with pytest.raises(Conflict):
            synnefo_compute.attach_volume(
                member, server.id, VolumeWish(make_volume().id, device=taken)
            )


def test_a_server_has_so_many_volumes_and_no_more(server, member, volume, monkeypatch):
    monkeypatch.setattr(attaching, "MOST", 0)

    with pytest.raises(Forbidden):
        synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))


def test_the_volumes_of_others_are_not_there(server, member, context, make_volume):
    stranger = replace(member, user_id="u2", project_id="p2")
    theirs = make_volume(context=stranger)

    for caller in (member, context):  # not even an administrator mixes projects
        with pytest.raises(NotFound):
            synnefo_compute.attach_volume(caller, server.id, VolumeWish(theirs.id))
    with pytest.raises(NotFound):
        synnefo_compute.attach_volume(stranger, server.id, VolumeWish(theirs.id))


@pytest.mark.usefixtures("attached")
def test_only_a_volume_of_the_server_is_detached_shown_or_changed(
    server, member, submit, make_volume
):
    other, free = submit(), make_volume()
    (held,) = shown(member, server).volumes

    for owner, volume_id in ((other.id, held.volume_id), (server.id, free.id)):
        for call in (synnefo_compute.detach_volume, synnefo_compute.show_volume):
            with pytest.raises(NotFound):
                call(member, owner, volume_id)
        with pytest.raises(NotFound):
            synnefo_compute.update_volume(member, owner, volume_id, deletes_on_termination=True)


def test_a_locked_server_keeps_what_it_has(server, member, attached, make_volume):
    synnefo_compute.lock_server(member, server.id)

    with pytest.raises(InvalidState):
        synnefo_compute.attach_volume(member, server.id, VolumeWish(make_volume().id))
    with pytest.raises(InvalidState):
        synnefo_compute.detach_volume(member, server.id, attached.id)


def test_a_cluster_that_gives_no_volumes_says_so(server, member, volume, monkeypatch, cluster):
    monkeypatch.setattr(cluster, "volumes", None)

    with pytest.raises(Conflict, match="no volumes"):
        synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))


def test_disks_of_another_kind_have_no_volumes_beside_them(
    context, member, network, volume, settle, cluster
):
    size = {"vcpus": 1, "ram_mib": 64, "disk_gib": 1}
    synnefo_compute.create_flavor(context, flavor_id="p", name="p", disk_template="plain", **size)
    server = synnefo_compute.create_server(member, ServerSpec("web", "p"))
    settle()

    with pytest.raises(Conflict, match="plain"):
        synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))


def test_volumes_are_let_go_with_their_server(server, member, make_volume, settle):
    kept, gone = make_volume(), make_volume()
    for each in (kept, gone):
        synnefo_compute.attach_volume(member, server.id, VolumeWish(each.id))
        settle()
    synnefo_compute.update_volume(member, server.id, gone.id, deletes_on_termination=True)
    synnefo_compute.delete_server(member, server.id)
    settle()

    found = synnefo_volume.show_volume(member, kept.id)
    assert ("available", ()) == (found.status, found.attachments)
    with pytest.raises(NotFound):
        synnefo_volume.show_volume(member, gone.id)


@pytest.mark.parametrize("is_attached", [False, True])
def test_a_server_that_is_deleted_meanwhile_leaves_its_volume(
    server, member, volume, settle, is_attached
):
    synnefo_compute.attach_volume(member, server.id, VolumeWish(volume.id))
    if is_attached:
        settle()
        synnefo_compute.detach_volume(member, server.id, volume.id)
    synnefo_compute.delete_server(member, server.id)
    settle()

    with pytest.raises(NotFound):
        shown(member, server)
    assert "available" == status(member, volume)


def test_a_volume_in_use_is_not_deleted(member, attached):
    with pytest.raises(InvalidState):
        synnefo_volume.delete_volume(member, attached.id)
