# SPDX-License-Identifier: Apache-2.0
"""What a server that fails, refuses or is gone does to a store."""

import hashlib
import os

import pytest

from synnefo_core.contracts.storage import Kind, NoSuchThing, StorageFull, StorageUnavailable
from tests.plugins.storage_s3.server import free_port

CONTENT = os.urandom(100_000)
DIGEST = hashlib.sha256(CONTENT).digest()


@pytest.fixture
def storage(open_store, gate):
    return open_store(endpoint_url=gate.url)


def stored(storage):
    storage.blocks.put(Kind.BLOCK, DIGEST, CONTENT)
    return storage


def test_what_is_there_is_not_sent_again(storage, gate):
    stored(storage)
    gate.seen.clear()

    assert storage.blocks.put(Kind.BLOCK, DIGEST, CONTENT) is False

    assert ["HEAD"] == [method for method, _ in gate.seen]


@pytest.mark.parametrize("answer", [(500, "InternalError"), (503, "SlowDown")])
def test_a_server_that_stumbles_is_asked_again(storage, gate, answer):
    gate.fail("PUT", "/block/", *answer, times=2)

    assert storage.blocks.put(Kind.BLOCK, DIGEST, CONTENT) is True

    assert CONTENT == storage.blocks.get(Kind.BLOCK, DIGEST)


@pytest.mark.parametrize(
    "answer,error",
    [
        ((503, "SlowDown"), StorageUnavailable),
        ((500, "InternalError"), StorageUnavailable),
        ((403, "AccessDenied"), StorageUnavailable),
        ((404, "NoSuchBucket"), StorageUnavailable),
        ((507, "XMinioStorageFull"), StorageFull),
        ((403, "QuotaExceeded"), StorageFull),
    ],
)
def test_what_the_server_refuses_is_not_stored(storage, gate, answer, error):
    gate.fail("PUT", "/block/", *answer, times=3)

    with pytest.raises(error):
        storage.blocks.put(Kind.BLOCK, DIGEST, CONTENT)

    gate.failures.clear()
    assert storage.blocks.size(Kind.BLOCK, DIGEST) is None
    assert storage.blocks.put(Kind.BLOCK, DIGEST, CONTENT) is True


def test_what_is_broken_off_is_read_again(storage, gate):
    stored(storage)
    gate.fail("GET", "/block/", "cut", times=2)

    assert CONTENT == storage.blocks.get(Kind.BLOCK, DIGEST)


def test_what_is_always_broken_off_is_not_taken_for_whole(storage, gate):
    stored(storage)
    gate.fail("GET", "/block/", "cut", times=3)

    with pytest.raises(StorageUnavailable):
        storage.blocks.get(Kind.BLOCK, DIGEST)


@pytest.mark.parametrize(
    "call",
    [
        lambda blocks: blocks.get(Kind.BLOCK, DIGEST),
        lambda blocks: blocks.size(Kind.BLOCK, DIGEST),
        lambda blocks: blocks.touch(Kind.BLOCK, DIGEST),
        lambda blocks: blocks.delete(Kind.BLOCK, DIGEST),
        lambda blocks: blocks.move(Kind.BLOCK, DIGEST, Kind.QUARANTINED_BLOCK),
        lambda blocks: list(blocks.entries(Kind.BLOCK)),
    ],
)
def test_a_server_that_does_not_answer_says_nothing_of_what_is_there(storage, gate, call):
    stored(storage)
    for method in ("GET", "HEAD", "PUT", "DELETE"):
        gate.fail(method, "", 503, "ServiceUnavailable", times=3)

    with pytest.raises(StorageUnavailable):
        call(storage.blocks)

    gate.failures.clear()
    assert CONTENT == storage.blocks.get(Kind.BLOCK, DIGEST)


def test_nobody_listens(open_store):
    with pytest.raises(StorageUnavailable):
        open_store(endpoint_url=f"http://127.0.0.1:{free_port()}", connect_timeout_s=0.5)


def test_a_move_that_dies_before_it_deletes_leaves_both(storage, gate):
    stored(storage)
    gate.fail("DELETE", "/block/", 503, "SlowDown", times=3)

    with pytest.raises(StorageUnavailable):
        storage.blocks.move(Kind.BLOCK, DIGEST, Kind.QUARANTINED_BLOCK)

    for kind in (Kind.BLOCK, Kind.QUARANTINED_BLOCK):
        assert CONTENT == storage.blocks.get(kind, DIGEST)
    assert storage.blocks.move(Kind.BLOCK, DIGEST, Kind.QUARANTINED_BLOCK) is True
    with pytest.raises(NoSuchThing):
        storage.blocks.get(Kind.BLOCK, DIGEST)


def test_a_list_longer_than_a_page_is_whole(storage, monkeypatch):
    monkeypatch.setattr("synnefo_storage_s3.blocks.PAGE", 3)
    digests = [hashlib.sha256(b"%d" % number).digest() for number in range(9)]
    for digest in digests:
        storage.blocks.put(Kind.MAP, digest, b"content")

    assert sorted(digests) == [entry.digest for entry in storage.blocks.entries(Kind.MAP)]
