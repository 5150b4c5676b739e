# SPDX-License-Identifier: Apache-2.0
"""Blocks when disks, servers and writers fail."""

import errno
import hashlib
import os
import random
import signal
import time
from pathlib import Path

import pytest

from synnefo_core.contracts.storage import (
    Kind,
    NoSuchThing,
    StorageFull,
    StorageUnavailable,
)
from synnefo_storage_nfs.blocks import DirectoryBlocks
from synnefo_storage_nfs.files import Files
from synnefo_storage_nfs.layout import Layout, prepare


def drafts(root):
    return list(root.glob("**/.draft-*"))


def fail(*, with_errno, times=1, when=lambda *_: True, call):
    """Return ``call``, failing at first."""
    left = [times]

    def failing(*arguments, **options):
        if left[0] and when(*arguments):
            left[0] -= 1
            raise OSError(with_errno, os.strerror(with_errno))
        return call(*arguments, **options)

    return failing


def is_draft(path, *_):
    return ".draft-" in str(path)


def test_a_block_is_durable_before_its_name(storage, block, monkeypatch, root):
    calls = []

    def recorded(name, call):
        def record(descriptor):
            calls.append((name, Path(f"/proc/self/fd/{descriptor}").readlink()))
            call(descriptor)

        return record

    monkeypatch.setattr(os, "fdatasync", recorded("data", os.fdatasync))
    monkeypatch.setattr(os, "fsync", recorded("names", os.fsync))

    storage.blocks.put(Kind.BLOCK, *block)

    leaf = root / "block" / block[0].hex()[:3]
    (first, draft), *then = calls
    assert ("data", leaf) == (first, draft.parent)
    assert is_draft(draft)
    assert [("names", leaf), ("names", root / "block")] == then


def test_a_block_of_somebody_else_is_made_durable_too(storage, open_store, block, monkeypatch):
    open_store().blocks.put(Kind.BLOCK, *block)
    synced = []
    monkeypatch.setattr(os, "fsync", synced.append)

    assert storage.blocks.put(Kind.BLOCK, *block) is False

    assert 2 == len(synced)


def test_a_throw_away_store_waits_for_no_disk(open_store, block, monkeypatch):
    storage = open_store(fsync=False)
    monkeypatch.setattr(os, "fsync", pytest.fail)
    monkeypatch.setattr(os, "fdatasync", pytest.fail)

    storage.blocks.put(Kind.BLOCK, *block)

    assert block[1] == storage.blocks.get(Kind.BLOCK, block[0])


def test_short_writes_and_reads_are_gone_on_with(storage, block, monkeypatch):
    write, read = os.pwritev, os.pread
    monkeypatch.setattr(os, "pwritev", lambda fd, bufs, at: write(fd, [bufs[0][:999]], at))
    monkeypatch.setattr(os, "pread", lambda fd, length, at: read(fd, min(length, 777), at))

    storage.blocks.put(Kind.BLOCK, *block)

    assert block[1] == storage.blocks.get(Kind.BLOCK, block[0])
    assert block[1][10:2000] == storage.blocks.get(Kind.BLOCK, block[0], 10, 1990)


@pytest.mark.parametrize("where", ["open", "pwritev", "fdatasync", "close"])
@pytest.mark.parametrize(
    "number,error",
    [
        (errno.ENOSPC, StorageFull),
        (errno.EDQUOT, StorageFull),
        (errno.EFBIG, StorageFull),
        (errno.EIO, StorageUnavailable),
        (errno.ETIMEDOUT, StorageUnavailable),
        (errno.EROFS, StorageUnavailable),
    ],
)
def test_what_the_disk_refuses_is_not_stored(
    storage, block, root, monkeypatch, open_files, where, number, error
):
    (root / "block" / block[0].hex()[:3]).mkdir()
    before, close = open_files(), os.close
    call = getattr(os, where)
    if where == "close":
        # NFS closes the file and reports what the disk refused.
        call = fail(with_errno=number, call=lambda _: None)
        monkeypatch.setattr(os, "close", lambda fd: (close(fd), call(fd)))
    else:
        when = is_draft if where == "open" else lambda *_: True
        monkeypatch.setattr(os, where, fail(with_errno=number, call=call, when=when))

    with pytest.raises(error):
        storage.blocks.put(Kind.BLOCK, *block)

    assert storage.blocks.size(Kind.BLOCK, block[0]) is None
    assert [] == drafts(root)
    assert before == open_files()
    assert storage.blocks.put(Kind.BLOCK, *block) is True


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EBADF])
def test_what_a_restarted_server_forgot_is_opened_again(storage, block, monkeypatch, number):
    storage.blocks.put(Kind.BLOCK, *block)

    monkeypatch.setattr(os, "pread", fail(with_errno=number, call=os.pread))
    assert block[1] == storage.blocks.get(Kind.BLOCK, block[0])

    monkeypatch.setattr(os, "pread", fail(with_errno=number, times=2, call=os.pread))
    with pytest.raises(StorageUnavailable):
        storage.blocks.get(Kind.BLOCK, block[0])


