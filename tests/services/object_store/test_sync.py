# SPDX-License-Identifier: Apache-2.0
"""Sync by hashes, and objects changed in part: little is sent, the content is right."""

import hashlib
import io
from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given, settings, strategies

import synnefo_object_store as store
import synnefo_quota
from synnefo_blocks import block_name, object_hash
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import Kind
from synnefo_core.errors import (
    Conflict,
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    QuotaExceeded,
    RangeUnsatisfiable,
    TooLarge,
)
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_object_store import Condition, Copying, Incoming, Missing, Patch, Place

BLOCK = 256
SHORT = BLOCK // 4


@pytest.fixture
def storage(cloud, tmp_path):
    """Let the store have tiny blocks."""
    setup = DriverSetup("store", {"block_bytes": BLOCK}, tmp_path)
    return cloud.shared(f"driver.store.{cloud.stores()[0]}", lambda: MemoryStorage(setup))


@pytest.fixture
def sync(storage, account):
    return Sync(account)


class Sync:
    """A client that sends what its account lacks."""

    def __init__(self, account):
        self.account = account
        self.place = Place(account.id, "c", "o")

    def names(self, content):
        return [block_name(content[at : at + BLOCK]) for at in range(0, len(content), BLOCK)]

    def put(self, content, *, names=None, size_bytes=None, **incoming):
        names = self.names(content) if names is None else names
        return store.put_hashmap(
            self.account.context,
            self.place,
            b"".join(names),
            len(content) if size_bytes is None else size_bytes,
            Incoming(**({"content_type": "text/plain"} | incoming)),
        )

    def send(self, content):
        read = io.BytesIO(content).read
        account = self.account
        return store.put_blocks(account.context, account.id, "c", read, len(content))

    def hashmap(self, name="o"):
        found = store.hashmap_of(self.account.context, self.account.find(name))
        return found.size_bytes, found.block_bytes, [n for some in found.names for n in some]

    def patch(self, content=None, start=None, **patch):
        read = io.BytesIO(content).read if content is not None else None
        patch = Patch(start=start, read=read, **patch)
        return store.patch_object(self.account.context, self.place, patch)


def text(length, seed=b"a"):
    return hashlib.shake_256(seed).digest(length)


def test_only_what_is_missing_is_sent(sync):
    old, changed = text(5 * BLOCK + 3), bytearray(text(5 * BLOCK + 3))
    sync.account.put("old", old)
    changed[2 * BLOCK] ^= 1

    with pytest.raises(Missing) as caught:
        sync.put(bytes(changed))
    lacking = caught.value.names
    assert [sync.names(bytes(changed))[2]] == lacking
    assert lacking == sync.send(bytes(changed[2 * BLOCK : 3 * BLOCK]))
    made = sync.put(bytes(changed))

    assert bytes(changed) == sync.account.get("o")
    assert hashlib.md5(bytes(changed)).hexdigest() == made.etag
    assert object_hash(b"".join(sync.names(bytes(changed)))).hex() == made.object_hash
    assert [] == synnefo_quota.verify(sync.account.context)


def test_blocks_of_others_are_missing_like_those_of_nobody(sync):
    content = text(2 * BLOCK)
    context = replace(sync.account.context, roles=frozenset({"admin"}), project_id="p2")
    store.create_container(context, "p2", "c", {})
    incoming = Incoming(content_type="text/plain")
    store.put_object(context, "p2", "c", "o", read=io.BytesIO(content).read, incoming=incoming)

    with pytest.raises(Missing) as caught:
        sync.put(content)
    assert sync.names(content) == caught.value.names


def test_a_copy_gives_its_account_the_blocks(sync):
    content = text(2 * BLOCK)
    context = replace(sync.account.context, roles=frozenset({"admin"}), project_id="p2")
    store.create_container(context, "p2", "c", {})
    found = sync.account.put("a", content)
    store.copy_object(context, found, Place("p2", "c", "copy"), Copying())

    names = b"".join(sync.names(content))
    place = Place("p2", "c", "o")
    assert store.put_hashmap(context, place, names, len(content), Incoming(content_type="a/b"))


def test_blocks_that_were_collected_are_missing(sync, storage):
    names = sync.send(text(2 * BLOCK))
    storage.blocks.delete(Kind.BLOCK, names[1])

    with pytest.raises(Missing) as caught:
        sync.put(text(2 * BLOCK))
    assert [names[1]] == caught.value.names


def test_zeros_are_never_missing(sync):
    sync.put(bytes(3 * BLOCK + 1))

    assert bytes(3 * BLOCK + 1) == sync.account.get("o")


@pytest.mark.parametrize("length", [0, 1, BLOCK, 3 * BLOCK + 1])
def test_a_hashmap_tells_the_blocks(sync, length):
    sync.account.put("o", text(length))

    assert (length, BLOCK, sync.names(text(length))) == sync.hashmap()


@pytest.mark.parametrize("size_bytes", [BLOCK, 2 * BLOCK + 1])
def test_names_and_size_fit_each_other(sync, size_bytes):
    sync.send(text(2 * BLOCK))

    with pytest.raises(Invalid):
        sync.put(text(2 * BLOCK), size_bytes=size_bytes)


def test_the_last_block_is_no_longer_than_its_place(sync):
    sync.send(text(BLOCK))

    with pytest.raises(Invalid, match="last block"):
        sync.put(text(BLOCK), size_bytes=BLOCK - 1)


