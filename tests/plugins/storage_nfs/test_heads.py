# SPDX-License-Identifier: Apache-2.0
"""Heads when disks fail, writers die and others take over."""

import errno
import fcntl
import os
import random
import signal
from pathlib import Path

import pytest

from synnefo_core.contracts.storage import (
    CLUSTER_BYTES as C,
    Corrupt,
    Fenced,
    NoSuchThing,
    StorageFull,
    StorageUnavailable,
)
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_storage_nfs import holes, locks
from synnefo_storage_nfs.writers import KEPT

SIZE = 16 * C


@pytest.fixture
def heads(storage):
    storage.heads.create("volume", SIZE)
    return storage.heads


@pytest.fixture
def after_power_cut(open_store):
    """Return the heads as a machine finds them that knows only what was flushed."""
    return lambda: open_store().heads


def refuse(number):
    def refuse(*_):
        raise OSError(number, os.strerror(number))

    return refuse


def test_the_map_says_nothing_that_the_data_does_not_hold(heads, root, monkeypatch):
    cluster_map, calls = root / "heads/volume.head/clusters", []

    def sync(descriptor):
        name = Path(f"/proc/self/fd/{descriptor}").readlink().name
        calls.append((name, cluster_map.read_bytes().rstrip(b"\0")))

    monkeypatch.setattr(os, "fdatasync", sync)
    heads.write("volume", 1, C, b"data")
    assert b"" == cluster_map.read_bytes()

    heads.flush("volume", 1)

    assert [("data", b""), ("clusters", b"\0\1")] == calls


def test_what_was_not_flushed_is_absent_and_not_zeros(heads, after_power_cut):
    heads.write("volume", 1, 0, b"flushed")
    heads.flush("volume", 1)
    heads.write("volume", 1, 5 * C, b"lost")

    found = after_power_cut()

    assert [(0, C)] == found.present("volume")
    assert bytes(4) == found.read("volume", 5 * C, 4)


def test_what_a_dead_writer_left_is_not_seen_through_a_smaller_write(heads, after_power_cut):
    heads.write("volume", 1, 0, b"\xff" * C)

    successor = after_power_cut()
    successor.advance("volume", expected=1, epoch=2)
    successor.write("volume", 2, 10, b"new")

    assert bytes(10) + b"new" + bytes(C - 13) == successor.read("volume", 0, C)


@pytest.mark.parametrize(
    "number,error", [(errno.EIO, StorageUnavailable), (errno.ENOSPC, StorageFull)]
)
def test_a_failed_flush_is_not_forgotten(heads, after_power_cut, monkeypatch, number, error):
    heads.write("volume", 1, 0, b"flushed")
    heads.flush("volume", 1)
    heads.write("volume", 1, 5 * C, b"lost")
    with monkeypatch.context() as failing:
        failing.setattr(os, "fdatasync", refuse(number))
        with pytest.raises(error):
            heads.flush("volume", 1)

    # The disk works again, but the kernel has dropped what it could not write.
    for call in (lambda: heads.flush("volume", 1), lambda: heads.write("volume", 1, 0, b"x")):
        with pytest.raises(StorageUnavailable, match="earlier flush"):
            call()

    assert [(0, C)] == after_power_cut().present("volume")
    heads.advance("volume", expected=1, epoch=2)
    heads.write("volume", 2, 5 * C, b"again")
    heads.flush("volume", 2)
    assert [(0, C), (5 * C, C)] == after_power_cut().present("volume")


def test_a_refused_write_leaves_the_cluster_absent(heads, monkeypatch):
    with monkeypatch.context() as failing:
        failing.setattr(os, "pwritev", refuse(errno.ENOSPC))
        with pytest.raises(StorageFull):
            heads.write("volume", 1, 0, b"data")

    assert [] == heads.present("volume")
    heads.write("volume", 1, 0, b"data")
    assert b"data" == heads.read("volume", 0, 4)


