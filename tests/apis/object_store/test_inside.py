# SPDX-License-Identifier: Apache-2.0
import pytest

from tests.services.object_store import disks
from tests.services.object_store.disks import BIG

pytestmark = pytest.mark.skipif(
    not disks.is_there("mkfs.ext4"), reason="there is no mkfs.ext4 (e2fsprogs)"
)


@pytest.fixture(scope="module")
def content(tmp_path_factory):
    folder = tmp_path_factory.mktemp("disk")
    return disks.ext4(folder / "disk", disks.tree(folder / "tree")).read_bytes()


@pytest.fixture
def cloud_settings():
    return {("object_store", "inside_time_s"): 60}


@pytest.fixture
def disk(container, content):
    """Return a call about an object that is a disk."""
    assert 201 == container("PUT", "/disk.raw", body=content).status_int

    def made(query, method="GET", **rest):
        return container(method, f"/disk.raw?{query}", **rest)

    return made


def test_the_parts_of_a_disk_are_listed(disk, content):
    found = disk("archive")

    assert (200, "application/json") == (found.status_int, found.content_type)
    assert [{"subdir": "0/", "bytes": len(content), "filesystem": "ext4"}] == found.json


def test_a_folder_is_listed_page_by_page(disk):
    first = disk("archive=0/etc/&limit=2").json
    rest = disk("archive=0/etc/&marker=0/etc/deep/").json

    assert ["0/etc/above", "0/etc/deep/"] == [row.get("name", row.get("subdir")) for row in first]
    assert ["0/etc/hostname", "0/etc/name", "0/etc/outside", "0/etc/round"] == [
        row["name"] for row in rest
    ]
    assert {"bytes": 5, "symlink": None} == {key: rest[0].get(key) for key in ("bytes", "symlink")}
    assert "hostname" == rest[1]["symlink"]
    assert disk("archive=0/etc/&prefix=0/etc/h").json == rest[:1]


def test_a_file_is_sent_with_what_a_client_needs_to_know(disk):
    found = disk("archive=0/etc/hostname")

    assert (200, b"web1\n", 5) == (found.status_int, found.body, found.content_length)
    assert found.headers["Content-Disposition"].startswith('attachment; filename="hostname"')
    # It is no MD5 of what is sent: clients compare those that are not quoted.
    assert found.headers["Etag"].startswith('"')
    assert "Last-Modified" in found.headers


def test_ranges_of_a_file_are_sent(disk):
    found = disk("archive=0/big", Range="bytes=1000-1999")

    assert (206, BIG[1000:2000]) == (found.status_int, found.body)
    assert f"bytes 1000-1999/{len(BIG)}" == found.headers["Content-Range"]
    assert 416 == disk("archive=0/big", Range=f"bytes={len(BIG)}-").status_int


def test_a_file_is_told_of_without_being_sent_and_not_sent_again(disk):
    told = disk("archive=0/big", "HEAD")
    etag = told.headers["Etag"]

    assert (200, b"", len(BIG)) == (told.status_int, told.body, told.content_length)
    assert 304 == disk("archive=0/big", If_None_Match=etag).status_int
    assert 200 == disk("archive=0/etc/hostname", If_None_Match=etag).status_int


def test_what_makes_no_sense_is_refused(disk):
    wanted = {
        "archive=0/nothing": 404,
        "archive=9/etc": 404,
        "archive=etc/hostname": 404,
        "archive=0/fifo": 422,
        "archive=0/etc/round": 422,
        "archive=0/etc%00": 400,
        "archive=0/" + 5000 * "x": 400,
        "archive=0/etc&limit=x": 400,
        "archive=0/etc&limit=10001": 412,
        "archive=0/etc/%FF": 404,
    }

    assert wanted == {query: disk(query).status_int for query in wanted}


def test_objects_that_are_no_disks_are_refused_with_a_sentence(container):
    container("PUT", "/text", body=b"some text")
    container("PUT", "/qcow2", body=b"QFI\xfb\0\0\0\3" + bytes(4096))

    text, qcow2 = container("GET", "/text?archive"), container("GET", "/qcow2?archive")

    assert (422, 422) == (text.status_int, qcow2.status_int)
    assert "no file system" in text.text
    assert "is a qcow2 disk; only raw ones" in qcow2.text
    assert 404 == container("GET", "/nothing?archive").status_int


def test_who_may_not_read_the_object_reads_nothing_inside(disk, call):
    stranger = {"token": "member.p2"}

    assert 403 == disk("archive=0/etc/hostname", **stranger).status_int
    assert 401 == disk("archive=0/etc/hostname", token=None).status_int
    assert 204 == call("POST", "/c", X_Container_Read="p2:*").status_int
    assert b"web1\n" == disk("archive=0/etc/hostname", **stranger).body


def test_a_past_version_and_a_large_object_are_looked_into_as_well(disk, container, content, call):
    assert 204 == call("POST", "/c", X_Versions_Enabled="true").status_int
    half = len(content) // 2
    for number, part in enumerate((content[:half], content[half:])):
        container("PUT", f"/parts/{number}", body=part)
    container("PUT", "/large", body=b"", X_Object_Manifest="c/parts/")
    kept = container("PUT", "/again", body=content).headers["X-Object-Version-Id"]
    container("PUT", "/again", body=b"no disk")

    assert BIG == container("GET", "/large?archive=0/big").body
    assert 422 == container("GET", "/again?archive").status_int
    assert BIG == container("GET", f"/again?archive=0/big&version-id={kept}").body
