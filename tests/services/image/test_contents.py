# SPDX-License-Identifier: Apache-2.0
import hashlib
import io

import pytest

import synnefo_image as service
import synnefo_object_store as objects
import synnefo_quota
from synnefo_core.errors import Conflict, InvalidState, NotFound, QuotaExceeded
from synnefo_image import tiny
from tests.services.image.conftest import CONTENT


def upload(context, image, content=CONTENT):
    service.upload(context, image.id, io.BytesIO(content).read, size_bytes=len(content))


def content(context, image_id):
    _, reader = service.open_content(context, image_id)
    return b"".join(reader.read())


def test_an_upload_is_an_object_of_the_owner(member, queued):
    upload(member, queued)

    image = service.show(member, queued.id)
    found = objects.find_object(member, "p1", "images", queued.id)
    assert ("active", len(CONTENT), found.reference, found.etag) == (
        image.status,
        image.size_bytes,
        image.reference,
        image.checksum,
    )
    assert CONTENT == content(member, queued.id)
    assert ("sha256", hashlib.sha256(CONTENT).hexdigest()) == (
        image.hash_algorithm,
        image.hash_value,
    )


def test_an_image_without_content_has_nothing_to_read(member, queued):
    assert (queued, None) == service.open_content(member, queued.id)


def test_content_comes_once(member, queued):
    upload(member, queued)

    with pytest.raises(InvalidState):
        upload(member, queued, b"other")
    assert CONTENT == content(member, queued.id)


def test_an_upload_of_nothing_leaves_content_as_it_is(member, active):
    upload(member, active, b"")

    assert CONTENT == content(member, active.id)


def test_an_image_without_formats_takes_no_content(member):
    image = service.create(member, service.ImageSpec(name="nothing said"))

    with pytest.raises(Conflict):
        upload(member, image)


def test_an_upload_that_breaks_off_leaves_the_image_queued(member, queued):
    def broken(_most):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        service.upload(member, queued.id, broken)

    assert "queued" == service.show(member, queued.id).status
    upload(member, queued)
    assert "active" == service.show(member, queued.id).status


def test_the_upload_that_was_begun_last_counts(member, queued):
    states, source = [], io.BytesIO(b"old")

    def overtaken(most):
        if not states:
            states.append(service.show(member, queued.id).status)
            upload(member, queued)
        return source.read(most)

    with pytest.raises(Conflict):
        service.upload(member, queued.id, overtaken)

    assert ["saving"] == states
    assert CONTENT == content(member, queued.id)


def test_an_image_that_is_deleted_meanwhile_takes_no_content(member, queued):
    pieces = [b"some"]

    def deleted(_most):
        if pieces:
            service.delete(member, queued.id)
        return pieces.pop() if pieces else b""

    with pytest.raises(NotFound):
        service.upload(member, queued.id, deleted)


def test_more_than_the_project_may_store_is_refused(member, queued):
    synnefo_quota.set_limit(
        member, holder="project:p1", resource="pithos.diskspace", limit=len(CONTENT) - 1
    )

    with pytest.raises(QuotaExceeded):
        upload(member, queued)

    assert "queued" == service.show(member, queued.id).status


def test_an_empty_cloud_is_given_an_image_that_boots(cloud, member):
    tiny.make(cloud)
    tiny.make(cloud)

    (image,) = service.list_images(member, service.Selection())
    assert ("tiny", "active", "public", tiny.DISK_BYTES) == (
        image.name,
        image.status,
        image.visibility,
        image.size_bytes,
    )
    assert tiny.disk() == content(member, image.id)
    assert b"\x55\xaa" == tiny.disk()[510:512]


def test_what_an_operator_removed_stays_removed(cloud, context):
    tiny.make(cloud)

    service.delete(context, service.list_images(context, service.Selection())[0].id)
    tiny.make(cloud)

    assert [] == service.list_images(context, service.Selection())
