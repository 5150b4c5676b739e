# SPDX-License-Identifier: Apache-2.0
"""What is written is read back, whatever it is and however it comes."""

import hashlib
import io
from contextlib import contextmanager
from types import SimpleNamespace

import pytest
from hypothesis import given, settings, strategies as st

from synnefo_blocks import (
    Content,
    CorruptBlock,
    Reader,
    block_name,
    object_hash,
    reader,
    split,
    write,
)
from synnefo_core.contracts.storage import Kind, RememberedThing
from tests.services.blocks.collected import BLOCK

runs = st.tuples(st.binary(min_size=1, max_size=9), st.integers(1, 2000)).map(
    lambda run: (run[0] * run[1])[: run[1]]
)
zeros = st.integers(1, 3000).map(bytes)
contents = st.lists(st.one_of(runs, zeros), max_size=6).map(b"".join)


@given(contents)
def test_what_is_written_is_read_back(make_engine, content):
    engine = make_engine()

    written = engine.write(content)

    assert content == engine.read(written.reference)
    assert len(content) == written.reference.size_bytes
    assert hashlib.md5(content).hexdigest() == written.md5


@given(contents.filter(len), st.data())
def test_any_range_can_be_read(make_engine, content, data):
    engine = make_engine()
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, len(content)))

    reference = engine.write(content).reference

    assert content[start:stop] == engine.read(reference, start, stop)


class Forgetful(RememberedThing):
    """A block of which some pieces are not in memory."""

    def __init__(self, lent, is_there):
        self._lent, self._is_there, self.size_bytes = lent, is_there, lent.size_bytes

    def read_at_once(self, offset, length):
        return self._lent.read_at_once(offset, length) if self._is_there() else None


@contextmanager
def sending(engine, *, is_there=lambda: True):
    """Send pieces of 100 bytes; ``is_there`` is asked of each whether it is in memory."""
    lend = engine.blocks.lend_at_once

    def lend_some(kind, name):
        lent = lend(kind, name) if is_there() else None
        return lent and Forgetful(lent, is_there)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(reader, "SENT_BYTES", 100)
        patch.setattr(reader, "ASIDE_BYTES", 2 * BLOCK)
        patch.setattr(engine.blocks, "lend_at_once", lend_some)
        yield patch


@given(contents.filter(len), st.data())
@settings(deadline=None)
def test_what_is_in_memory_and_what_is_not_is_read_alike(make_engine, content, data):
    engine = make_engine()
    start = data.draw(st.integers(0, len(content)))
    stop = data.draw(st.integers(start, len(content)))
    reference = engine.write(content).reference

    with sending(engine, is_there=lambda: data.draw(st.booleans())):
        found = engine.read(reference, start, stop)

    assert content[start:stop] == found


