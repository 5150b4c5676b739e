# SPDX-License-Identifier: Apache-2.0
"""Archives that become objects."""

from __future__ import annotations

import io
import tarfile

import pytest

from synnefo_core.testing import http

FORMS = {"tar": "w", "tar.gz": "w:gz", "tar.bz2": "w:bz2"}
FILES = {"./a.txt": b"text", "d/b": b"x" * 70_000, "d/empty": b""}


def archive(files, form="tar", pax_headers=None):
    buffer = io.BytesIO()
    with tarfile.open(fileobj=buffer, mode=FORMS[form], format=tarfile.PAX_FORMAT) as made:
        folder = tarfile.TarInfo("d")
        folder.type = tarfile.DIRTYPE
        made.addfile(folder)
        for name, content in files.items():
            member = tarfile.TarInfo(name)
            member.size = len(content)
            member.pax_headers = pax_headers or {}
            made.addfile(member, io.BytesIO(content))
    return buffer.getvalue()


@pytest.fixture
def extract(call):
    def made(path, content, form="tar", **rest):
        address = f"{path}?extract-archive={form}"
        return call("PUT", address, body=content, Accept="application/json", **rest).json_body

    return made


@pytest.mark.parametrize("form", FORMS)
def test_each_file_is_an_object(extract, container, form):
    told = extract("/c/below", archive(FILES, form), form)

    assert (3, "201 Created", []) == (
        told["Number Files Created"],
        told["Response Status"],
        told["Errors"],
    )
    assert (b"text", "text/plain") == (
        container("GET", "/below/a.txt").body,
        container("GET", "/below/a.txt").content_type,
    )
    assert b"x" * 70_000 == container("GET", "/below/d/b").body
    assert b"below/a.txt\nbelow/d/b\nbelow/d/empty\n" == container("GET").body


def test_containers_are_made_as_they_are_named(extract, call):
    extract("", archive({"new/one": b"1", "other/two": b"2", "no_object": b"3"}))

    assert b"new\nother\n" == call("GET").body
    assert b"2" == call("GET", "/other/two").body


def test_attributes_become_type_and_metadata(extract, container):
    named = {
        "SCHILY.xattr.user.mime_type": "image/png",
        "SCHILY.xattr.user.meta.color": "red",
    }

    extract("/c", archive({"o": b"1"}, pax_headers=named))

    found = container("HEAD", "/o")
    assert ("image/png", "red") == (found.content_type, found.headers["X-Object-Meta-Color"])


def test_one_that_can_not_be_does_not_stop_the_others(extract, container):
    container("POST", X_Container_Meta_Quota_Bytes="5")

    told = extract("/c", archive({"a": b"123", "large": b"123456", "b": b"12"}))

    assert (2, [["/c/large", "413 Request Entity Too Large"]]) == (
        told["Number Files Created"],
        told["Errors"],
    )
    assert "400 Bad Request" == told["Response Status"]
    assert b"a\nb\n" == container("GET").body


@pytest.mark.parametrize(
    "content,form",
    [
        (b"no archive at all", "tar"),
        (b"", "tar"),
        (archive({}), "tar"),
        (archive(FILES), "tar.gz"),
        (archive(FILES, "tar.gz")[:100], "tar.gz"),
        (archive(FILES, "tar.bz2")[:100], "tar.bz2"),
        (archive(FILES)[:3000], "tar"),
        (archive(FILES), "zip"),
    ],
    ids=range(8),
)
def test_what_is_no_archive_is_told(extract, container, content, form):
    told = extract("/c", content, form)

    assert "400 Bad Request" == told["Response Status"]
    assert told["Response Body"]


def test_who_may_not_write_may_not_so(application, call, container):
    address = "/object-store/v1/AUTH_p1/c?extract-archive=tar"

    for token, status in (("", 401), ("reader.p1", 403), ("member.p2", 403)):
        answer = http.call(application, "PUT", address, body=archive(FILES), token=token)
        assert status == answer.status_int
    assert b"" == container("GET").body


def test_xml_and_text(call, container):
    address = "/c?extract-archive=tar"

    xml = call("PUT", address, body=archive({"a": b"1"}), Accept="text/xml")
    text = call("PUT", address, body=archive({"a": b"1"}))

    assert b"<extract><number_files_created>1</number_files_created>" in xml.body
    assert b"Number Files Created: 1\n" in text.body
