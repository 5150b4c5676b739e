# SPDX-License-Identifier: Apache-2.0
import hashlib

import pytest

import synnefo_image as service
import synnefo_object_store as objects
from synnefo_core.errors import (
    Conflict,
    Duplicate,
    Forbidden,
    InvalidField,
    InvalidState,
    NotFound,
    TooLarge,
)
from synnefo_image import owned
from tests.services.image.conftest import CONTENT, put_object

Edit = service.PropertyEdit
FORMATS = {"disk_format": "raw", "container_format": "bare"}


def make(context, **more):
    return service.create(context, service.ImageSpec(**more))


def names(found):
    return [image.name for image in found]


def test_an_image_waits_for_its_content(member):
    image = make(member, name="debian", tags=("b", "a"), properties={"os": "debian"})

    assert image == service.show(member, image.id)
    assert ("queued", "shared", 0, None, "p1") == (
        image.status,
        image.visibility,
        image.size_bytes,
        image.reference,
        image.owner_project_id,
    )
    assert (("a", "b"), {"os": "debian"}) == (image.tags, image.properties)


def test_an_object_becomes_an_image_without_a_copy(member, active):
    found = objects.find_object(member, "p1", "disks", "disk")

    assert ("active", len(CONTENT)) == (active.status, active.size_bytes)
    assert (found.reference, hashlib.md5(CONTENT).hexdigest()) == (
        active.reference,
        active.checksum,
    )
    assert "pithos://p1/disks/disk" == str(active.location)


def test_an_image_outlives_its_object(member, active):
    objects.delete_object(member, "p1", "disks", "disk")

    _, reader = service.open_content(member, active.id)

    assert CONTENT == b"".join(reader.read())
    store = member.cloud.stores()[0]
    assert [(active.reference.kind, active.reference.digest)] == list(owned.roots(member, store))


def test_an_object_that_is_replaced_leaves_the_image_as_it_was(member, active):
    put_object(member, content=b"another disk")

    _, reader = service.open_content(member, active.id)

    assert CONTENT == b"".join(reader.read())


def test_to_delete_an_image_leaves_the_object(member, active):
    service.delete(member, active.id)

    assert objects.find_object(member, "p1", "disks", "disk").reference == active.reference
    with pytest.raises(NotFound):
        service.show(member, active.id)
    assert [] == list(owned.roots(member, member.cloud.stores()[0]))


def test_an_object_that_is_not_there_makes_no_image(member):
    with pytest.raises(NotFound):
        make(member, **FORMATS, location=service.Location("p1", "disks", "none"))

    assert [] == service.list_images(member, service.Selection())


def test_an_object_becomes_an_image_once_it_is_known_how_to_read_it(member, active):
    with pytest.raises(Conflict):
        make(member, location=active.location)


def test_nobody_makes_an_image_of_anothers_object(stranger, active):
    with pytest.raises(Forbidden):
        make(stranger, **FORMATS, location=active.location)


def test_a_location_is_given_once(member, queued, active):
    changed = service.update(member, queued.id, {"location": active.location})

    assert ("active", active.reference) == (changed.status, changed.reference)
    with pytest.raises(InvalidState):
        service.update(member, queued.id, {"location": active.location})


@pytest.mark.parametrize("visibility", ["private", "shared"])
def test_what_is_not_open_is_not_there_for_others(member, stranger, visibility):
    image = make(member, visibility=visibility)

    for act in (service.show, service.delete, service.open_content):
        with pytest.raises(NotFound):
            act(stranger, image.id)
    assert [] == service.list_images(stranger, service.Selection())


def test_a_community_image_is_found_by_those_who_ask_for_it(member, stranger):
    image = make(member, name="ours", visibility="community")

    assert "ours" == service.show(stranger, image.id).name
    assert [] == service.list_images(stranger, service.Selection())
    for visibility in ("community", "all"):
        found = service.list_images(stranger, service.Selection(visibility=visibility))
        assert ["ours"] == names(found)


def test_only_an_administrator_publishes(member, admin, stranger, queued):
    with pytest.raises(Forbidden):
        make(member, visibility="public")
    with pytest.raises(Forbidden):
        service.update(member, queued.id, {"visibility": "public"})

    make(admin, name="all", visibility="public")
    assert ["all"] == names(service.list_images(stranger, service.Selection()))


def test_a_public_image_can_be_seen_but_not_changed(admin, member):
    image = make(admin, visibility="public")

    with pytest.raises(Forbidden):
        service.update(member, image.id, {"name": "mine"})
    with pytest.raises(Forbidden):
        service.delete(member, image.id)


