# SPDX-License-Identifier: Apache-2.0
import pytest

import synnefo_image as service
from synnefo_core.errors import Duplicate, Forbidden, NotFound, TooLarge
from synnefo_image import members


@pytest.fixture
def shared(member):
    image = service.create(member, service.ImageSpec(name="shared"))
    service.add_member(member, image.id, "p2")
    return image


def listed(context, **more):
    return [image.name for image in service.list_images(context, service.Selection(**more))]


def test_what_is_shared_can_be_seen_but_not_changed(shared, stranger):
    assert "shared" == service.show(stranger, shared.id).name

    with pytest.raises(Forbidden):
        service.update(stranger, shared.id, {"name": "mine"})
    with pytest.raises(Forbidden):
        service.add_member(stranger, shared.id, "p3")


@pytest.mark.parametrize(
    "status, expected", [("pending", []), ("accepted", ["shared"]), ("rejected", [])]
)
def test_a_list_shows_what_the_member_accepted(shared, stranger, status, expected):
    service.answer(stranger, shared.id, "p2", status=status)

    assert expected == listed(stranger)
    assert expected == listed(stranger, visibility="shared")
    assert ["shared"] == listed(stranger, visibility="shared", member_status=status)
    assert ["shared"] == listed(stranger, visibility="all", member_status="all")


def test_only_the_member_answers(shared, member, stranger):
    with pytest.raises(Forbidden):
        service.answer(member, shared.id, "p2", status="accepted")
    with pytest.raises(NotFound):
        service.answer(stranger, shared.id, "p3", status="accepted")


def test_a_member_learns_of_no_other(shared, member, stranger):
    service.add_member(member, shared.id, "p3")

    assert ["p2"] == [each.project_id for each in service.list_members(stranger, shared.id)]
    assert ["p2", "p3"] == [each.project_id for each in service.list_members(member, shared.id)]
    with pytest.raises(NotFound):
        service.show_member(stranger, shared.id, "p3")


def test_what_is_shared_no_longer_is_gone(shared, member, stranger):
    service.remove_member(member, shared.id, "p2")

    with pytest.raises(NotFound):
        service.show(stranger, shared.id)
    with pytest.raises(NotFound):
        service.remove_member(member, shared.id, "p2")


@pytest.mark.parametrize("visibility", ["private", "community"])
def test_members_count_only_while_the_image_is_shared(shared, member, stranger, visibility):
    service.answer(stranger, shared.id, "p2", status="accepted")

    service.update(member, shared.id, {"visibility": visibility})

    assert [] == listed(stranger)
    with pytest.raises(Forbidden):
        service.list_members(member, shared.id)


def test_an_image_is_shared_once_with_each_and_not_with_too_many(shared, member, monkeypatch):
    with pytest.raises(Duplicate):
        service.add_member(member, shared.id, "p2")

    monkeypatch.setattr(members, "MOST_MEMBERS", 1)
    with pytest.raises(TooLarge):
        service.add_member(member, shared.id, "p3")


def test_an_image_that_is_shared_can_be_deleted(shared, member):
    service.delete(member, shared.id)

    with pytest.raises(NotFound):
        service.show(member, shared.id)


def test_administrators_alone_read_what_is_deactivated(member, admin, active):
    service.deactivate(member, active.id)
    service.deactivate(member, active.id)

    with pytest.raises(Forbidden):
        service.open_content(member, active.id)
    assert service.open_content(admin, active.id)[1] is not None
    service.reactivate(member, active.id)
    assert service.open_content(member, active.id)[1] is not None


def test_what_has_no_content_is_not_deactivated(member, stranger, queued):
    with pytest.raises(Forbidden):
        service.deactivate(member, queued.id)
    with pytest.raises(NotFound):
        service.deactivate(stranger, queued.id)


@pytest.mark.parametrize("name", ["os_glance_stage_host", "billing_code"])
def test_some_properties_are_not_everybodys(member, queued, name):
    member.cloud.config.set_override("protected_properties", ["billing_*"], "image")

    edit = service.PropertyEdit(name, "x", is_new_allowed=True)

    with pytest.raises(Forbidden):
        service.create(member, service.ImageSpec(properties={name: "x"}))
    with pytest.raises(Forbidden):
        service.update(member, queued.id, {}, [edit])


def test_administrators_set_protected_properties(admin, queued):
    admin.cloud.config.set_override("protected_properties", ["billing_*"], "image")

    edit = service.PropertyEdit("billing_code", "x", is_new_allowed=True)
    assert {"billing_code": "x"} == service.update(admin, queued.id, {}, [edit]).properties
