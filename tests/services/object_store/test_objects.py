# SPDX-License-Identifier: Apache-2.0
import hashlib
import io

import pytest

import synnefo_object_store as store
import synnefo_quota
from synnefo_blocks import MissingBlock, Reference
from synnefo_core.contracts.storage import Kind
from synnefo_core.errors import (
    Forbidden,
    Invalid,
    NotFound,
    PreconditionFailed,
    QuotaExceeded,
    TooLarge,
    Unprocessable,
)
from synnefo_object_store import Condition, Incoming
from synnefo_object_store.models import ObjectRow, PossessionRow

MIB = 1024 * 1024
LONG = hashlib.shake_128(b"seed").digest(9 * MIB)


def held(context, resource=store.DISKSPACE):
    return {
        h.holder: h.usage for h in synnefo_quota.holdings(context, "p1") if h.resource == resource
    }


def test_an_object_is_what_was_put(account):
    made = account.put("name", b"content", metadata={"Color": "red"}, headers={"Expires": "0"})

    found = account.find("name")

    assert made == found
    assert b"content" == account.get("name")
    assert (7, hashlib.md5(b"content").hexdigest()) == (found.size_bytes, found.etag)
    assert ({"Color": "red"}, {"Expires": "0"}) == (found.metadata, found.headers)
    digest = hashlib.sha256(b"content").digest()
    assert Reference(Kind.BLOCK, digest, 7) == found.reference
    assert digest.hex() == found.object_hash


@pytest.mark.parametrize("size", [0, 1, 4 * MIB, 4 * MIB + 1, 9 * MIB])
def test_objects_of_any_size(account, size):
    account.put("name", LONG[:size])

    # Not the contents: to say how megabytes differ takes hours.
    assert hashlib.md5(LONG[:size]).digest() == hashlib.md5(account.get("name")).digest()


@pytest.mark.parametrize(
    "name", ["a", "a/b//c/", "/", "ünï cödé \u20ac", "a\nb\n", "x" * 1024, "%41?&#"]
)
def test_names_may_be_almost_anything(account, name):
    account.put(name, b"content")

    assert b"content" == account.get(name)
    assert name == account.find(name).name


@pytest.mark.parametrize("name", ["", "x" * 1025, "ü" * 513, "a\0b", "\ud800"])
def test_names_that_can_not_be(account, name):
    with pytest.raises(Invalid):
        account.put(name)


def test_what_is_put_again_replaces_and_keeps_the_id(account):
    first = account.put("name", b"one", metadata={"A": "1"})

    second = account.put("name", b"three", metadata={})

    assert first.id == second.id
    assert first.version < second.version
    assert b"three" == account.get("name")
    assert {} == account.find("name").metadata


def test_versions_grow_though_the_clock_stands_still(account, monkeypatch):
    monkeypatch.setattr(account.context.cloud.clock, "now", lambda: 1.8e9)

    versions = [account.put("name").version for _ in range(3)]

    assert sorted(set(versions)) == versions


def test_only_the_current_version_is_found(account):
    made = account.put("name")
    find = lambda version: store.find_object(account.context, "p1", "c", "name", version=version)  # noqa: E731

    assert made == find(str(made.version))
    with pytest.raises(NotFound):
        find("1")


def test_a_removed_object_is_gone(account):
    account.put("name", b"content")

    account.delete("name")

    with pytest.raises(NotFound):
        account.find("name")
    with pytest.raises(NotFound):
        account.delete("name")


def test_metadata_is_replaced_and_the_content_stays(account):
    made = account.put("name", b"content", metadata={"A": "1"}, headers={"Expires": "0"})

    store.update_object(account.context, "p1", "c", "name", metadata={"B": "2"}, headers={})

    found = account.find("name")
    assert ({"B": "2"}, {}, "text/plain") == (found.metadata, found.headers, found.content_type)
    assert made.version < found.version
    assert b"content" == account.get("name")


def test_no_container_no_object(account):
    for content in (b"short", LONG):
        with pytest.raises(NotFound):
            account.put("name", content, container="other", size_bytes=len(content))


def test_a_container_that_goes_during_the_upload_takes_no_object(account):
    pieces = iter([LONG[: 4 * MIB], LONG[4 * MIB : 5 * MIB]])

    def read(_most):
        piece = next(pieces, b"")
        if not piece:
            store.delete_container(account.context, "p1", "c")
        return piece

    with pytest.raises(NotFound):
        put_stream(account, read)

    assert {} == held(account.context)


def put_stream(account, read, **incoming):
    told = Incoming("text/plain", **incoming)
    return store.put_object(account.context, "p1", "c", "name", read=read, incoming=told)


def test_an_upload_that_breaks_off_leaves_nothing(account):
    pieces = iter([LONG[: 4 * MIB], LONG[4 * MIB : 5 * MIB]])

    def read(_most):
        for piece in pieces:
            return piece
        raise ConnectionResetError

    with pytest.raises(ConnectionResetError):
        put_stream(account, read)

    assert ((1, 0, 0), (0, 0)) == account.counts()
    assert {} == held(account.context)
    with account.context.reading() as session:
        assert 0 == session.query(ObjectRow).count() == session.query(PossessionRow).count()


def test_an_upload_with_another_md5_leaves_what_was_there(account):
    account.put("name", b"old")

    with pytest.raises(Unprocessable):
        account.put("name", b"new", md5=hashlib.md5(b"other").hexdigest())

    assert b"old" == account.get("name")
    assert ((1, 1, 3), (1, 3)) == account.counts()


