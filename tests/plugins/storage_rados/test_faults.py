# SPDX-License-Identifier: Apache-2.0
"""What a cluster that is full, slow or gone does to a store."""

import errno
import hashlib
import os
import threading
import time
from types import SimpleNamespace

import pytest

from synnefo_core.contracts.storage import (
    Kind,
    StorageFull,
    StorageUnavailable,
    StoreUsage,
)
from synnefo_storage_rados import sorting

CONTENT = os.urandom(5000)
DIGEST = hashlib.sha256(CONTENT).digest()

CALLS = {
    "put": lambda blocks: blocks.put(Kind.BLOCK, DIGEST, CONTENT),
    "get": lambda blocks: blocks.get(Kind.BLOCK, DIGEST),
    "size": lambda blocks: blocks.size(Kind.BLOCK, DIGEST),
    "touch": lambda blocks: blocks.touch(Kind.BLOCK, DIGEST),
    "delete": lambda blocks: blocks.delete(Kind.BLOCK, DIGEST),
    "move": lambda blocks: blocks.move(Kind.BLOCK, DIGEST, Kind.QUARANTINED_BLOCK),
    "entries": lambda blocks: list(blocks.entries(Kind.BLOCK)),
}


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("number", [errno.ETIMEDOUT, errno.ESHUTDOWN, errno.EPERM])
def test_a_cluster_that_does_not_answer_says_nothing_of_what_is_there(
    storage, cluster, call, number
):
    storage.blocks.put(Kind.BLOCK, DIGEST, CONTENT)
    cluster.failures["*"] = number

    with pytest.raises(StorageUnavailable):
        CALLS[call](storage.blocks)

    cluster.failures.clear()
    assert CONTENT == storage.blocks.get(Kind.BLOCK, DIGEST)


@pytest.mark.parametrize("number", [errno.ENOSPC, errno.EDQUOT])
def test_a_full_cluster_stores_nothing_and_lets_delete(storage, cluster, number):
    storage.blocks.put(Kind.BLOCK, DIGEST, CONTENT)
    cluster.failures["operate_write_op"] = number

    with pytest.raises(StorageFull):
        storage.blocks.put(Kind.MAP, DIGEST, CONTENT)

    assert storage.blocks.size(Kind.MAP, DIGEST) is None
    assert storage.blocks.delete(Kind.BLOCK, DIGEST) is True


@pytest.fixture
def digests(storage, cluster, monkeypatch):
    """Store a few blocks, and have time pass only where the cluster does not answer."""
    clock = SimpleNamespace(
        monotonic=lambda: cluster.waited_s, time=time.time, mktime=time.mktime, sleep=time.sleep
    )
    monkeypatch.setattr("synnefo_storage_rados.pool.time", clock)
    digests = sorted(hashlib.sha256(b"%d" % number).digest() for number in range(9))
    for digest in digests:
        storage.blocks.put(Kind.BLOCK, digest, CONTENT)
    return digests


@pytest.mark.parametrize("behind", [0, 4])
def test_a_list_that_the_cluster_breaks_off_is_not_taken_for_whole(
    storage, cluster, digests, behind
):
    cluster.hangs, cluster.hangs_behind = 10, behind

    with pytest.raises(StorageUnavailable):
        list(storage.blocks.entries(Kind.BLOCK))

    cluster.hangs = 0
    assert digests == [entry.digest for entry in storage.blocks.entries(Kind.BLOCK)]


def test_a_list_goes_on_when_the_cluster_answers_again(storage, cluster, digests):
    cluster.hangs, cluster.hangs_behind = 1, 4

    assert digests == [entry.digest for entry in storage.blocks.entries(Kind.BLOCK)]


def test_what_was_deleted_while_it_was_touched_does_not_come_back(storage, cluster, monkeypatch):
    storage.blocks.put(Kind.BLOCK, DIGEST, CONTENT)
    pool, operate = storage._pool, storage._pool.operate

    def late(name, *changes):
        pool.remove(name)
        operate(name, *changes)

    monkeypatch.setattr(pool, "operate", late)
    storage.blocks.touch(Kind.BLOCK, DIGEST)

    assert storage.blocks.size(Kind.BLOCK, DIGEST) is None


def test_what_was_deleted_while_it_was_listed_is_left_out(storage, monkeypatch):
    for number in range(3):
        storage.blocks.put(Kind.BLOCK, bytes([number]) * 32, CONTENT)

    listed = storage.blocks.entries(Kind.BLOCK)
    names = [next(listed).digest]
    storage._pool.remove(f"block/{'02' * 32}")

    assert {bytes(32), b"\1" * 32} <= {*names, *(entry.digest for entry in listed)}


def test_what_is_not_ours_is_not_listed(storage, cluster):
    objects = cluster.pools["blocks"][""]
    storage.blocks.put(Kind.BLOCK, DIGEST, CONTENT)
    for name in ("block/letter", f"block/{'zz' * 32}", f"blocks/{'00' * 32}", "block"):
        objects[name] = objects["synnefo-store"]

    assert [DIGEST] == [entry.digest for entry in storage.blocks.entries(Kind.BLOCK)]


def test_a_store_is_closed_when_no_call_is_under_way(open_store, cluster):
    storage = open_store()
    storage.blocks.put(Kind.BLOCK, bytes(32), CONTENT)
    began, ended = threading.Event(), []
    stat = storage._pool._ioctx.stat

    def slow(name):
        began.set()
        found = stat(name)
        threading.Event().wait(0.05)  # what a call to the cluster takes
        ended.append(cluster.connections)
        return found

    storage._pool._ioctx.stat = slow
    call = threading.Thread(target=storage.blocks.size, args=(Kind.BLOCK, bytes(32)))
    call.start()
    began.wait()
    storage.close()
    call.join()

    assert [1] == ended
    with pytest.raises(StorageUnavailable, match="closed"):
        storage.blocks.size(Kind.BLOCK, bytes(32))


def test_room_is_that_of_the_cluster_when_it_is_counted(storage, cluster):
    assert StoreUsage(None, None) == storage.usage()
    cluster.room |= {"kb": 100, "kb_avail": 40}
    assert StoreUsage(102_400, 40_960) == storage.usage()
    cluster.failures["*"] = errno.ETIMEDOUT
    with pytest.raises(StorageUnavailable):
        storage.usage()


def test_many_digests_are_sorted_on_the_disk(tmp_path, monkeypatch):
    monkeypatch.setattr(sorting, "IN_MEMORY_BYTES", 64)
    digests = [os.urandom(32) for _ in range(3000)]

    found = sorting.in_order(iter([*digests, *digests[:5]]), tmp_path)

    assert sorted(digests) == list(found)


def test_ceph_is_told_not_to_wait_for_ever(open_store, monkeypatch):
    storage = open_store(operation_timeout_s=7, connect_timeout_s=3, keyring="/etc/key")

    assert {
        "rados_osd_op_timeout": "7",
        "rados_mon_op_timeout": "7",
        "client_mount_timeout": "3",
        "keyring": "/etc/key",
    } == storage._pool._cluster.conf
