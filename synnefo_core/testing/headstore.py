# SPDX-License-Identifier: Apache-2.0
"""The conformance suite of the facet ``HeadStore``; see :mod:`synnefo_core.testing.storage`."""

from __future__ import annotations

import os
import secrets
from collections.abc import Callable

import pytest

from synnefo_core.contracts.storage import (
    CLUSTER_BYTES,
    Fenced,
    Head,
    HeadExists,
    HeadStore,
    NoSuchThing,
    Storage,
)
from synnefo_core.testing.blockstore import at_once
from synnefo_core.testing.lentheads import SIZE, LentHeadContract, new_name

C = CLUSTER_BYTES
TIB = 1 << 40

WRITER_CALLS: dict[str, Callable[[HeadStore, str, int], object]] = {
    "write": lambda heads, name, epoch: heads.write(name, epoch, 0, b"new"),
    "discard": lambda heads, name, epoch: heads.discard(name, epoch, 0, C),
    "flush": lambda heads, name, epoch: heads.flush(name, epoch),
    "resize": lambda heads, name, epoch: heads.resize(name, epoch, C),
}
CALLS: dict[str, Callable[[HeadStore, str], object]] = {
    "show": lambda heads, name: heads.show(name),
    "read": lambda heads, name: heads.read(name, 0, 1),
    "present": lambda heads, name: heads.present(name),
    "advance": lambda heads, name: heads.advance(name, expected=1, epoch=2),
    "read_control": lambda heads, name: heads.read_control(name),
    "write_control": lambda heads, name: heads.write_control(name, b"", expected=b""),
}