def test_a_condition_is_kept(account):
    new, gone = Condition(is_new=True), Condition(etags=frozenset({"*"}))
    with pytest.raises(PreconditionFailed):
        account.put("name", b"1", condition=gone)
    first = account.put("name", b"1", condition=new)
    with pytest.raises(PreconditionFailed):
        account.put("name", b"2", condition=new)
    with pytest.raises(PreconditionFailed):
        account.put("name", b"2", condition=Condition(etags=frozenset({"other"})))

    account.put("name", b"2", condition=Condition(etags=frozenset({first.etag})))

    assert b"2" == account.get("name")


def test_a_long_upload_that_is_bound_to_fail_is_not_read(account):
    account.put("name", b"there")

    def read(_most):
        raise AssertionError

    with pytest.raises(PreconditionFailed):
        put_stream(account, read, size_bytes=MIB, condition=Condition(is_new=True))


class TestLimits:
    @pytest.fixture
    def cloud_settings(self):
        return {("object_store", "max_object_bytes"): 1000}

    def test_a_content_that_is_too_long(self, account):
        with pytest.raises(TooLarge):
            account.put("name", bytes(1001))
        with pytest.raises(TooLarge):
            account.put("name", bytes(1001), size_bytes=1001)

        account.put("name", bytes(1000))
        assert ((1, 1, 1000), (1, 1000)) == account.counts()


@pytest.mark.parametrize(
    "metadata",
    [
        {"": "x"},
        {"x" * 129: "x"},
        {"X": "x" * 257},
        {f"X{number}": "x" for number in range(91)},
        {f"X{number}": "x" * 200 for number in range(30)},
        {"X": "a\0b"},
    ],
)
def test_metadata_that_can_not_be(account, metadata):
    with pytest.raises(Invalid):
        account.put("name", metadata=metadata)


def test_every_byte_is_charged_and_given_back(account):
    account.put("a", bytes(100))
    account.put("b", bytes(50))
    account.put("a", bytes(30))
    assert {"project:p1": 80, "user:u1": 80} == held(account.context)

    account.delete("a")
    account.delete("b")

    assert {"project:p1": 0, "user:u1": 0} == held(account.context)


def test_who_writes_last_pays(account):
    account.put("a", bytes(100))

    account.by("u2").put("a", bytes(70))

    assert {"project:p1": 70, "user:u1": 0, "user:u2": 70} == held(account.context)
    assert [] == synnefo_quota.verify(account.context)


def test_the_quota_is_what_the_objects_have(account):
    for number in range(5):
        account.put(str(number), bytes(number * 10))
    account.put("3", b"x")
    account.delete("4")

    assert [] == synnefo_quota.verify(account.context)


def test_the_objects_behind_the_bytes_are_listed(account):
    account.put("small", bytes(10))
    account.put("large", bytes(90))
    account.by("u2").put("other", bytes(30))

    explained = synnefo_quota.explain(
        account.context, project_id=account.id, resource="pithos.diskspace"
    )

    things = [(thing.name, thing.user_id, thing.amount) for thing in explained.things]
    assert things == [("c/large", "u1", 90), ("c/other", "u2", 30), ("c/small", "u1", 10)]
    assert explained.is_complete


@pytest.mark.parametrize("says_its_size", [True, False])
def test_more_than_the_quota_is_refused(account, says_its_size):
    account.put("a", bytes(60))
    synnefo_quota.set_limit(
        account.context, holder="project:p1", resource=store.DISKSPACE, limit=100_000
    )
    content = bytes(100_000)

    with pytest.raises(QuotaExceeded):
        account.put("b", content, size_bytes=len(content) if says_its_size else None)

    account.put("a", content)
    assert ((1, 1, 100_000), (1, 100_000)) == account.counts()


def test_a_project_possesses_the_blocks_that_it_has_put(account):
    account.put("name", LONG + bytes(3 * MIB))
    account.put("again", LONG)

    with account.context.reading() as session:
        rows = session.query(PossessionRow.project_id, PossessionRow.digest).all()
    blocks = [LONG[at : at + 4 * MIB] for at in range(0, 9 * MIB, 4 * MIB)]
    expected = {("p1", hashlib.sha256(block).digest()) for block in blocks}
    assert expected == {tuple(row) for row in rows}


def test_others_may_not(account, member):
    account.put("name")
    stranger = member.__class__(member.cloud, user_id="u9", project_id="p9", roles=member.roles)
    reader = member.__class__(
        member.cloud, user_id="u8", project_id="p1", roles=frozenset({"reader"})
    )

    with pytest.raises(Forbidden):
        store.find_object(stranger, "p1", "c", "name")
    with pytest.raises(Forbidden):
        store.delete_object(reader, "p1", "c", "name")
    assert "name" == store.find_object(reader, "p1", "c", "name").name


def test_an_administrator_may(account, context):
    account.put("name")

    assert "name" == store.find_object(context, "p1", "c", "name").name


def test_a_lost_block_is_told(account):
    made = account.put("name", b"content")
    account.context.cloud.store().blocks.delete(Kind.BLOCK, made.reference.digest)

    with pytest.raises(MissingBlock):
        account.get("name")


def test_a_zero_byte_object_takes_nothing(account):
    made = account.put("name")

    assert b"" == account.get("name")
    assert not made.reference.is_stored
    assert {} == held(account.context)


def test_the_same_content_is_stored_once_for_all(account, member):
    other = member.__class__(member.cloud, user_id="u2", project_id="p2", roles=member.roles)
    store.create_container(other, "p2", "c", {})
    account.put("name", LONG)
    stored = [entry.digest for entry in member.cloud.store().blocks.entries(Kind.BLOCK)]

    told = Incoming("text/plain")
    store.put_object(other, "p2", "c", "mine", read=io.BytesIO(LONG).read, incoming=told)

    assert stored == [entry.digest for entry in member.cloud.store().blocks.entries(Kind.BLOCK)]