def test_a_protected_image_is_not_deleted(member):
    image = make(member, is_protected=True)

    with pytest.raises(Forbidden):
        service.delete(member, image.id)

    service.update(member, image.id, {"is_protected": False})
    service.delete(member, image.id)


def test_an_id_is_used_once_even_after_deletion(member, stranger):
    image_id = "6b3d4f0a-1b1e-4b0b-9b59-2d5b3a8f7c11"
    make(member, id=image_id)
    with pytest.raises(Duplicate):
        make(stranger, id=image_id)

    service.delete(member, image_id)

    with pytest.raises(Duplicate):
        make(stranger, id=image_id)


def test_properties_change_one_after_another(member):
    image = make(member, properties={"a": "1", "b": "2"})

    changed = service.update(
        member,
        image.id,
        {"name": "new", "min_disk_gib": 3},
        [Edit("a", "9"), Edit("b", None), Edit("c", "3", is_new_allowed=True), Edit("c", "4")],
    )

    assert {"a": "9", "c": "4"} == changed.properties
    assert ("new", 3) == (changed.name, changed.min_disk_gib)
    assert changed == service.show(member, image.id)


@pytest.mark.parametrize("value", ["1", None])
def test_a_property_that_is_not_there_is_not_changed(member, queued, value):
    with pytest.raises(Conflict):
        service.update(member, queued.id, {"name": "new"}, [Edit("a", value)])

    assert "empty" == service.show(member, queued.id).name


def test_formats_stay_once_there_is_content(member, queued, active):
    service.update(member, queued.id, {"disk_format": "qcow2"})

    with pytest.raises(Forbidden):
        service.update(member, active.id, {"disk_format": "qcow2"})
    assert "raw" == service.update(member, active.id, {"disk_format": "raw"}).disk_format


def test_tags_come_and_go(member, queued):
    service.tag(member, queued.id, "a")
    service.tag(member, queued.id, "b")
    service.tag(member, queued.id, "b")
    assert ("a", "b") == service.show(member, queued.id).tags

    service.untag(member, queued.id, "a")

    assert ("b",) == service.show(member, queued.id).tags
    with pytest.raises(NotFound):
        service.untag(member, queued.id, "a")
    with pytest.raises(InvalidField):
        service.tag(member, queued.id, "x" * 256)
    with pytest.raises(TooLarge):
        service.update(member, queued.id, {"tags": [str(n) for n in range(129)]})


def test_lists_are_narrowed_by_attribute_property_tag_and_size(member, active):
    make(member, name="a", properties={"os": "debian"}, tags=("x", "y"), disk_format="raw")
    make(member, name="b", properties={"os": "alpine"}, tags=("x",), disk_format="qcow2")
    make(member, name="c", is_hidden=True)

    def found(**more):
        return set(names(service.list_images(member, service.Selection(**more))))

    assert {"a", "b", "disk"} == found()
    assert {"c"} == found(is_hidden=True)
    assert {"a", "disk"} == found(where={"disk_format": ["raw"]})
    assert {"a"} == found(properties={"os": "debian"})
    assert {"a"} == found(tags=["x", "y"])
    assert {"a", "b"} == found(tags=["x"])
    assert {"disk"} == found(least_bytes=1)
    assert {"a", "b"} == found(most_bytes=1)
    assert {"disk"} == found(where={"status": ["active"]})
    with pytest.raises(InvalidField):
        found(where={"upload_id": ["x"]})


def test_pages_follow_each_other(member):
    for name in ("b", "a", "c", "a"):
        make(member, name=name)
    order = [("name", False)]

    first = service.list_images(member, service.Selection(order=order, limit=2))
    rest = service.list_images(member, service.Selection(order=order, marker=first[-1].id))

    assert ["a", "a", "b", "c"] == names(first + rest)
    with pytest.raises(NotFound):
        service.list_images(member, service.Selection(marker="none"))


@pytest.mark.parametrize(
    "text", ["disk", "/disk", "disks/", "file:///etc/passwd", "pithos://p1/disks", "pithos://"]
)
def test_what_is_no_location_is_refused(text):
    with pytest.raises(InvalidField):
        service.Location.parse(text, own_account="p1")


def test_a_location_survives_its_text_form():
    location = service.Location("p1", "my disks", "a/b c/ä")

    assert location == service.Location.parse(str(location))
    assert location == service.Location.parse("my disks/a/b c/ä", own_account="p1")
