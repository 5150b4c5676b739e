# SPDX-License-Identifier: Apache-2.0
"""What heads are made for in the suite, and what it asks of those that are lent."""

from __future__ import annotations

import secrets
import time
from collections.abc import Callable, Iterator

import pytest

from synnefo_core.contracts.storage import (
    CLUSTER_BYTES,
    Fenced,
    HeadStore,
    LentHead,
    NoSuchThing,
    Storage,
)
from synnefo_core.testing.blockstore import StoreFixtures, at_once

C = CLUSTER_BYTES
SIZE = 16 * C


def new_name() -> str:
    return f"suite-{secrets.token_hex(8)}"


def write_for(lent: LentHead, *, seconds: float) -> None:
    """Write for so long, unless it is refused."""
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        lent.write(C, b"old")


class LentHeadContract(StoreFixtures):
    """Heads that are used often: what :meth:`HeadStore.lend` returns. Skipped without heads."""

    @pytest.fixture
    def heads(self, storage: Storage) -> HeadStore:
        if not storage.properties.has_heads:
            assert storage.heads is None
            pytest.skip("the store has no heads")
        assert storage.heads is not None
        return storage.heads

    @pytest.fixture
    def name(self, heads: HeadStore) -> Iterator[str]:
        """Make a head of 16 clusters at epoch 1."""
        name = new_name()
        heads.create(name, SIZE)
        yield name
        heads.delete(name)

    def test_a_lent_head_writes_and_reads_the_same_head(self, heads: HeadStore, name: str) -> None:
        lent = heads.lend(name, epoch=1)

        lent.write(C - 2, b"lent")
        heads.write(name, 1, 3 * C, b"asked")
        lent.write(C, memoryview(b"LENT"))

        assert b"\0leLENT\0" == heads.read(name, C - 3, 8)
        assert b"\0leLENT\0" == lent.read(C - 3, 8)
        assert b"asked" == lent.read(3 * C, 5)
        assert [(0, 2 * C), (3 * C, C)] == heads.present(name)
        heads.discard(name, 1, C, C)
        assert bytes(4) == lent.read(C, 4)
        assert b"" == lent.read(0, 0)

    def test_what_a_lent_head_wrote_is_flushed_with_the_head(
        self, heads: HeadStore, name: str, reopen: Callable[[], Storage]
    ) -> None:
        heads.lend(name, epoch=1).write(5, b"data")
        heads.flush(name, 1)

        other = reopen().heads

        assert other is not None
        assert b"data" == other.lend(name).read(5, 4)

    @pytest.mark.parametrize("offset,length", [(-1, 1), (0, SIZE + 1), (SIZE, 1)])
    def test_outside_a_lent_head_is_a_value_error(
        self, heads: HeadStore, name: str, offset: int, length: int
    ) -> None:
        lent = heads.lend(name, epoch=1)

        with pytest.raises(ValueError):  # noqa: PT011
            lent.write(offset, bytes(length))
        with pytest.raises(ValueError):  # noqa: PT011
            lent.read(offset, length)

        assert [] == heads.present(name)

    def test_a_lent_head_grows_with_the_head(self, heads: HeadStore, name: str) -> None:
        lent = heads.lend(name, epoch=1)
        lent.write(0, b"kept")

        heads.resize(name, 1, SIZE + C)
        lent.write(SIZE, b"more")

        assert b"kept" == lent.read(0, 4)
        assert b"more" == lent.read(SIZE, 4) == heads.read(name, SIZE, 4)

    def test_a_lent_head_is_refused_once_the_epoch_advanced_here(
        self, heads: HeadStore, name: str
    ) -> None:
        lent = heads.lend(name, epoch=1)
        lent.write(0, b"old")
        heads.flush(name, 1)
        heads.advance(name, expected=1, epoch=2)

        with pytest.raises(Fenced):
            lent.write(0, b"bad")
        heads.lend(name, epoch=2).write(0, b"new")
        with pytest.raises(Fenced):
            lent.write(0, b"bad")

        assert b"new" == heads.read(name, 0, 3)

    def test_a_lent_head_is_refused_soon_after_the_epoch_advanced_elsewhere(
        self, heads: HeadStore, name: str, reopen: Callable[[], Storage]
    ) -> None:
        lent, other = heads.lend(name, epoch=1), reopen().heads
        lent.write(0, b"old")
        heads.flush(name, 1)
        assert other is not None
        other.advance(name, expected=1, epoch=2)

        with pytest.raises(Fenced):
            heads.flush(name, 1)
        with pytest.raises(Fenced):
            write_for(lent, seconds=30)

        assert 2 == heads.show(name).epoch

    def test_a_head_of_another_epoch_is_not_lent_for_writing(
        self, heads: HeadStore, name: str
    ) -> None:
        heads.advance(name, expected=1, epoch=3)
        heads.write(name, 3, 0, b"kept")

        for epoch in (1, 4, None):
            with pytest.raises(Fenced):
                heads.lend(name, epoch=epoch).write(0, b"bad")

        assert b"kept" == heads.lend(name).read(0, 4)

    @pytest.mark.parametrize("epoch", [None, 1])
    def test_a_head_that_is_not_there_is_not_lent(
        self, heads: HeadStore, epoch: int | None
    ) -> None:
        with pytest.raises(NoSuchThing):
            heads.lend(new_name(), epoch=epoch).read(0, 1)

    def test_nothing_is_written_to_a_lent_head_that_was_removed(
        self, heads: HeadStore, name: str
    ) -> None:
        lent = heads.lend(name, epoch=1)
        lent.write(0, b"old")
        heads.delete(name)

        with pytest.raises(NoSuchThing):
            lent.write(0, b"new")

    def test_threads_write_parts_of_one_cluster_of_a_lent_head(
        self, heads: HeadStore, name: str
    ) -> None:
        lent = heads.lend(name, epoch=1)
        parts = [bytes([number + 1]) * (C // 8) for number in range(8)]

        def write(number: int) -> None:
            lent.write(number * C // 8, parts[number])

        answers = at_once([lambda number=number: write(number) for number in range(8)])  # type: ignore[misc]

        assert [None] * 8 == answers
        assert b"".join(parts) == lent.read(0, C)
