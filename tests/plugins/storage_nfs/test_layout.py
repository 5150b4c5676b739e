# SPDX-License-Identifier: Apache-2.0
"""What is taken for a store, and what a store is made of."""

import json
import os
import subprocess
import sys

import pytest

from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.contracts.storage import BLOCK_BYTES, Kind, StorageUnavailable
from synnefo_core.testing.blockstore import at_once
from synnefo_storage_nfs import NfsStorage

NOBODY = 65534


def test_without_a_path_the_store_is_private(tmp_path):
    storage = NfsStorage(DriverSetup("local", {}, tmp_path))

    assert (tmp_path / "blocks" / "synnefo-store").is_file()
    assert storage.properties.is_shared is False
    assert BLOCK_BYTES == storage.properties.block_bytes
    assert storage.properties.enforces_fencing is False


def test_with_a_path_it_is_shared_unless_told_otherwise(open_store):
    assert open_store().properties.is_shared is True
    assert open_store(is_shared=False).properties.is_shared is False


def test_nobody_else_may_look_inside(storage, block, root):
    storage.blocks.put(Kind.BLOCK, *block)
    storage.heads.create("volume", 1)

    assert {0o600, 0o700} == {path.stat().st_mode & 0o777 for path in [root, *root.rglob("*")]}


def test_many_starters_make_one_store(open_store, root):
    answers = at_once([open_store] * 8)

    assert {NfsStorage} == {type(answer) for answer in answers}
    mark = json.loads((root / "synnefo-store").read_text())
    assert {"format": "synnefo-storage-nfs", "version": 1, "block_bytes": BLOCK_BYTES} == mark
    assert [] == list(root.glob(".draft-*"))


@pytest.mark.parametrize(
    "mark",
    [
        '{"format": "synnefo-storage-nfs", "version": 2, "block_bytes": 4194304}',
        '{"format": "another", "version": 1, "block_bytes": 4194304}',
        '{"version": 1}',
        "[]",
        "",
    ],
)
def test_another_format_is_refused(open_store, root, mark):
    open_store()
    (root / "synnefo-store").write_text(mark)

    with pytest.raises(Misconfigured):
        open_store()


def test_the_size_of_a_block_is_fixed_when_the_store_is_made(open_store):
    assert 8192 == open_store(block_bytes=8192).properties.block_bytes

    with pytest.raises(Misconfigured, match="8192"):
        open_store()


def test_a_directory_in_use_is_no_store(open_store, root):
    root.mkdir()
    (root / "letters").mkdir()

    with pytest.raises(Misconfigured, match="neither empty nor a store"):
        open_store()

    assert [root / "letters"] == list(root.iterdir())


def test_what_file_systems_put_there_does_not_count(open_store, root):
    root.mkdir()
    (root / "lost+found").mkdir()
    (root / ".snapshot").mkdir()

    assert open_store().properties.has_heads


def test_a_store_that_must_exist_is_not_made(open_store, root):
    for _ in range(2):
        with pytest.raises(Misconfigured, match="is it mounted"):
            open_store(must_exist=True)
        root.mkdir(exist_ok=True)
    assert [] == list(root.iterdir())

    open_store()
    assert open_store(must_exist=True).properties.has_heads


def test_a_file_is_no_store(open_store, root):
    root.write_text("a file")

    with pytest.raises(Misconfigured):
        open_store()


@pytest.mark.skipif(os.geteuid() != 0, reason="giving up rights needs root")
def test_a_directory_that_may_not_be_written(tmp_path, block):
    """As another user: root may write everywhere."""
    tmp_path.chmod(0o711)
    store = tmp_path / "readable"
    NfsStorage(DriverSetup("test", {"path": str(store)}, tmp_path))
    for path in [store, *store.rglob("*")]:
        path.chmod(0o555 if path.is_dir() else 0o444)
    program = f"""
import os, pathlib, sys
from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.contracts.storage import Kind, StorageUnavailable
from synnefo_storage_nfs import NfsStorage
os.chdir({str(tmp_path)!r})
os.setuid({NOBODY})
for path in sys.argv[1:]:
    try:
        storage = NfsStorage(DriverSetup("test", {{"path": path}}, pathlib.Path(path)))
        storage.blocks.put(Kind.BLOCK, bytes(32), b"content")
    except (Misconfigured, StorageUnavailable) as error:
        print(type(error).__name__)
"""

    told = subprocess.run(
        [sys.executable, "-c", program, "new", "readable"], capture_output=True, check=False
    )

    assert b"Misconfigured\nStorageUnavailable\n" == told.stdout, told.stderr


def test_room_is_that_of_the_file_system(storage, root):
    usage = storage.usage()

    room = os.statvfs(root)
    assert room.f_blocks * room.f_frsize == usage.total_bytes
    assert 0 < usage.free_bytes <= usage.total_bytes


def test_room_that_is_not_known(storage, root):
    root.rename(root.with_name("unmounted"))

    with pytest.raises(StorageUnavailable):
        storage.usage()
