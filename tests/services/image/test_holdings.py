# SPDX-License-Identifier: Apache-2.0
"""Content is paid for once: as a file while there is one, as an image afterwards."""

import pytest

import synnefo_image as service
import synnefo_object_store as objects
import synnefo_quota
from synnefo_image import holdings
from tests.services.image.conftest import CONTENT, put_object

SIZE = len(CONTENT)


def used(context, project_id="p1"):
    return synnefo_quota.left(context, project_id, "pithos.diskspace").usage


@pytest.fixture
def reckon(context):
    """Return a function that reckons, and checks what the rows say against the ledger."""

    def run():
        holdings.reckon(context)
        counted = {}
        for usage in context.cloud.plugins.hook.quota_usage(context=context):
            for each in usage:
                if each.resource == "pithos.diskspace":
                    key = each.project_id
                    counted[key] = counted.get(key, 0) + each.amount
        assert counted.get("p1", 0) == used(context)

    return run


def test_an_image_costs_nothing_beside_its_file(member, active, reckon):
    reckon()

    assert SIZE == used(member)


def test_an_image_that_outlives_its_file_is_paid_for_once(member, active, reckon):
    objects.delete_object(member, "p1", "disks", "disk")
    reckon()
    reckon()
    assert SIZE == used(member)

    put_object(member)
    reckon()
    assert SIZE == used(member)

    service.delete(member, active.id)
    assert SIZE == used(member)
    objects.delete_object(member, "p1", "disks", "disk")
    assert 0 == used(member)


def test_a_file_that_is_replaced_and_its_image_are_two_contents(member, active, reckon):
    put_object(member, content=b"other")
    reckon()

    assert SIZE + 5 == used(member)


def test_what_an_image_pays_for_is_given_back_with_it(member, active, reckon):
    objects.delete_object(member, "p1", "disks", "disk")
    reckon()
    (thing,) = holdings.things(member, "pithos.diskspace", "p1")
    assert (active.id, SIZE) == (thing.id, thing.amount)

    service.delete(member, active.id)

    assert 0 == used(member)
    reckon()


def test_an_image_pays_even_beyond_the_limit(member, active, reckon):
    objects.delete_object(member, "p1", "disks", "disk")
    synnefo_quota.set_limit(member, holder="project:p1", resource="pithos.diskspace", limit=1)

    reckon()

    assert SIZE == used(member)


def test_a_new_owner_pays(member, admin, active, reckon):
    objects.delete_object(member, "p1", "disks", "disk")
    reckon()

    service.update(admin, active.id, {"owner": "p2"})
    reckon()

    assert (0, SIZE) == (used(member), used(member, "p2"))
