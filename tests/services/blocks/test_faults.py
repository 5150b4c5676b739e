# SPDX-License-Identifier: Apache-2.0
"""What is lost or damaged is noticed, and a store that fails ends the writing."""

import threading

import pytest

from synnefo_blocks import (
    ContentTooLong,
    CorruptBlock,
    CorruptMap,
    MissingBlock,
    Reader,
    Reference,
    split,
    store_block,
    write,
)
from synnefo_blocks.maps import largest_content
from synnefo_core.contracts.storage import Kind, StorageFull, StorageUnavailable

LONG = b"".join(bytes([number]) * 512 for number in range(1, 33))


def replace(engine, kind, name, content):
    engine.blocks.delete(kind, name)
    engine.blocks.put(kind, name, content)


def test_a_missing_block_is_named(engine):
    written = engine.write(LONG)
    gone = split(written.names)[20]
    engine.blocks.delete(Kind.BLOCK, gone)

    with pytest.raises(MissingBlock) as caught:
        engine.read(written.reference)

    assert (Kind.BLOCK, gone) == (caught.value.kind, caught.value.digest)


def test_what_comes_before_the_missing_block_is_read(engine, offload):
    written = engine.write(LONG)
    engine.blocks.delete(Kind.BLOCK, split(written.names)[20])

    assert LONG[: 20 * 512] == engine.read(written.reference, 0, 20 * 512)


def test_the_first_block_is_looked_at_before_anything_is_sent(engine, offload):
    written = engine.write(LONG)
    engine.blocks.delete(Kind.BLOCK, split(written.names)[0])

    with pytest.raises(MissingBlock):
        Reader(engine.storage, offload, written.reference).read()


@pytest.mark.parametrize("damaged", [b"x" * 511, b"x" * 513, b"\x01" * 400])
def test_a_block_of_another_length_is_corrupt(make_engine, damaged):
    engine = make_engine(1024)
    written = engine.write(b"\x01" * 1024 + b"\x02" * 512)
    name = split(written.names)[1]
    replace(engine, Kind.BLOCK, name, damaged)

    with pytest.raises(CorruptBlock):
        engine.read(written.reference)


def test_a_range_of_a_block_that_was_cut_off_is_corrupt(engine):
    written = engine.write(b"\x01" * 512)
    replace(engine, Kind.BLOCK, written.names, b"\x01" * 100)

    with pytest.raises(CorruptBlock):
        engine.read(written.reference, 90, 200)


def test_a_missing_map_is_named(engine):
    written = engine.write(LONG)
    engine.blocks.delete(Kind.MAP, written.reference.digest)

    with pytest.raises(MissingBlock) as caught:
        engine.read(written.reference)

    assert Kind.MAP is caught.value.kind


def test_every_damaged_map_and_leaf_is_noticed(engine):
    written = engine.write(LONG)

    for name in engine.stored(Kind.MAP):
        record = engine.blocks.get(Kind.MAP, name)
        for at in (0, 4, 5, 6, 11, 15, 23, len(record) - 1):
            replace(
                engine, Kind.MAP, name, record[:at] + bytes([record[at] ^ 1]) + record[at + 1 :]
            )
            with pytest.raises(CorruptMap):
                engine.read(written.reference)
        replace(engine, Kind.MAP, name, record)

    assert LONG == engine.read(written.reference)


def test_a_reference_with_another_size_is_noticed(engine):
    reference = engine.write(LONG).reference

    with pytest.raises(CorruptMap):
        engine.read(Reference(reference.kind, reference.digest, reference.size_bytes - 1))


@pytest.mark.parametrize("failure", [StorageFull("full"), StorageUnavailable("gone")])
@pytest.mark.parametrize("content", [b"short", LONG])
def test_a_store_that_fails_ends_the_writing(engine, content, failure):
    engine.storage.memory.failure = failure

    with pytest.raises(type(failure)):
        engine.write(content)


def test_a_stream_that_breaks_ends_the_writing_when_all_under_way_is_done(engine, offload):
    pieces = iter([LONG[:512], LONG[512:1024]])

    def read(_most):
        piece = next(pieces, None)
        if piece is None:
            raise ConnectionResetError
        return piece

    with pytest.raises(ConnectionResetError):
        write(engine.storage, offload, read)

    assert 2 == len(engine.stored(Kind.BLOCK))
    assert [] == engine.stored(Kind.MAP)


def test_what_no_map_can_describe_is_refused(make_engine, offload):
    engine = make_engine(128)

    with pytest.raises(ContentTooLong) as caught:
        engine.write(bytes(largest_content(128) + 1))

    assert largest_content(128) == caught.value.limit_bytes


def test_memory_is_bounded_while_the_store_is_slow(make_engine, offload):
    engine = make_engine(4 * 1024 * 1024)
    block, is_open, pieces = b"x" * (4 * 1024 * 1024), threading.Event(), []
    put = engine.blocks.put
    engine.blocks.put = lambda *arguments: is_open.wait(10) and put(*arguments)
    most = []

    def read(_most):
        pieces.append(block)
        if len(pieces) == 7:
            # Six blocks wait for the store, and this one for a place among them.
            threading.Timer(0.3, lambda: most.append(len(pieces)) or is_open.set()).start()
        return block if len(pieces) <= 20 else b""

    written = write(engine.storage, offload, read)

    assert most[0] * len(block) <= 32 * 1024 * 1024
    assert 20 == len(split(written.names))


def test_a_block_that_was_there_is_made_young(engine):
    touched = []
    touch = engine.blocks.touch
    engine.blocks.touch = lambda kind, name: touched.append(name) or touch(kind, name)
    name, is_new = store_block(engine.blocks, b"content")

    again = store_block(engine.blocks, b"content")

    assert is_new
    assert (name, False) == again
    assert [name] == touched


def test_a_block_that_goes_while_it_is_found_is_stored_again(engine):
    store_block(engine.blocks, b"content")
    touch = engine.blocks.touch

    def collected(kind, name):
        engine.blocks.touch = touch
        engine.blocks.delete(kind, name)
        return touch(kind, name)

    engine.blocks.touch = collected

    name, is_new = store_block(engine.blocks, b"content")

    assert is_new
    assert b"content" == engine.blocks.get(Kind.BLOCK, name)