def test_a_put_that_meets_a_restarted_server_starts_again(storage, block, root, monkeypatch):
    monkeypatch.setattr(os, "fdatasync", fail(with_errno=errno.ESTALE, call=os.fdatasync))

    assert storage.blocks.put(Kind.BLOCK, *block) is True

    assert block[1] == storage.blocks.get(Kind.BLOCK, block[0])
    assert [] == drafts(root)


def test_a_miss_that_a_client_remembers_is_asked_again(storage, block, root, monkeypatch):
    storage.blocks.put(Kind.BLOCK, *block)
    remembered, really_open = {root / "block" / block[0].hex()[:3]}, os.open

    def remembering_open(path, flags, mode=0o777):
        if flags & os.O_DIRECTORY:
            remembered.discard(Path(path))
        elif Path(path).parent in remembered:
            raise FileNotFoundError(errno.ENOENT, "remembered", str(path))
        return really_open(path, flags, mode)

    monkeypatch.setattr(os, "open", remembering_open)

    assert block[1] == storage.blocks.get(Kind.BLOCK, block[0])


def test_a_store_that_is_not_mounted_is_not_an_empty_one(storage, block, root):
    storage.blocks.put(Kind.BLOCK, *block)
    root.rename(root.with_name("unmounted"))
    root.mkdir()

    for call in (storage.blocks.get, storage.blocks.size, storage.blocks.touch):
        with pytest.raises(StorageUnavailable):
            call(Kind.BLOCK, block[0])
    with pytest.raises(StorageUnavailable):
        storage.blocks.put(Kind.BLOCK, *block)
    with pytest.raises(StorageUnavailable):
        list(storage.blocks.entries(Kind.BLOCK))

    assert [] == list(root.iterdir())


def test_listing_removes_what_dead_writers_left(storage, block, root):
    storage.blocks.put(Kind.BLOCK, *block)
    leaf = root / "block" / block[0].hex()[:3]
    old, young = leaf / ".draft-old", leaf / ".draft-young"
    for draft in (old, young):
        draft.write_bytes(b"half a bl")
    os.utime(old, (0, time.time() - 2 * 24 * 3600))

    entries = list(storage.blocks.entries(Kind.BLOCK))

    assert [block[0]] == [entry.digest for entry in entries]
    assert [young] == drafts(root)


def test_two_processes_put_the_same_blocks(storage, root, start_python):
    program = """
contents = [b"%d" % number * 2000 for number in range(150)]
print(sum(storage.blocks.put(Kind.MAP, hashlib.sha256(c).digest(), c) for c in contents))
"""
    writers = [start_python(program, root) for _ in range(2)]

    stored = [int(writer.communicate(timeout=60)[0]) for writer in writers]

    entries = list(storage.blocks.entries(Kind.MAP))
    assert 150 == len(entries)
    assert 150 <= sum(stored)
    assert all(
        entry.digest == hashlib.sha256(storage.blocks.get(Kind.MAP, entry.digest)).digest()
        for entry in entries
    )
    assert [] == drafts(root)


@pytest.mark.parametrize("seed", range(4))
def test_a_killed_writer_leaves_no_half_block(storage, root, start_python, seed):
    program = """
import os
while True:
    content = os.urandom(1 << 20)
    digest = hashlib.sha256(content).digest()
    storage.blocks.put(Kind.BLOCK, digest, content)
    print(digest.hex(), flush=True)
"""
    writer = start_python(program, root)
    acknowledged = [
        writer.stdout.readline().strip() for _ in range(random.Random(seed).randint(1, 9))
    ]
    writer.send_signal(signal.SIGKILL)
    acknowledged += writer.communicate(timeout=30)[0].split()

    entries = {entry.digest.hex() for entry in storage.blocks.entries(Kind.BLOCK)}

    assert set(acknowledged) <= entries
    for name in entries:
        content = storage.blocks.get(Kind.BLOCK, bytes.fromhex(name))
        assert name == hashlib.sha256(content).hexdigest()


