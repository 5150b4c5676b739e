# SPDX-License-Identifier: Apache-2.0
"""The conformance suite of the facet ``BlockStore``; see :mod:`synnefo_core.testing.storage`."""

from __future__ import annotations

import hashlib
import os
import threading
import time
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from typing import Any, TypeVar

import pytest

from synnefo_core.contracts.storage import DIGEST_BYTES, Kind, NoSuchThing, Storage

WAIT_S = 10.0

Result = TypeVar("Result")


def digest_of(content: bytes) -> bytes:
    return hashlib.sha256(content).digest()


def fresh(length: int = 100) -> tuple[bytes, bytes]:
    """Return the digest and the content of a block that nobody stored yet."""
    content = os.urandom(length)
    return digest_of(content), content


def at_once(calls: Iterable[Callable[[], Result]]) -> list[Result | BaseException]:
    """Run the calls in threads that start together; return what each returned or raised."""
    calls = list(calls)
    barrier = threading.Barrier(len(calls))

    def run(call: Callable[[], Result]) -> Result:
        barrier.wait(WAIT_S)
        return call()

    with ThreadPoolExecutor(len(calls)) as pool:
        futures = [pool.submit(run, call) for call in calls]
        return [future.exception() or future.result() for future in futures]


class StoreFixtures:
    """What a test class of a driver provides."""

    @pytest.fixture
    def storage(self) -> Storage:
        """Return the store to test. Every driver's class overrides this."""
        pytest.fail("override the fixture `storage`")

    @pytest.fixture
    def reopen(self) -> Callable[[], Storage]:
        """Return a function that opens the store of ``storage`` once more (optional)."""
        pytest.skip("the fixture `reopen` is not given")


