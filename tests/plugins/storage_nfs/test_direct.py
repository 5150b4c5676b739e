# SPDX-License-Identifier: Apache-2.0
"""Large blocks are written past the machine's memory, where the filesystem can do that."""

from __future__ import annotations

import errno
import fcntl
import os

import pytest

from synnefo_storage_nfs import direct, files

MIB = 1024 * 1024
SIZES = [0, 1, 4096, direct.LEAST_BYTES, direct.LEAST_BYTES + 1, MIB + 4095, 4 * MIB]


@pytest.fixture
def disk():
    return files.Files(fsync=True)


@pytest.mark.parametrize("size", SIZES)
def test_a_file_is_what_was_written(disk, tmp_path, size):
    content = os.urandom(size)
    disk.publish(tmp_path / "file", content)
    disk.publish(tmp_path / "view", memoryview(content))
    assert (tmp_path / "file").read_bytes() == content
    assert (tmp_path / "view").read_bytes() == content
    assert sorted(each.name for each in tmp_path.iterdir()) == ["file", "view"]


def test_whole_pages_go_past_memory_and_the_rest_through_it(tmp_path):
    with files.opened(tmp_path / "file", os.O_WRONLY | os.O_CREAT) as descriptor:
        written = direct.write(descriptor, bytes(MIB + 100))
        assert written in {0, MIB}  # 0: the filesystem of the tests can't
        assert not fcntl.fcntl(descriptor, fcntl.F_GETFL) & os.O_DIRECT
        assert direct.write(descriptor, b"small") == 0


@pytest.mark.parametrize("refusing", ["fcntl", "pwrite"])
def test_a_filesystem_that_can_not_is_written_to_as_ever(disk, tmp_path, monkeypatch, refusing):
    def refused(*_arguments):
        raise OSError(errno.EINVAL, "not here")

    if refusing == "pwrite":
        monkeypatch.setattr(direct.os, "pwrite", refused)
    else:
        real = fcntl.fcntl

        def without(descriptor, command, *flags):
            if command == fcntl.F_SETFL and flags[0] & os.O_DIRECT:
                refused()
            return real(descriptor, command, *flags)

        monkeypatch.setattr(direct.fcntl, "fcntl", without)
    content = os.urandom(MIB)
    disk.publish(tmp_path / "file", content)
    assert (tmp_path / "file").read_bytes() == content


def test_a_full_disk_is_told_and_leaves_nothing(disk, tmp_path, monkeypatch):
    def full(*_arguments):
        raise OSError(errno.ENOSPC, "full")

    monkeypatch.setattr(direct.os, "pwrite", full)
    with pytest.raises(OSError, match="full"):
        disk.publish(tmp_path / "file", bytes(MIB))
    assert list(tmp_path.iterdir()) == []


def test_writes_at_once_do_not_share_their_memory(tmp_path, monkeypatch):
    written = []

    def write_another_meanwhile(descriptor, pages, _offset):
        if pages[0] == ord("a"):
            direct.write(descriptor, b"b" * MIB)
        written.append(bytes(pages))
        return len(pages)

    monkeypatch.setattr(direct.os, "pwrite", write_another_meanwhile)
    with files.opened(tmp_path / "file", os.O_WRONLY | os.O_CREAT) as descriptor:
        direct.write(descriptor, b"a" * MIB)

    assert written in ([b"b" * MIB, b"a" * MIB], [])  # nothing: this filesystem can't
