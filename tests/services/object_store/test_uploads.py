# SPDX-License-Identifier: Apache-2.0
"""What an upload has stored is a root before its object is."""

import hashlib

import pytest

import synnefo_object_store as store
from synnefo_blocks import ZERO_BLOCK
from synnefo_core.contracts.storage import Kind
from synnefo_core.testing.fixtures import StillClock
from synnefo_object_store import Incoming
from synnefo_object_store.models import UploadPartRow, UploadRow
from synnefo_object_store.owned import roots
from synnefo_object_store.uploads import FORGOTTEN_AFTER_S, RECORD_EVERY_S, expire, uploads

MIB = 1024 * 1024
BLOCKS = [bytes([number]) * (4 * MIB) for number in range(1, 11)]
NAMES = {hashlib.sha256(block).digest() for block in BLOCKS}


@pytest.fixture
def clock():
    return StillClock()


def root_names(context):
    return {digest for kind, digest in roots(context, "local") if kind is Kind.BLOCK}


def put_slowly(account, clock, look):
    """Put ten blocks; before the end comes, a long time passes and ``look`` is called."""
    pieces = iter(BLOCKS)

    def read(_most):
        piece = next(pieces, b"")
        if not piece:
            clock.advance(RECORD_EVERY_S)
            uploads(account.context.cloud).record()
            look()
        return piece

    told = Incoming("text/plain")
    return store.put_object(account.context, "p1", "c", "name", read=read, incoming=told)


def test_the_blocks_of_a_slow_upload_are_roots(account, clock):
    seen = []

    put_slowly(account, clock, lambda: seen.append(root_names(account.context)))

    # The last few are still on their way into the store: those are young.
    assert seen[0] <= NAMES
    assert 4 <= len(seen[0])


def test_an_upload_that_has_ended_is_written_down_no_more(account, clock):
    made = put_slowly(account, clock, lambda: None)

    assert [(Kind.MAP, made.reference.digest)] == list(roots(account.context, "local"))
    assert nothing_is_written_down(account.context)


def test_an_upload_that_fails_is_written_down_no_more(account, clock):
    def fail():
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        put_slowly(account, clock, fail)

    assert nothing_is_written_down(account.context)


def nothing_is_written_down(context):
    with context.reading() as session:
        return not session.query(UploadRow).count() and not session.query(UploadPartRow).count()


def test_a_quick_upload_writes_nothing_down(account, clock):
    with uploads(account.context.cloud).begin("local") as upload:
        upload.stored(hashlib.sha256(b"x").digest())

        uploads(account.context.cloud).record()

        assert nothing_is_written_down(account.context)


def test_what_comes_later_is_added(account, clock):
    ours, names = uploads(account.context.cloud), sorted(NAMES)
    with ours.begin("local") as upload:
        for name in names:
            upload.stored(name)
            clock.advance(RECORD_EVERY_S)
            ours.record()

        assert NAMES == root_names(account.context)
        assert set() == {digest for _, digest in roots(account.context, "elsewhere")}


def test_a_dead_process_is_forgotten_and_a_living_one_is_not(account, clock, make_cloud):
    ours, context = uploads(account.context.cloud), account.context
    with ours.begin("local") as upload:
        upload.stored(min(NAMES))
        clock.advance(RECORD_EVERY_S)
        ours.record()
        clock.advance(FORGOTTEN_AFTER_S)
        ours.record()
        expire(context)
        assert {min(NAMES)} == root_names(context)

        clock.advance(FORGOTTEN_AFTER_S + 1)
        expire(context)
        assert set() == root_names(context)


def test_contents_are_roots_and_zeros_are_not(account, clock):
    block = account.put("block", b"content").reference
    long = account.put("long", b"x" * (5 * MIB)).reference
    account.put("zeros", bytes(5))
    account.put("nothing")

    found = list(roots(account.context, "local"))

    assert {(block.kind, block.digest), (long.kind, long.digest)} == set(found)
    assert ZERO_BLOCK not in {digest for _, digest in found}