def test_what_is_in_memory_goes_in_small_pieces_and_lets_others_come(engine):
    content = bytes(range(1, 256)) * 5
    reference = engine.write(content).reference
    turns = []

    with sending(engine) as patch:
        patch.setattr(reader, "time", SimpleNamespace(sleep=turns.append))
        found = Reader(engine.storage, Inline(), reference)
        pieces = list(found.read(10))

    assert content[10:] == b"".join(pieces)
    assert 100 == max(map(len, pieces))
    assert [0] * -(-len(content) // BLOCK) == turns


class Inline:
    """Reads maps, and nothing in other threads."""

    def run(self, call, *arguments):
        return call(*arguments)


def test_a_block_that_was_cut_off_is_refused_before_anything_of_it_is_sent(engine):
    content = bytes(range(1, 256)) * 2
    reference = engine.write(content).reference
    engine.blocks.delete(Kind.BLOCK, reference.digest)
    engine.blocks.put(Kind.BLOCK, reference.digest, content[:300])

    with sending(engine), pytest.raises(CorruptBlock):
        Reader(engine.storage, Inline(), reference).read()


@given(contents, st.lists(st.integers(1, 700), min_size=1))
@settings(deadline=None)
def test_how_the_stream_comes_does_not_matter(make_engine, offload, content, steps):
    engine, stream, turn = make_engine(), io.BytesIO(content), iter(steps * len(content))

    def read(most):
        return stream.read(min(most, next(turn, most)))

    first, second = engine.write(content), write(engine.storage, offload, read)

    assert (first.reference, first.names, first.md5) == (
        second.reference,
        second.names,
        second.md5,
    )


@given(contents)
def test_blocks_are_stored_once_trimmed_and_under_their_digest(make_engine, content):
    engine = make_engine()

    engine.write(content)

    pieces = [content[at : at + 512] for at in range(0, len(content), 512)]
    trimmed = {piece.rstrip(b"\0") for piece in pieces} - {b""}
    stored = {engine.blocks.get(Kind.BLOCK, name) for name in engine.stored(Kind.BLOCK)}
    assert trimmed == stored
    assert {hashlib.sha256(piece).digest() for piece in trimmed} == set(engine.stored(Kind.BLOCK))


@given(contents)
def test_the_map_names_the_blocks_and_the_hash_is_their_root(make_engine, content):
    engine = make_engine()

    written = engine.write(content)

    listed = list(Content(engine.storage, written.reference).block_names())
    pieces = [content[at : at + 512] for at in range(0, len(content), 512)]
    assert [block_name(piece) for piece in pieces] == listed == split(written.names)
    assert object_hash(written.names) == written.object_hash


@pytest.mark.parametrize(
    "size,maps",
    [(0, 0), (1, 0), (512, 0), (513, 1), (8 * 512, 1), (8 * 512 + 1, 3), (16 * 512, 3)],
)
def test_maps_are_stored_only_where_they_are_needed(engine, size, maps):
    content = b"".join(bytes([number]) * 512 for number in range(1, 40))[:size]

    reference = engine.write(content).reference

    assert (Kind.MAP if maps else Kind.BLOCK) is reference.kind
    assert maps == len(engine.stored(Kind.MAP))


def test_zeros_take_no_space(engine):
    written = engine.write(bytes(512))

    assert not written.reference.is_stored
    assert [] == engine.stored(Kind.BLOCK)
    assert bytes(512) == engine.read(written.reference)


def test_the_same_content_stores_nothing_new(engine):
    content = b"again and again " * 300
    first = engine.write(content)

    second = engine.write(content)

    assert first.new_blocks > 0
    assert 0 == second.new_blocks
    assert first.reference == second.reference


def test_contents_that_differ_in_one_block_share_all_leaves_but_one(engine):
    content = bytearray(b"".join(bytes([number]) * 512 for number in range(1, 33)))
    first = Content(engine.storage, engine.write(bytes(content)).reference).leaf_names()

    content[5000] ^= 1
    second = Content(engine.storage, engine.write(bytes(content)).reference).leaf_names()

    assert 4 == len(first) == len(second)
    assert 3 == len(set(first) & set(second))


def test_the_names_of_stored_blocks_are_told_in_order(engine):
    told = []

    written = engine.write(b"a" * 512 + bytes(512) + b"b" * 700, tell=told.append)

    assert [name for at, name in enumerate(split(written.names)) if at != 1] == told


def test_a_range_outside_of_the_content_is_refused(engine, offload):
    reference = engine.write(b"abc").reference

    with pytest.raises(ValueError, match="not within"):
        Reader(engine.storage, offload, reference).read(0, 4)


def test_blocks_of_the_usual_size(make_engine):
    engine = make_engine(4 * 1024 * 1024)
    content = hashlib.shake_128(b"seed").digest(9 * 1024 * 1024 + 5)

    reference = engine.write(content).reference

    assert content == engine.read(reference)
    assert content[4194000:8400000] == engine.read(reference, 4194000, 8400000)