def test_a_hashmap_is_refused_as_an_upload_is(sync, member):
    sync.send(text(BLOCK))
    synnefo_quota.set_limit(
        sync.account.context, holder="project:p1", resource=store.DISKSPACE, limit=BLOCK
    )
    assert sync.put(text(BLOCK))

    with pytest.raises(PreconditionFailed):
        sync.put(text(BLOCK), condition=Condition(is_new=True))
    with pytest.raises(QuotaExceeded):
        sync.put(bytes(2 * BLOCK))
    with pytest.raises((QuotaExceeded, TooLarge)):
        sync.send(text(BLOCK, b"other"))
    sync.account.context = replace(member, roles=frozenset({"reader"}))
    with pytest.raises(Forbidden):
        sync.put(text(BLOCK))
    with pytest.raises(Forbidden):
        sync.send(text(BLOCK))
    sync.account.context = member
    sync.place = Place("p1", "nowhere", "o")
    with pytest.raises(NotFound):
        sync.put(text(BLOCK))


def test_a_long_content_has_its_hash_for_an_etag(sync, cloud):
    cloud.config.set_override("synced_md5_bytes", BLOCK, group="object_store")
    sync.send(text(2 * BLOCK))

    made = sync.put(text(2 * BLOCK))

    assert made.object_hash == made.etag


PATCHES = strategies.tuples(
    strategies.integers(0, 5 * BLOCK), strategies.integers(0, 3 * BLOCK), strategies.booleans()
)


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(
    first=strategies.integers(0, 4 * BLOCK),
    patches=strategies.lists(PATCHES, max_size=4),
    final=strategies.none() | strategies.integers(0, 4 * BLOCK),
)
def test_any_changes_in_part_are_those_of_a_byte_string(sync, first, patches, final):
    model = text(first)
    sync.account.put("o", model)
    for number, (start, length, is_from_object) in enumerate(patches):
        new = text(length, b"%d" % number)
        if is_from_object:
            source = sync.account.put("source", new)
            change = {"source": source, "start": start}
        else:
            change = {"content": new, "start": start}
        if start > len(model):
            with pytest.raises(RangeUnsatisfiable):
                sync.patch(**change)
            continue
        model = model[:start] + new + model[start + length :]
        made = sync.patch(**change)
        assert hashlib.md5(model).hexdigest() == made.etag
    if final is not None and final > len(model):
        with pytest.raises(RangeUnsatisfiable):
            sync.patch(final_bytes=final)
    elif final is not None:
        model = model[:final]
        sync.patch(final_bytes=final)

    assert model == sync.account.get("o")
    assert (len(model), BLOCK, sync.names(model)) == sync.hashmap()


def test_an_append_goes_to_the_end_and_keeps_what_there_is(sync):
    before = sync.account.put("o", text(BLOCK + SHORT), metadata={"Color": "red"})

    after = sync.patch(b"more", metadata={"Form": "round"})

    assert text(BLOCK + SHORT) + b"more" == sync.account.get("o")
    assert (before.id, {"Color": "red", "Form": "round"}) == (after.id, after.metadata)
    assert after.version > before.version


def test_whole_blocks_are_neither_read_nor_stored(sync, storage):
    sync.account.put("o", text(6 * BLOCK))
    source = sync.account.put("source", text(2 * BLOCK, b"b"))
    blocks, put = [], storage.blocks.put

    def noted(kind, name, content):
        blocks.extend([name] if kind is Kind.BLOCK else [])
        return put(kind, name, content)

    storage.blocks.put = noted

    sync.patch(source=source, start=2 * BLOCK)

    assert [] == blocks
    expected = text(2 * BLOCK) + text(2 * BLOCK, b"b") + text(6 * BLOCK)[4 * BLOCK :]
    assert expected == sync.account.get("o")


def test_a_part_of_a_source_is_its_beginning(sync):
    sync.account.put("o", text(BLOCK))
    source = sync.account.put("source", text(2 * BLOCK, b"b"))

    sync.patch(source=source, size_bytes=SHORT)

    assert text(BLOCK) + text(SHORT, b"b") == sync.account.get("o")
    with pytest.raises(RangeUnsatisfiable):
        sync.patch(source=source, size_bytes=2 * BLOCK + 1)


def test_an_object_that_others_change_is_not_overwritten(sync):
    sync.account.put("o", text(BLOCK))

    def read(_most):
        sync.account.put("o", b"theirs")
        return b""

    with pytest.raises(Conflict):
        store.patch_object(sync.account.context, sync.place, Patch(start=0, read=read))
    assert b"theirs" == sync.account.get("o")


def test_a_source_that_is_gone_is_not_taken(sync):
    sync.account.put("o", text(BLOCK))
    source = sync.account.put("source", text(BLOCK, b"b"))
    sync.account.delete("source")

    with pytest.raises(Conflict):
        sync.patch(source=source)
    assert text(BLOCK) == sync.account.get("o")


def test_a_change_is_charged(sync):
    sync.account.put("o", text(BLOCK))

    sync.patch(text(2 * BLOCK), start=0)
    assert ((1, 1, 2 * BLOCK), (1, 2 * BLOCK)) == sync.account.counts()
    sync.patch(final_bytes=1)

    assert ((1, 1, 1), (1, 1)) == sync.account.counts()
    assert [] == synnefo_quota.verify(sync.account.context)


def test_an_object_does_not_grow_beyond_the_largest(sync, cloud):
    sync.account.put("o", text(BLOCK))
    object.__setattr__(store.engine(cloud), "largest_bytes", BLOCK + 1)

    assert sync.patch(b"x")
    with pytest.raises(TooLarge):
        sync.patch(b"y")
