# SPDX-License-Identifier: Apache-2.0
import io
import shutil
import subprocess
from contextlib import nullcontext
from dataclasses import replace

import pytest

import synnefo_image as service
import synnefo_object_store as objects
import synnefo_quota
from synnefo_core.errors import Conflict, InvalidField, InvalidState, NotFound
from synnefo_core.testing.sagas import SagaContract, Trial
from synnefo_image import downloads, tasks
from synnefo_image.sagas import import_image
from tests.services.image.conftest import CONTENT
from tests.services.image.test_headers import qcow2

DIRECT = service.Import("glance-direct")
DISK = bytes(range(256)) * 4096
needs_qemu = pytest.mark.skipif(shutil.which("qemu-img") is None, reason="there is no qemu-img")


def make(context, disk_format="raw"):
    spec = service.ImageSpec(name="x", disk_format=disk_format, container_format="bare")
    return service.create(context, spec)


def stage(context, image, content=CONTENT):
    service.stage(context, image.id, io.BytesIO(content).read, size_bytes=len(content))


def content(context, image):
    return b"".join(service.open_content(context, image.id)[1].read())


def used(context):
    return synnefo_quota.left(context, "p1", "pithos.diskspace").usage


def names(context):
    return [
        each.name
        for each in objects.list_objects(context, "p1", "images", objects.Window(limit=100))
    ]


class TestImportImage(SagaContract):
    saga = import_image.SAGA

    @pytest.fixture
    def trial(self, cloud, member):
        def begin():
            image = make(member)
            stage(member, image)
            service.begin_import(member, image.id, DIRECT)
            return image.id

        def told(image_id):
            image = service.show(member, image_id)
            return image.status, service.list_tasks(member, image_id=image_id)[0].status

        return Trial(
            cloud,
            begin=begin,
            is_made=lambda it: told(it) == ("active", "success") and names(member) == [it],
            is_clean=lambda it: told(it) == ("queued", "failure") and names(member) == [],
        )


def test_what_is_staged_becomes_the_content_and_is_charged_once(member, worker):
    image = make(member)
    stage(member, image)
    assert "uploading" == service.show(member, image.id).status

    service.begin_import(member, image.id, DIRECT)
    assert "importing" == service.show(member, image.id).status
    worker.drain()

    assert ("active", "sha256") == (
        service.show(member, image.id).status,
        service.show(member, image.id).hash_algorithm,
    )
    assert CONTENT == content(member, image)
    assert len(CONTENT) == used(member)


@needs_qemu
@pytest.mark.parametrize(
    "disk_format, name", [("qcow2", "qcow2"), ("vmdk", "vmdk"), ("vhd", "vpc")]
)
def test_other_formats_become_raw(member, worker, tmp_path, disk_format, name):
    raw, disk = tmp_path / "raw", tmp_path / "disk"
    raw.write_bytes(DISK)
    subprocess.run(["qemu-img", "convert", "-f", "raw", "-O", name, raw, disk], check=True)
    image = make(member, disk_format)
    stage(member, image, disk.read_bytes())

    service.begin_import(member, image.id, DIRECT)
    worker.drain()

    shown = service.show(member, image.id)
    assert ("active", "raw") == (shown.status, shown.disk_format)
    assert DISK == content(member, image)[: len(DISK)]
    assert shown.size_bytes == used(member)
    assert [image.id] == names(member)


@pytest.mark.parametrize("bad", [qcow2(backing=0x200), qcow2(features=4), b"raw", b"QFI\xfb"])
def test_a_disk_that_is_unfit_leaves_nothing(member, worker, bad):
    image = make(member, "qcow2")
    stage(member, image, bad)

    task = service.begin_import(member, image.id, DIRECT)
    worker.drain()

    told = service.show_task(member, task.id)
    assert ("queued", "failure") == (service.show(member, image.id).status, told.status)
    assert "disk" in told.message or "content" in told.message
    assert (0, []) == (used(member), names(member))


@needs_qemu
def test_a_disk_that_would_become_too_large_is_refused(member, worker, tmp_path):
    member.cloud.config.set_override("convert_disk_gib", 1, "image")
    disk = tmp_path / "disk"
    subprocess.run(["qemu-img", "create", "-q", "-f", "qcow2", disk, "2G"], check=True)
    image = make(member, "qcow2")
    stage(member, image, disk.read_bytes())

    task = service.begin_import(member, image.id, DIRECT)
    worker.drain()

    assert "failure" == service.show_task(member, task.id).status