class HeadStoreContract(LentHeadContract):
    """Heads: what every store does in which volumes live. Skipped where there are none."""

    # Names and records

    def test_a_new_head_is_as_asked_and_empty(self, heads: HeadStore) -> None:
        name = new_name()

        assert Head(name, 5 * C + 17, 7, C) == heads.create(name, 5 * C + 17, epoch=7)

        assert Head(name, 5 * C + 17, 7, C) == heads.show(name)
        assert bytes(5 * C + 17) == heads.read(name, 0, 5 * C + 17)
        assert [] == heads.present(name)
        assert b"" == heads.read_control(name)
        assert heads.delete(name) is True

    def test_a_name_is_given_once(self, heads: HeadStore, name: str) -> None:
        heads.write(name, 1, 0, b"kept")

        with pytest.raises(HeadExists):
            heads.create(name, C)

        assert SIZE == heads.show(name).size_bytes
        assert b"kept" == heads.read(name, 0, 4)

    def test_one_of_many_creates_a_head(self, heads: HeadStore) -> None:
        name = new_name()

        answers = at_once([lambda: heads.create(name, C)] * 6)

        assert 1 == answers.count(Head(name, C, 1, C))
        assert 5 == sum(isinstance(answer, HeadExists) for answer in answers)
        heads.delete(name)

    @pytest.mark.parametrize(
        "name",
        ["", ".", "..", ".a", "-a", "_a", "A", "a/b", "a b", "a\n", "a\0", "\u00e4", "a" * 129],
        ids=repr,
    )
    def test_other_names_are_value_errors(self, heads: HeadStore, name: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011
            heads.create(name, C)

    @pytest.mark.parametrize("tail", ["0.a_b-c", "x" * 96, "a..b", "z.head", "z."])
    def test_all_other_names_are_good(self, heads: HeadStore, tail: str) -> None:
        name = f"{secrets.token_hex(16)}{tail}"

        heads.create(name, C)

        assert name in list(heads.names())
        assert heads.delete(name) is True

    def test_names_are_in_alphabetical_order(self, heads: HeadStore) -> None:
        prefix = new_name()
        mine = [prefix + tail for tail in ("", "-b", ".b", "0", "00", "a", "_b", "a.", "b")]
        for name in mine:
            heads.create(name, C)

        names = list(heads.names())

        assert sorted(names) == names
        assert sorted(mine) == [name for name in names if name.startswith(prefix)]
        assert all([heads.delete(name) for name in mine])  # noqa: C419 (all shall go)

    @pytest.mark.parametrize("call", [*CALLS, *WRITER_CALLS])
    def test_nothing_works_on_a_head_that_is_not_there(self, heads: HeadStore, call: str) -> None:
        name = new_name()

        with pytest.raises(NoSuchThing):
            CALLS[call](heads, name) if call in CALLS else WRITER_CALLS[call](heads, name, 1)

    def test_a_deleted_head_leaves_nothing_to_its_successor(
        self, heads: HeadStore, name: str
    ) -> None:
        heads.write(name, 1, 0, b"\xff" * SIZE)
        heads.flush(name, 1)
        heads.write_control(name, b"order", expected=b"")

        assert heads.delete(name) is True
        assert heads.delete(name) is False
        assert name not in list(heads.names())
        heads.create(name, SIZE)

        assert bytes(SIZE) == heads.read(name, 0, SIZE)
        assert [] == heads.present(name)
        assert b"" == heads.read_control(name)

    # Data

    @pytest.mark.parametrize(
        "offset,length",
        [(0, 1), (1, C - 2), (0, C), (C - 1, 2), (C // 2, 3 * C), (C, 2 * C), (SIZE - 1, 1)],
    )
    def test_what_was_written_is_read_with_zeros_around(
        self, heads: HeadStore, name: str, offset: int, length: int
    ) -> None:
        data = os.urandom(length)

        heads.write(name, 1, offset, data)

        whole = bytes(offset) + data + bytes(SIZE - offset - length)
        assert whole == heads.read(name, 0, SIZE)
        assert data == heads.read(name, offset, length)

    def test_later_writes_lie_over_earlier_ones(self, heads: HeadStore, name: str) -> None:
        model = bytearray(SIZE)
        for step in range(40):
            offset = (step * 37 * 4096 + step * 5) % (SIZE - 3 * C)
            data = os.urandom(1 + (step * 7919) % (3 * C))
            heads.write(name, 1, offset, memoryview(data))
            model[offset : offset + len(data)] = data

        assert bytes(model) == heads.read(name, 0, SIZE)

    def test_threads_write_parts_of_one_cluster(self, heads: HeadStore, name: str) -> None:
        parts = [bytes([number + 1]) * (C // 8) for number in range(8)]

        def write(number: int) -> None:
            heads.write(name, 1, number * C // 8, parts[number])

        at_once([lambda number=number: write(number) for number in range(8)])  # type: ignore[misc]

        assert b"".join(parts) == heads.read(name, 0, C)

    def test_a_write_of_nothing_changes_nothing(self, heads: HeadStore, name: str) -> None:
        heads.write(name, 1, 100, b"")

        assert b"" == heads.read(name, 100, 0)
        assert [] == heads.present(name)

    @pytest.mark.parametrize("offset,length", [(-1, 1), (0, SIZE + 1), (SIZE, 1), (SIZE + C, 0)])
    def test_outside_the_head_is_a_value_error(
        self, heads: HeadStore, name: str, offset: int, length: int
    ) -> None:
        with pytest.raises(ValueError):  # noqa: PT011
            heads.read(name, offset, length)
        with pytest.raises(ValueError):  # noqa: PT011
            heads.write(name, 1, offset, bytes(length))

        assert [] == heads.present(name)

    def test_a_terabyte_takes_no_room(self, heads: HeadStore) -> None:
        name = new_name()
        heads.create(name, TIB)

        heads.write(name, 1, TIB - 3, b"end")
        heads.write(name, 1, TIB // 2, b"middle")
        heads.flush(name, 1)

        assert b"\0end" == heads.read(name, TIB - 4, 4)
        assert b"middle\0" == heads.read(name, TIB // 2, 7)
        assert [(TIB // 2, C), (TIB - C, C)] == heads.present(name)
        heads.delete(name)

    def test_present_names_whole_clusters_in_runs(self, heads: HeadStore) -> None:
        name = new_name()
        heads.create(name, 8 * C + 100)

        for offset in (5 * C, 2 * C + 7, 3 * C - 1, 8 * C + 99):
            heads.write(name, 1, offset, b"ab"[: 1 + (offset < 8 * C)])

        assert [(2 * C, 2 * C), (5 * C, C), (8 * C, 100)] == heads.present(name)
        heads.delete(name)

    # Forgetting

    @pytest.mark.parametrize("is_flushed", [True, False])
    def test_what_was_discarded_does_not_come_back(
        self, heads: HeadStore, name: str, is_flushed: bool
    ) -> None:
        heads.write(name, 1, 0, b"\xff" * SIZE)
        heads.flush(name, 1)

        heads.discard(name, 1, 2 * C, 3 * C)
        if is_flushed:
            heads.flush(name, 1)

        assert [(0, 2 * C), (5 * C, 11 * C)] == heads.present(name)
        assert b"\xff" + bytes(3 * C) + b"\xff" == heads.read(name, 2 * C - 1, 3 * C + 2)
        heads.write(name, 1, 3 * C + 9, b"new")
        heads.flush(name, 1)
        assert bytes(C + 9) + b"new" + bytes(2 * C - 12) == heads.read(name, 2 * C, 3 * C)
        assert [(0, 2 * C), (3 * C, C), (5 * C, 11 * C)] == heads.present(name)

    def test_the_last_cluster_may_be_short(self, heads: HeadStore) -> None:
        name = new_name()
        heads.create(name, 2 * C + 5)
        heads.write(name, 1, 0, b"x" * (2 * C + 5))

        heads.discard(name, 1, 2 * C, 5)

        assert [(0, 2 * C)] == heads.present(name)
        assert bytes(5) == heads.read(name, 2 * C, 5)
        heads.delete(name)

    @pytest.mark.parametrize("offset,length", [(1, C), (0, C - 1), (0, SIZE + C), (-C, C)])
    def test_parts_of_clusters_are_not_discarded(
        self, heads: HeadStore, name: str, offset: int, length: int
    ) -> None:
        heads.write(name, 1, 0, b"x" * SIZE)

        with pytest.raises(ValueError):  # noqa: PT011
            heads.discard(name, 1, offset, length)

        assert [(0, SIZE)] == heads.present(name)

    @pytest.mark.parametrize("smaller", [0, 1, C, 3 * C, 3 * C + 1000, SIZE - 1])
    def test_what_a_smaller_size_cut_off_does_not_come_back(
        self, heads: HeadStore, name: str, smaller: int
    ) -> None:
        heads.write(name, 1, 0, b"\xff" * SIZE)

        assert Head(name, smaller, 1, C) == heads.resize(name, 1, smaller)
        assert ([(0, smaller)] if smaller else []) == heads.present(name)
        assert Head(name, SIZE, 1, C) == heads.resize(name, 1, SIZE)

        assert b"\xff" * smaller + bytes(SIZE - smaller) == heads.read(name, 0, SIZE)
        assert Head(name, SIZE, 1, C) == heads.show(name)

    def test_a_grown_head_can_be_written_to_its_end(self, heads: HeadStore, name: str) -> None:
        heads.write(name, 1, 0, b"kept")

        heads.resize(name, 1, SIZE + C + 1)
        heads.write(name, 1, SIZE + C, b"!")

        assert b"kept" == heads.read(name, 0, 4)
        assert bytes(C) + b"!" == heads.read(name, SIZE, C + 1)

    def test_sizes_below_zero_are_value_errors(self, heads: HeadStore, name: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011
            heads.resize(name, 1, -1)
        with pytest.raises(ValueError):  # noqa: PT011
            heads.create(new_name(), -1)

    # Fencing

    @pytest.mark.parametrize("epoch", [1, 4], ids=["old", "not yet"])
    @pytest.mark.parametrize("call", WRITER_CALLS)
    def test_only_the_epoch_of_the_head_writes(
        self, heads: HeadStore, name: str, call: str, epoch: int
    ) -> None:
        heads.write(name, 1, 0, b"old")
        heads.flush(name, 1)
        heads.advance(name, expected=1, epoch=3)

        with pytest.raises(Fenced):
            WRITER_CALLS[call](heads, name, epoch)

        assert b"old" == heads.read(name, 0, 3)
        assert Head(name, SIZE, 3, C) == heads.show(name)
        heads.write(name, 3, 0, b"new")
        assert b"new" == heads.read(name, 0, 3)

    @pytest.mark.parametrize("expected,epoch", [(1, 9), (6, 9), (5, 5), (5, 4)])
    def test_an_epoch_advances_from_the_one_expected(
        self, heads: HeadStore, name: str, expected: int, epoch: int
    ) -> None:
        assert Head(name, SIZE, 5, C) == heads.advance(name, expected=1, epoch=5)

        with pytest.raises(Fenced):
            heads.advance(name, expected=expected, epoch=epoch)

        assert 5 == heads.show(name).epoch

    def test_one_of_many_advances(self, heads: HeadStore, name: str) -> None:
        def advance(epoch: int) -> Head:
            return heads.advance(name, expected=1, epoch=epoch)

        answers = at_once([lambda epoch=epoch: advance(epoch) for epoch in range(2, 10)])  # type: ignore[misc]

        winners = [answer for answer in answers if isinstance(answer, Head)]
        assert 1 == len(winners)
        assert 7 == sum(isinstance(answer, Fenced) for answer in answers)
        assert winners[0] == heads.show(name)

    def test_an_old_writer_stops_when_the_epoch_advances(self, heads: HeadStore, name: str) -> None:
        def write_until_fenced() -> None:
            for step in range(1_000_000):
                heads.write(name, 1, (step % 4) * C, b"old")

        def take_over() -> None:
            heads.advance(name, expected=1, epoch=2)
            heads.write(name, 2, 0, b"new" + bytes(4 * C - 3))

        answers = at_once([write_until_fenced, write_until_fenced, take_over])

        assert [Fenced, Fenced, type(None)] == [type(answer) for answer in answers]
        assert b"new" + bytes(4 * C - 3) == heads.read(name, 0, 4 * C)

    # The control record

    def test_the_control_record_is_compared_and_swapped(self, heads: HeadStore, name: str) -> None:
        heads.write_control(name, b"one", expected=b"")

        with pytest.raises(Fenced):
            heads.write_control(name, b"two", expected=b"")
        assert b"one" == heads.read_control(name)

        heads.write_control(name, bytes(64 * 1024), expected=b"one")
        assert bytes(64 * 1024) == heads.read_control(name)
        heads.write_control(name, b"", expected=bytes(64 * 1024))
        assert b"" == heads.read_control(name)

    def test_the_control_record_is_bounded(self, heads: HeadStore, name: str) -> None:
        with pytest.raises(ValueError):  # noqa: PT011
            heads.write_control(name, bytes(64 * 1024 + 1), expected=b"")

        assert b"" == heads.read_control(name)

    def test_no_change_of_the_control_record_is_lost(self, heads: HeadStore, name: str) -> None:
        def add_five() -> None:
            added = 0
            while added < 5:
                record = heads.read_control(name)
                try:
                    heads.write_control(name, record + b".", expected=record)
                    added += 1
                except Fenced:
                    continue

        assert [None] * 4 == at_once([add_five] * 4)

        assert b"." * 20 == heads.read_control(name)

    # Durability

    def test_heads_outlive_the_driver(
        self, storage: Storage, heads: HeadStore, reopen: Callable[[], Storage]
    ) -> None:
        name = new_name()
        heads.create(name, SIZE)
        heads.write(name, 1, C - 1, b"data")
        heads.write_control(name, b"order", expected=b"")
        heads.flush(name, 1)
        heads.advance(name, expected=1, epoch=2)
        storage.close()

        again = reopen().heads

        assert again is not None
        assert Head(name, SIZE, 2, C) == again.show(name)
        assert b"\0data\0" == again.read(name, C - 2, 6)
        assert [(0, 2 * C)] == again.present(name)
        assert b"order" == again.read_control(name)
        assert again.delete(name) is True

    def test_what_was_flushed_is_seen_by_others(
        self, heads: HeadStore, name: str, reopen: Callable[[], Storage]
    ) -> None:
        other = reopen().heads
        assert other is not None
        assert bytes(3) == other.read(name, 0, 3)
        heads.write(name, 1, 0, b"one" + bytes(C))
        heads.flush(name, 1)
        assert b"one" == other.read(name, 0, 3)

        other.advance(name, expected=1, epoch=2)
        other.write(name, 2, 0, b"two")
        other.discard(name, 2, C, C)
        other.flush(name, 2)

        assert b"two" == heads.read(name, 0, 3)
        assert [(0, C)] == heads.present(name)
        with pytest.raises(Fenced):
            heads.write(name, 1, 0, b"old")