def test_a_full_disk_refuses_and_keeps_what_it_has(open_store, small_disk):
    storage = open_store(path=str(small_disk / "store"))
    stored = {}

    fill(storage, stored, 1 << 20)

    assert len(stored) >= 4
    assert [] == drafts(small_disk)
    assert set(stored) == {entry.digest for entry in storage.blocks.entries(Kind.BLOCK)}
    assert all(stored[digest] == storage.blocks.get(Kind.BLOCK, digest) for digest in stored)
    assert storage.usage().free_bytes < 2 << 20
    storage.blocks.delete(Kind.BLOCK, next(iter(stored)))
    content = os.urandom(1 << 20)
    assert storage.blocks.put(Kind.BLOCK, hashlib.sha256(content).digest(), content) is True


def fill(storage, stored, size_bytes):
    def go_on():
        while True:
            content = os.urandom(size_bytes)
            digest = hashlib.sha256(content).digest()
            storage.blocks.put(Kind.BLOCK, digest, content)
            stored[digest] = content

    with pytest.raises(StorageFull):
        go_on()


def test_garbage_of_a_full_disk_can_be_put_aside(open_store, small_disk):
    storage = open_store(path=str(small_disk / "store"))
    stored = {}
    for size_bytes in (1 << 20, 1 << 16, 100):
        fill(storage, stored, size_bytes)

    moved = [storage.blocks.move(Kind.BLOCK, each, Kind.QUARANTINED_BLOCK) for each in stored]

    assert all(moved)
    assert set(stored) == {entry.digest for entry in storage.blocks.entries(Kind.QUARANTINED_BLOCK)}


def test_entries_that_vanish_meanwhile_are_passed_over(storage, block, root, monkeypatch):
    storage.blocks.put(Kind.BLOCK, *block)
    other = hashlib.sha256(b"other").digest()
    storage.blocks.put(Kind.BLOCK, other, b"other")
    entries = storage.blocks.entries(Kind.BLOCK)

    first = next(entries).digest
    for digest in (block[0], other):
        storage.blocks.delete(Kind.BLOCK, digest)

    assert first == min(block[0], other)
    assert [] == list(entries)
    with pytest.raises(NoSuchThing):
        storage.blocks.get(Kind.BLOCK, first)


def test_what_is_in_memory_is_had_at_once_and_nothing_else_is(tmp_path):
    disk, layout = Files(fsync=False), Layout(tmp_path)
    prepare(layout, disk, block_bytes=4096, must_exist=False)
    local = DirectoryBlocks(layout, disk, block_bytes=4096, is_shared=False)
    content = bytes(range(200))
    name = hashlib.sha256(content).digest()
    local.put(Kind.BLOCK, name, content)
    # A filesystem that can't tell what is in memory says nothing.
    assert local.get_at_once(Kind.BLOCK, name, 10, 50) in {content[10:60], None}
    assert local.get_at_once(Kind.BLOCK, bytes(32), 0, 1) is None
    assert local.lend_at_once(Kind.BLOCK, name).read_at_once(10, 50) in {content[10:60], None}
    shared = DirectoryBlocks(layout, disk, block_bytes=4096, is_shared=True)
    assert shared.get_at_once(Kind.BLOCK, name, 10, 50) is None
    assert shared.lend_at_once(Kind.BLOCK, name) is None


def test_what_is_lent_at_once_and_not_in_memory_is_not_read(tmp_path, monkeypatch):
    disk, layout = Files(fsync=False), Layout(tmp_path)
    prepare(layout, disk, block_bytes=4096, must_exist=False)
    blocks = DirectoryBlocks(layout, disk, block_bytes=4096, is_shared=False)
    name = hashlib.sha256(b"content").digest()
    blocks.put(Kind.BLOCK, name, b"content")
    lent = blocks.lend_at_once(Kind.BLOCK, name)

    def from_disk(*_arguments):
        raise BlockingIOError

    monkeypatch.setattr(os, "preadv", from_disk)

    assert lent.read_at_once(0, 7) is None