def test_what_a_url_leads_to_becomes_the_content(member, worker, monkeypatch):
    def opened(url, _allowed):
        assert "http://example.org/disk" == url
        return nullcontext(io.BytesIO(CONTENT).read)

    monkeypatch.setattr(downloads, "opened", opened)
    image = make(member)

    service.begin_import(
        member, image.id, service.Import("web-download", "http://example.org/disk")
    )
    worker.drain()

    assert CONTENT == content(member, image)


def test_the_machine_itself_is_not_fetched_from(member, worker):
    image = make(member)

    task = service.begin_import(
        member, image.id, service.Import("web-download", "http://127.0.0.1/disk")
    )
    worker.drain()

    assert "not of the Internet" in service.show_task(member, task.id).message
    assert "queued" == service.show(member, image.id).status


def test_an_import_begins_where_it_makes_sense(member, stranger, active):
    image = make(member)
    with pytest.raises(InvalidState):
        service.begin_import(member, image.id, DIRECT)
    with pytest.raises(InvalidState):
        service.begin_import(member, active.id, DIRECT)
    with pytest.raises(InvalidState):
        stage(member, active)
    with pytest.raises(InvalidField):
        service.begin_import(member, image.id, service.Import("web-download", "file:///etc/x"))
    with pytest.raises(NotFound):
        service.begin_import(stranger, image.id, DIRECT)
    stage(member, image)
    with pytest.raises(InvalidField):
        service.begin_import(member, image.id, replace(DIRECT, stores=["elsewhere"]))


def test_an_image_is_copied_to_where_it_lies_already(member, active):
    copied = service.Import("copy-image", stores=[active.store])

    assert "success" == service.begin_import(member, active.id, copied).status
    with pytest.raises(Conflict):
        service.begin_import(member, active.id, replace(copied, stores=["elsewhere"]))


def test_a_stage_that_breaks_off_leaves_the_image_queued(member):
    image = make(member)

    def broken(_most):
        raise ConnectionError

    with pytest.raises(ConnectionError):
        service.stage(member, image.id, broken)

    assert "queued" == service.show(member, image.id).status


def test_what_is_staged_goes_with_its_image(member):
    image = make(member)
    stage(member, image)

    service.delete(member, image.id)

    assert (0, []) == (used(member), names(member))


def test_an_image_that_is_deleted_while_it_comes_in_leaves_nothing(member, worker):
    image = make(member)
    stage(member, image)
    task = service.begin_import(member, image.id, DIRECT)

    service.delete(member, image.id)
    worker.drain()

    assert "failure" == service.show_task(member, task.id).status
    assert (0, []) == (used(member), names(member))


def test_what_was_uploaded_goes_with_its_image_unless_it_was_replaced(member, queued):
    def upload(image):
        service.upload(member, image.id, io.BytesIO(CONTENT).read, size_bytes=len(CONTENT))

    kept = make(member)
    upload(queued)
    upload(kept)
    other = objects.Incoming("text/plain", size_bytes=4)
    objects.put_object(
        member, "p1", "images", kept.id, read=io.BytesIO(b"mine").read, incoming=other
    )

    service.delete(member, queued.id)
    service.delete(member, kept.id)

    assert [kept.id] == names(member)


def test_a_direct_upload_of_another_format_is_refused(member, queued):
    bad = qcow2(backing=0x200)

    with pytest.raises(service.UnfitDisk):
        service.upload(member, queued.id, io.BytesIO(bad).read, size_bytes=len(bad))

    assert ("queued", []) == (service.show(member, queued.id).status, names(member))


def test_tasks_are_the_projects_own_and_forgotten_in_time(
    member, stranger, admin, active, monkeypatch
):
    task = service.begin_import(member, active.id, service.Import("copy-image"))

    assert [task] == service.list_tasks(member) == service.list_tasks(admin)
    assert [] == service.list_tasks(member, marker=task.id) == service.list_tasks(stranger)
    with pytest.raises(NotFound):
        service.show_task(stranger, task.id)
    monkeypatch.setattr(tasks, "KEPT_S", -1.0)
    tasks.forget(admin)
    assert [] == service.list_tasks(member)