class BlockStoreContract(StoreFixtures):
    """Immutable things: what every store does."""

    def test_what_was_put_can_be_got(self, storage: Storage) -> None:
        digest, content = fresh()

        assert storage.blocks.put(Kind.BLOCK, digest, content) is True

        assert content == storage.blocks.get(Kind.BLOCK, digest)
        assert len(content) == storage.blocks.size(Kind.BLOCK, digest)

    def test_putting_again_is_no_error_and_stores_nothing(self, storage: Storage) -> None:
        digest, content = fresh()
        storage.blocks.put(Kind.BLOCK, digest, content)

        assert storage.blocks.put(Kind.BLOCK, digest, content) is False

        assert content == storage.blocks.get(Kind.BLOCK, digest)

    @pytest.mark.parametrize("length", [1, 4095, 4096, 4097])
    def test_blocks_of_odd_lengths(self, storage: Storage, length: int) -> None:
        digest, content = fresh(length)

        storage.blocks.put(Kind.BLOCK, digest, content)

        assert content == storage.blocks.get(Kind.BLOCK, digest)

    @pytest.mark.parametrize("kind", Kind)
    def test_a_thing_of_the_largest_size(self, storage: Storage, kind: Kind) -> None:
        digest, content = fresh(storage.properties.block_bytes)

        storage.blocks.put(kind, digest, content)

        assert content == storage.blocks.get(kind, digest)

    def test_a_view_of_memory_is_content_too(self, storage: Storage) -> None:
        content = os.urandom(100)
        view = memoryview(bytearray(b"before" + content + b"behind"))[6:106]

        storage.blocks.put(Kind.BLOCK, digest_of(content), view)

        assert content == storage.blocks.get(Kind.BLOCK, digest_of(content))

    def test_a_lent_thing_is_read_by_range(self, storage: Storage) -> None:
        digest, content = fresh(1000)
        storage.blocks.put(Kind.BLOCK, digest, content)

        lent = storage.blocks.lend(Kind.BLOCK, digest)

        assert content == lent.read(0, 1000)
        assert content[10:20] == lent.read(10, 10)
        assert content[990:] == lent.read(990, 100)
        assert b"" == lent.read(1000, 1)

    def test_what_is_lent_at_once_has_its_content_as_far_as_that_is_at_hand(
        self, storage: Storage
    ) -> None:
        digest, content = fresh(1000)
        storage.blocks.put(Kind.BLOCK, digest, content)

        lent = storage.blocks.lend_at_once(Kind.BLOCK, digest)

        assert storage.blocks.lend_at_once(Kind.BLOCK, fresh()[0]) is None
        if lent is not None:
            assert 1000 == lent.size_bytes
            assert lent.read_at_once(10, 20) in {content[10:30], None}
            assert lent.read_at_once(990, 100) in {content[990:], None}

    def test_the_file_of_a_lent_thing_holds_just_the_thing(self, storage: Storage) -> None:
        digest, content = fresh(1000)
        storage.blocks.put(Kind.BLOCK, digest, content)

        lent = storage.blocks.lend(Kind.BLOCK, digest)

        if lent.descriptor is not None:
            assert content == os.pread(lent.descriptor, 2000, 0)

    def test_what_is_not_there_is_not_lent(self, storage: Storage) -> None:
        digest, _ = fresh()

        with pytest.raises(NoSuchThing):
            storage.blocks.lend(Kind.BLOCK, digest).read(0, 1)

    def test_a_lent_thing_that_is_removed_has_its_content_or_says_that_it_is_gone(
        self, storage: Storage
    ) -> None:
        digest, content = fresh(100)
        storage.blocks.put(Kind.BLOCK, digest, content)
        lent = storage.blocks.lend(Kind.BLOCK, digest)
        lent.read(0, 1)
        storage.blocks.delete(Kind.BLOCK, digest)

        try:
            found = lent.read(0, 100)
        except NoSuchThing:
            found = content

        assert content == found

    @pytest.mark.parametrize("excess", [None, 1], ids=["empty", "too large"])
    def test_content_of_a_wrong_size_is_a_value_error(
        self, storage: Storage, excess: int | None
    ) -> None:
        length = 0 if excess is None else storage.properties.block_bytes + excess
        digest, content = fresh(length)

        with pytest.raises(ValueError):  # noqa: PT011
            storage.blocks.put(Kind.BLOCK, digest, content)

        assert storage.blocks.size(Kind.BLOCK, digest) is None

    @pytest.mark.parametrize("digest", [b"", b"short", bytes(DIGEST_BYTES + 1)])
    def test_a_digest_of_a_wrong_length_is_a_value_error(
        self, storage: Storage, digest: bytes
    ) -> None:
        calls: list[Callable[[], Any]] = [
            lambda: storage.blocks.put(Kind.BLOCK, digest, b"content"),
            lambda: storage.blocks.get(Kind.BLOCK, digest),
            lambda: storage.blocks.size(Kind.BLOCK, digest),
            lambda: storage.blocks.delete(Kind.BLOCK, digest),
            lambda: storage.blocks.touch(Kind.BLOCK, digest),
            lambda: storage.blocks.move(Kind.BLOCK, digest, Kind.QUARANTINED_BLOCK),
        ]
        for call in calls:
            with pytest.raises(ValueError):  # noqa: PT011
                call()

    @pytest.mark.parametrize(
        "offset,length",
        [(0, 10), (10, 20), (90, 10), (90, 1000), (99, 1), (100, 1), (5000, 5), (0, 0), (40, None)],
    )
    def test_a_range_is_short_at_the_end(
        self, storage: Storage, offset: int, length: int | None
    ) -> None:
        digest, content = fresh(100)
        storage.blocks.put(Kind.BLOCK, digest, content)

        end = None if length is None else offset + length

        assert content[offset:end] == storage.blocks.get(Kind.BLOCK, digest, offset, length)

    @pytest.mark.parametrize("offset,length", [(-1, 1), (0, -1)])
    def test_a_negative_range_is_a_value_error(
        self, storage: Storage, offset: int, length: int
    ) -> None:
        digest, content = fresh()
        storage.blocks.put(Kind.BLOCK, digest, content)

        with pytest.raises(ValueError):  # noqa: PT011
            storage.blocks.get(Kind.BLOCK, digest, offset, length)

    def test_what_is_not_there(self, storage: Storage) -> None:
        digest, _ = fresh()

        with pytest.raises(NoSuchThing):
            storage.blocks.get(Kind.BLOCK, digest)
        assert storage.blocks.size(Kind.BLOCK, digest) is None
        assert storage.blocks.touch(Kind.BLOCK, digest) is False
        assert storage.blocks.delete(Kind.BLOCK, digest) is False
        assert storage.blocks.move(Kind.BLOCK, digest, Kind.QUARANTINED_BLOCK) is False

    def test_what_was_deleted_is_gone_and_can_be_put_again(self, storage: Storage) -> None:
        digest, content = fresh()
        storage.blocks.put(Kind.BLOCK, digest, content)

        assert storage.blocks.delete(Kind.BLOCK, digest) is True

        assert storage.blocks.delete(Kind.BLOCK, digest) is False
        with pytest.raises(NoSuchThing):
            storage.blocks.get(Kind.BLOCK, digest)
        assert storage.blocks.put(Kind.BLOCK, digest, content) is True

    def test_kinds_do_not_see_each_other(self, storage: Storage) -> None:
        digest, content = fresh()
        other = content + b"of the map"
        storage.blocks.put(Kind.BLOCK, digest, content)

        assert storage.blocks.size(Kind.MAP, digest) is None
        assert storage.blocks.put(Kind.MAP, digest, other) is True
        assert storage.blocks.delete(Kind.BLOCK, digest) is True

        assert other == storage.blocks.get(Kind.MAP, digest)
        assert digest not in [entry.digest for entry in storage.blocks.entries(Kind.BLOCK)]

    def test_entries_come_in_the_order_of_their_digests(self, storage: Storage) -> None:
        sizes = {}
        for length in range(1, 21):
            digest, content = fresh(length)
            storage.blocks.put(Kind.LAYER, digest, content)
            sizes[digest] = length

        entries = list(storage.blocks.entries(Kind.LAYER))

        digests = [entry.digest for entry in entries]
        assert sorted(set(digests)) == digests
        assert sizes == {e.digest: e.size_bytes for e in entries if e.digest in sizes}

    def test_entries_go_on_behind_a_digest(self, storage: Storage) -> None:
        for _ in range(10):
            storage.blocks.put(Kind.MAP, *fresh())
        digests = [entry.digest for entry in storage.blocks.entries(Kind.MAP)]

        for position in (0, len(digests) // 2, len(digests) - 1):
            later = storage.blocks.entries(Kind.MAP, after=digests[position])

            assert digests[position + 1 :] == [entry.digest for entry in later]

    def test_touching_makes_young(self, storage: Storage) -> None:
        digest, content = fresh()
        storage.blocks.put(Kind.BLOCK, digest, content)
        before = self.modified_at(storage, digest)
        deadline = time.monotonic() + WAIT_S

        # Clocks of stores tick slowly; a second is common.
        while self.modified_at(storage, digest) <= before:
            assert time.monotonic() < deadline
            assert storage.blocks.touch(Kind.BLOCK, digest) is True

        assert content == storage.blocks.get(Kind.BLOCK, digest)

    def test_what_was_moved_is_elsewhere_and_young(self, storage: Storage) -> None:
        digest, content = fresh()
        storage.blocks.put(Kind.BLOCK, digest, content)
        stored_at = self.modified_at(storage, digest)

        assert storage.blocks.move(Kind.BLOCK, digest, Kind.QUARANTINED_BLOCK) is True

        assert storage.blocks.size(Kind.BLOCK, digest) is None
        assert content == storage.blocks.get(Kind.QUARANTINED_BLOCK, digest)
        assert stored_at <= self.modified_at(storage, digest, Kind.QUARANTINED_BLOCK)

    def test_what_was_moved_away_can_be_put_and_moved_again(self, storage: Storage) -> None:
        digest, content = fresh()
        storage.blocks.put(Kind.MAP, digest, content)
        storage.blocks.move(Kind.MAP, digest, Kind.QUARANTINED_MAP)

        assert storage.blocks.put(Kind.MAP, digest, content) is True
        assert storage.blocks.move(Kind.MAP, digest, Kind.QUARANTINED_MAP) is True

        assert storage.blocks.size(Kind.MAP, digest) is None
        assert content == storage.blocks.get(Kind.QUARANTINED_MAP, digest)
        assert storage.blocks.move(Kind.QUARANTINED_MAP, digest, Kind.MAP) is True
        assert content == storage.blocks.get(Kind.MAP, digest)

    def test_what_is_moved_is_always_somewhere(self, storage: Storage) -> None:
        digest, content = fresh(storage.properties.block_bytes)
        storage.blocks.put(Kind.BLOCK, digest, content)

        def read() -> bytes:
            for kind in (Kind.BLOCK, Kind.QUARANTINED_BLOCK, Kind.BLOCK):
                with suppress(NoSuchThing):
                    return storage.blocks.get(kind, digest)
            return b""

        def move() -> bytes:
            storage.blocks.move(Kind.BLOCK, digest, Kind.QUARANTINED_BLOCK)
            return content

        assert [content] * 4 == at_once([read, move, read, read])

    def test_threads_may_put_the_same_block(self, storage: Storage) -> None:
        digest, content = fresh(100_000)

        answers = at_once([lambda: storage.blocks.put(Kind.BLOCK, digest, content)] * 8)

        assert {True, False} >= set(answers)
        assert True in answers
        assert content == storage.blocks.get(Kind.BLOCK, digest)

    def test_a_block_is_never_seen_in_part(self, storage: Storage) -> None:
        digest, content = fresh(storage.properties.block_bytes)
        never = threading.Event()

        def read() -> bytes:
            deadline = time.monotonic() + WAIT_S
            while storage.blocks.size(Kind.BLOCK, digest) is None:
                never.wait(0.001)  # green threads go on only when one of them waits
                assert time.monotonic() < deadline
            return storage.blocks.get(Kind.BLOCK, digest)

        def put() -> bytes:
            storage.blocks.put(Kind.BLOCK, digest, content)
            return content

        assert [content] * 4 == at_once([put, read, read, read])

    def test_room_is_told_or_not_known(self, storage: Storage) -> None:
        usage = storage.usage()

        if usage.total_bytes is not None and usage.free_bytes is not None:
            assert 0 <= usage.free_bytes <= usage.total_bytes

    def test_blocks_outlive_the_driver(
        self, storage: Storage, reopen: Callable[[], Storage]
    ) -> None:
        digest, content = fresh()
        storage.blocks.put(Kind.BLOCK, digest, content)

        storage.close()

        assert content == reopen().blocks.get(Kind.BLOCK, digest)

    @staticmethod
    def modified_at(storage: Storage, digest: bytes, kind: Kind = Kind.BLOCK) -> float:
        before = (int.from_bytes(digest) - 1).to_bytes(DIGEST_BYTES)
        return next(storage.blocks.entries(kind, after=before)).modified_at
