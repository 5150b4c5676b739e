# SPDX-License-Identifier: Apache-2.0
"""Transfers: a volume goes to who knows the key, once, with all that it costs."""

import pytest

import synnefo_quota
import synnefo_volume as service
from synnefo_core.errors import Invalid, InvalidState, NotFound, QuotaExceeded
from synnefo_core.testing.blockstore import at_once
from synnefo_volume.models import TransferRow

pytestmark = pytest.mark.usefixtures("standard")


def used(context):
    resources = (service.VOLUMES, service.GIGABYTES, service.SNAPSHOTS)
    return tuple(synnefo_quota.left(context, context.project_id, each).usage for each in resources)


def test_who_knows_the_key_takes_the_volume_with_its_snapshots(member, stranger, make, snap, node):
    volume = make(size_gib=2)
    node.write(volume, b"yours")
    snapshot = snap(volume)
    offer = service.create_transfer(member, volume.id, name="gift")
    assert "awaiting-transfer" == service.show_volume(member, volume.id).status

    service.accept_transfer(stranger, offer.transfer.id, offer.auth_key)

    taken = service.show_volume(stranger, volume.id)
    assert ("available", "p2", "u2") == (taken.status, taken.project_id, taken.user_id)
    assert b"yours" == node.read(taken, 5)
    assert "p2" == service.show_snapshot(stranger, snapshot.id).project_id
    with pytest.raises(NotFound):
        service.show_volume(member, volume.id)


@pytest.mark.parametrize("with_snapshots", [True, False])
def test_what_it_costs_goes_with_it_exactly(member, stranger, make, snap, with_snapshots):
    volume = make(size_gib=2)
    snap(volume)
    offer = service.create_transfer(member, volume.id, with_snapshots=with_snapshots)

    service.accept_transfer(stranger, offer.transfer.id, offer.auth_key)

    left, got = ((0, 0, 0), (1, 4, 1)) if with_snapshots else ((0, 2, 1), (1, 2, 0))
    assert (left, got) == (used(member), used(stranger))
    assert [] == list(synnefo_quota.verify(member))


def test_snapshots_that_stayed_behind_do_not_go_with_the_volume_later(
    member, stranger, worker, make, snap
):
    volume = make()
    snapshot = snap(volume)
    offer = service.create_transfer(member, volume.id, with_snapshots=False)
    service.accept_transfer(stranger, offer.transfer.id, offer.auth_key)

    service.delete_volume(stranger, volume.id, with_snapshots=True)
    worker.drain()

    assert "available" == service.show_snapshot(member, snapshot.id).status
    with pytest.raises(NotFound):
        service.show_volume(stranger, volume.id)


def test_of_two_who_take_it_at_once_one_has_it(member, stranger, admin, make):
    volume = make()
    offer = service.create_transfer(member, volume.id)

    answers = at_once(
        [
            lambda who=who: service.accept_transfer(who, offer.transfer.id, offer.auth_key)
            for who in (stranger, admin)
        ]
    )

    assert [NotFound] == [type(each) for each in answers if isinstance(each, BaseException)]
    assert 1 == used(stranger)[0] + used(admin)[0]
    assert [] == list(synnefo_quota.verify(member))


def test_who_has_not_the_key_or_the_room_gets_nothing(member, stranger, make):
    volume = make()
    offer = service.create_transfer(member, volume.id)

    with pytest.raises(Invalid):
        service.accept_transfer(stranger, offer.transfer.id, "0" * 32)
    synnefo_quota.set_limit(stranger, holder="project:p2", resource=service.GIGABYTES, limit=0)
    with pytest.raises(QuotaExceeded):
        service.accept_transfer(stranger, offer.transfer.id, offer.auth_key)

    kept = service.show_volume(member, volume.id)
    assert ("awaiting-transfer", member.project_id) == (kept.status, kept.project_id)
    assert (1, 1, 0) == used(member)


def test_an_offer_is_its_projects_and_its_key_is_nobodys(member, stranger, make, cloud):
    offer = service.create_transfer(member, make().id)

    assert [offer.transfer] == service.list_transfers(member, limit=10)
    assert [] == service.list_transfers(stranger, limit=10)
    with pytest.raises(NotFound):
        service.show_transfer(stranger, offer.transfer.id)
    with cloud.database.reading() as session:
        row = session.get_one(TransferRow, offer.transfer.id)
        assert offer.auth_key not in [str(value) for value in vars(row).values()]


def test_what_is_withdrawn_can_be_used_again_and_not_be_taken(member, stranger, make):
    volume = make()
    offer = service.create_transfer(member, volume.id)
    with pytest.raises(NotFound):
        service.delete_transfer(stranger, offer.transfer.id)

    service.delete_transfer(member, offer.transfer.id)

    assert "available" == service.show_volume(member, volume.id).status
    with pytest.raises(NotFound):
        service.accept_transfer(stranger, offer.transfer.id, offer.auth_key)


def test_a_volume_on_offer_is_used_by_nobody(member, worker, admin, make):
    volume = make()
    offer = service.create_transfer(member, volume.id)

    for use in (
        lambda: service.create_transfer(member, volume.id),
        lambda: service.reserve_volume(member, volume.id),
        lambda: service.delete_volume(member, volume.id),
        lambda: service.create_snapshot(member, service.SnapshotSpec(volume.id, is_forced=True)),
    ):
        with pytest.raises(InvalidState):
            use()
    service.delete_volume(admin, volume.id, is_forced=True)
    worker.drain()

    with pytest.raises(NotFound):
        service.show_transfer(member, offer.transfer.id)


def test_a_volume_whose_snapshot_is_not_ready_is_not_offered_with_it(member, make):
    volume = make()
    service.create_snapshot(member, service.SnapshotSpec(volume.id))

    with pytest.raises(InvalidState):
        service.create_transfer(member, volume.id)
    service.create_transfer(member, volume.id, with_snapshots=False)