def test_discarding_gives_room_back_once_that_is_durable(heads, root):
    data = root / "heads/volume.head/data"
    heads.write("volume", 1, 0, b"x" * SIZE)
    heads.flush("volume", 1)
    full = data.stat().st_blocks

    heads.discard("volume", 1, 0, SIZE // 2)
    assert full == data.stat().st_blocks
    heads.flush("volume", 1)

    assert data.stat().st_blocks <= full // 2 + 8


def test_a_cluster_that_was_written_again_keeps_its_room(heads, after_power_cut):
    heads.write("volume", 1, 0, b"x" * SIZE)
    heads.flush("volume", 1)

    heads.discard("volume", 1, 0, 4 * C)
    heads.write("volume", 1, C, b"y" * C)
    heads.flush("volume", 1)

    assert b"y" * C == after_power_cut().read("volume", C, C)
    assert [(C, C), (4 * C, 12 * C)] == after_power_cut().present("volume")


def test_nothing_comes_back_where_no_holes_can_be_made(heads, monkeypatch):
    monkeypatch.setattr(holes, "punch", lambda *_: False)
    heads.write("volume", 1, 0, b"\xff" * SIZE)
    heads.flush("volume", 1)

    heads.discard("volume", 1, 0, SIZE)
    heads.flush("volume", 1)
    heads.resize("volume", 1, C + 7)
    heads.resize("volume", 1, SIZE)
    heads.write("volume", 1, 100, b"new")

    assert bytes(100) + b"new" + bytes(SIZE - 103) == heads.read("volume", 0, SIZE)


@pytest.mark.parametrize("seed", range(6))
def test_any_sequence_equals_the_store_in_memory(open_store, seed):
    chance, model = random.Random(seed), MemoryStorage().heads
    heads = open_store(fsync=False).heads
    for store in (heads, model):
        store.create("volume", SIZE)
    size, flushed = SIZE, True
    for _ in range(150):
        call = chance.choice(["write"] * 4 + ["discard", "flush", "resize", "restart"])
        if call == "restart" and flushed:
            heads = open_store(fsync=False).heads
            continue
        offset = chance.randrange(size + 1)
        arguments = {
            "write": (offset, chance.randbytes(chance.randrange(min(3 * C, size - offset) + 1))),
            "discard": (offset // C * C, (size - offset // C * C) // C * C),
            "resize": (chance.randrange(1, 20 * C),),
        }.get(call, ())
        for store in (heads, model):
            getattr(store, "flush" if call == "restart" else call)("volume", 1, *arguments)
        size = arguments[0] if call == "resize" else size
        flushed = call in ("flush", "resize", "restart")

        assert model.read("volume", 0, size) == heads.read("volume", 0, size)
        assert model.present("volume") == heads.present("volume")


def test_closing_flushes(heads, storage, after_power_cut):
    heads.write("volume", 1, 0, b"data")

    storage.close()

    assert b"data" == after_power_cut().read("volume", 0, 4)


def test_a_writer_that_was_taken_over_closes_quietly(heads, storage, open_store):
    heads.write("volume", 1, 0, b"old")
    open_store().heads.advance("volume", expected=1, epoch=2)

    storage.close()

    assert [] == open_store().heads.present("volume")


def test_losing_unflushed_writes_under_the_own_epoch_is_not_silent(heads, open_store):
    heads.write("volume", 1, 0, b"lost")
    open_store().heads.resize("volume", 1, 2 * SIZE)

    with pytest.raises(StorageUnavailable, match="not flushed"):
        heads.write("volume", 1, C, b"more")

    heads.write("volume", 1, C, b"more")
    assert [(C, C)] == heads.present("volume")


@pytest.mark.parametrize("number", [errno.ESTALE, errno.EBADF])
@pytest.mark.parametrize("call", ["pread", "pwritev"])
def test_files_that_a_restarted_server_forgot_are_opened_again(heads, monkeypatch, number, call):
    heads.write("volume", 1, 0, b"data")
    heads.flush("volume", 1)
    real, failures = getattr(os, call), [number]

    def forgotten(*arguments):
        if failures:
            raise OSError(failures.pop(), "forgotten")
        return real(*arguments)

    monkeypatch.setattr(os, call, forgotten)

    if call == "pwritev":
        heads.write("volume", 1, 0, b"more")
    assert (b"more" if call == "pwritev" else b"data") == heads.read("volume", 0, 4)
    assert [] == failures


def test_forgotten_files_with_unflushed_writes_are_an_error(heads, monkeypatch):
    heads.write("volume", 1, 0, b"data")
    monkeypatch.setattr(os, "pwritev", refuse(errno.ESTALE))

    with pytest.raises(StorageUnavailable, match="not flushed"):
        heads.write("volume", 1, C, b"more")


def test_no_files_stay_open(open_store, open_files, monkeypatch):
    storage = open_store(fsync=False)
    heads, before = storage.heads, open_files()
    heads.create("volume", C)
    for number in range(2 * KEPT):
        name = f"n{number}"
        heads.create(name, C)
        heads.write(name, 1, 0, b"data")
        heads.flush(name, 1)
        assert open_files() <= before + 3 * KEPT
        if number % 2:
            heads.delete(name)
    with pytest.raises(Fenced):
        heads.write("n0", 7, 0, b"old")
    with monkeypatch.context() as failing:
        failing.setattr(os, "pread", refuse(errno.EIO))
        with pytest.raises(StorageUnavailable):
            heads.read("volume", 0, 1)

    storage.close()

    assert before == open_files()


def test_a_deleted_head_is_gone_for_its_writer(heads, open_store):
    heads.write("volume", 1, 0, b"data")
    heads.flush("volume", 1)
    other = open_store().heads
    other.delete("volume")

    for call in (lambda: heads.read("volume", 0, 1), lambda: heads.write("volume", 1, 0, b"x")):
        with pytest.raises(NoSuchThing):
            call()

    other.create("volume", SIZE)
    assert b"\0" == heads.read("volume", 0, 1)


def test_heads_that_are_not_mounted_are_not_gone(heads, root):
    root.rename(root.with_name("unmounted"))
    root.mkdir()

    for call in (heads.show, heads.present, heads.read_control, heads.delete):
        with pytest.raises(StorageUnavailable):
            call("volume")
    with pytest.raises(StorageUnavailable):
        heads.create("another", C)
    with pytest.raises(StorageUnavailable):
        list(heads.names())


def test_a_record_that_cannot_be_understood_is_corrupt(heads, root):
    for content in ("", "{}", '{"version": 9}'):
        (root / "heads/volume.head/head").write_text(content)

        with pytest.raises(Corrupt):
            heads.show("volume")


def test_listing_removes_what_dead_processes_left(heads, root):
    for age, name in ((0, ".draft-young"), (2 * 24 * 3600, ".draft-old")):
        draft = root / "heads" / name
        draft.mkdir()
        (draft / "head").write_text("half")
        os.utime(draft, (0, draft.stat().st_mtime - age))

    assert ["volume"] == list(heads.names())
    assert {".draft-young", "volume.head"} == {path.name for path in (root / "heads").iterdir()}


def test_processes_compare_and_swap(heads, root, start_python):
    program = """
heads, won = storage.heads, 0
while (head := heads.show("volume")).epoch < 60:
    try:
        heads.advance("volume", expected=head.epoch, epoch=head.epoch + 1)
        won += 1
    except Fenced:
        pass
print(won)
"""
    racers = [start_python(program, root) for _ in range(3)]

    won = [int(racer.communicate(timeout=60)[0]) for racer in racers]

    assert 59 == sum(won)
    assert 60 == heads.show("volume").epoch


@pytest.mark.parametrize("seed", range(3))
def test_a_killed_writer_keeps_what_it_flushed(heads, root, start_python, after_power_cut, seed):
    program = """
step = 0
while True:
    for part in range(4):
        storage.heads.write("volume", 1, (step % 4) * 4 * 65536 + part * 65536 + 5, b"%09d" % step)
    storage.heads.flush("volume", 1)
    print(step, flush=True)
    step += 1
"""
    writer = start_python(program, root)
    for _ in range(random.Random(seed).randint(1, 30)):
        last = writer.stdout.readline()
    writer.send_signal(signal.SIGKILL)
    last = [last, *writer.communicate(timeout=30)[0].split()][-1]

    found = after_power_cut()

    for step in range(max(0, int(last) - 3), int(last) + 1):
        for part in range(4):
            data = found.read("volume", (step % 4) * 4 * C + part * C, 100)
            assert step <= int(data[5:14])
            assert bytes(5) == data[:5]
            assert bytes(86) == data[14:]


def test_a_full_disk_refuses_and_keeps_what_was_flushed(open_store, small_disk):
    heads = open_store(path=str(small_disk / "store")).heads
    heads.create("volume", 1 << 30)
    heads.write("volume", 1, 0, b"kept" * 1000)
    heads.flush("volume", 1)

    def fill():
        for cluster in range(1, 1000):
            heads.write("volume", 1, cluster * C, os.urandom(C))

    with pytest.raises(StorageFull):
        fill()

    heads.discard("volume", 1, 10 * C, 90 * C)
    heads.flush("volume", 1)
    heads.write("volume", 1, 200 * C, b"room again")
    heads.flush("volume", 1)
    assert b"kept" * 1000 == heads.read("volume", 0, 4000)
    assert b"room again" == heads.read("volume", 200 * C, 10)


def test_a_lock_that_is_never_given_back_is_not_waited_for_for_ever(heads, root, monkeypatch):
    monkeypatch.setattr(locks, "WAIT_S", 0.2)
    files = [root / "locks" / f"{number:02x}" for number in range(locks.FILES)]
    held = [os.open(file, os.O_RDWR | os.O_CREAT) for file in files]
    for descriptor in held:
        fcntl.flock(descriptor, fcntl.LOCK_EX)

    try:
        with pytest.raises(StorageUnavailable, match="locked by somebody else"):
            heads.advance("volume", expected=1, epoch=2)
    finally:
        for descriptor in held:
            os.close(descriptor)

    assert 2 == heads.advance("volume", expected=1, epoch=2).epoch
