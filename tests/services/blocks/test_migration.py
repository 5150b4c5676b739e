# SPDX-License-Identifier: Apache-2.0
"""What is in one store moves to another while both serve."""

import io
from hashlib import sha256

import pytest

import synnefo_object_store as objects
from synnefo_blocks.collection import OwnerAway, Periods, check, collect, migrate
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.storage import Kind, StorageFull, StorageUnavailable
from synnefo_core.errors import Conflict
from synnefo_core.hookspecs import hookimpl
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_object_store import Copying, Incoming, Patch, Place
from tests.services.blocks.collected import SETUP

LONG = b"".join(bytes([number]) * 512 for number in range(1, 33))
CONTENTS = {"long": LONG, "short": b"short", "empty": b"", "zeros": bytes(300), "again": LONG}


class Move:
    """A cloud before and after a second store was added."""

    def __init__(self, make_cloud):
        self.stores = {name: MemoryStorage(SETUP) for name in ("old", "new")}
        self.before = make_cloud({("storage", "stores"): ["old"]})
        self.cloud = make_cloud({("storage", "stores"): ["new", "old"]}, like=self.before)
        for cloud in (self.before, self.cloud):
            for name, storage in self.stores.items():
                cloud.shared(f"driver.store.{name}", lambda made=storage: made)
        self.context = for_worker(self.cloud)
        objects.create_container(self.member(self.before), "p1", "c", {})

    def member(self, cloud=None):
        roles = frozenset({"member", "reader"})
        return RequestContext(cloud or self.cloud, user_id="u1", project_id="p1", roles=roles)

    def put(self, name, content, cloud=None):
        return objects.put_object(
            self.member(cloud),
            *("p1", "c", name),
            read=io.BytesIO(content).read,
            incoming=Incoming(content_type="text/plain"),
        )

    def get(self, name):
        found = objects.find_object(self.member(), "p1", "c", name)
        return found.store, b"".join(objects.open_object(self.member(), found).read())


@pytest.fixture
def move(make_cloud):
    move = Move(make_cloud)
    for name, content in CONTENTS.items():
        move.put(name, content, move.before)
    return move


def test_everything_is_in_the_other_store_afterwards(move):
    result = migrate(move.context, "old", "new")

    assert (len(CONTENTS), 0) == (result.contents, result.left)
    assert {name: ("new", content) for name, content in CONTENTS.items()} == {
        name: move.get(name) for name in CONTENTS
    }


def test_the_first_store_can_be_emptied_then(move):
    migrate(move.context, "old", "new")

    for _ in range(2):
        collect(move.context, "old", Periods(-1, -1))

    kinds = [kind for kind in Kind if kind is not Kind.NOTE]
    assert not any(list(move.stores["old"].blocks.entries(kind)) for kind in kinds)
    assert all(move.get(name)[1] == content for name, content in CONTENTS.items())


def test_a_second_time_moves_nothing(move):
    migrate(move.context, "old", "new")

    again = migrate(move.context, "old", "new")

    assert (0, 0, 0) == (again.contents, again.things, again.left)


def test_people_go_on_meanwhile(move):
    done = []

    def meanwhile(_stage, number, _share=None):
        if number == 2 and not done:
            move.put("fresh", b"fresh")
            move.put("late", b"late", move.before)
            move.put("long", b"overwritten")
            objects.delete_object(move.member(), "p1", "c", "again")
            done.extend(move.get(name)[1] for name in ("empty", "fresh", "late", "long", "short"))

    result = migrate(move.context, "old", "new", tell=meanwhile)

    assert [b"", b"fresh", b"late", b"overwritten", b"short"] == done
    assert 0 == result.left
    assert all("new" == move.get(name)[0] for name in ("empty", "late", "long", "short", "zeros"))


def test_versions_of_the_past_move_too(move):
    objects.update_container(move.member(), "p1", "c", {}, {"versions_enabled": "true"})
    first = move.put("v", b"first" * 200, move.before)
    move.put("v", b"second", move.before)
    objects.delete_object(move.member(move.before), "p1", "c", "v")

    result = migrate(move.context, "old", "new")
    objects.restore_version(move.member(), Place("p1", "c", "v"), str(first.version))

    assert 0 == result.left
    assert ("new", b"first" * 200) == move.get("v")


def test_collections_of_both_stores_go_on_meanwhile(move):
    def collected(_stage, _number, _share=None):
        # Nothing is young, and everything can come back.
        for name in move.stores:
            collect(move.context, name, Periods(-1, 1000))

    result = migrate(move.context, "old", "new", tell=collected)

    assert (len(CONTENTS), 0) == (result.contents, result.left)
    assert all(("new", content) == move.get(name) for name, content in CONTENTS.items())
    assert all(check(move.context, name, Periods(0, 0))[0].is_sound for name in move.stores)


def test_a_copy_of_what_has_just_moved_is_where_it_went(move):
    found = objects.find_object(move.member(), "p1", "c", "long")
    migrate(move.context, "old", "new")

    objects.copy_object(move.member(), found, Place("p1", "c", "copy"), Copying())

    assert ("new", LONG) == move.get("copy")


def test_a_change_of_what_moves_meanwhile_is_refused(move):
    pieces = iter([b"more"])

    def read(_most):
        migrate(move.context, "old", "new")
        return next(pieces, b"")

    with pytest.raises(Conflict, match="meanwhile"):
        objects.patch_object(move.member(), Place("p1", "c", "long"), Patch(read=read))
    assert ("new", LONG) == move.get("long")


def test_what_is_damaged_stays_and_the_rest_goes(move):
    name = move.put("bad", b"damaged soon", move.before).reference.digest
    blocks = move.stores["old"].blocks
    blocks.delete(Kind.BLOCK, name)
    blocks.put(Kind.BLOCK, name, b"damaged")

    result = migrate(move.context, "old", "new")

    assert (len(CONTENTS), 1) == (result.contents, result.left)
    assert [True] == ["digest" in problem for problem in result.damaged.values()]
    assert move.stores["new"].blocks.size(Kind.BLOCK, name) is None


def test_a_content_that_lacks_a_block_stays(move):
    lost = sha256(LONG[512:1024]).digest()
    move.stores["old"].blocks.delete(Kind.BLOCK, lost)

    result = migrate(move.context, "old", "new")

    assert (len(CONTENTS) - 2, 2) == (result.contents, result.left)
    assert [lost.hex()] == [why.split()[1] for why in result.damaged.values()]


def test_what_is_repaired_goes_the_next_time(move):
    lost = LONG[512:1024]
    move.stores["old"].blocks.delete(Kind.BLOCK, sha256(lost).digest())
    migrate(move.context, "old", "new")

    move.stores["old"].blocks.put(Kind.BLOCK, sha256(lost).digest(), lost)

    again = migrate(move.context, "old", "new")
    assert (2, 0, {}) == (again.contents, again.left, again.damaged)


def test_a_store_that_goes_away_ends_it_and_it_goes_on_later(move):
    memory = move.stores["old"].memory

    def gone(_stage, number, _share=None):
        memory.failure = StorageUnavailable("away") if number == 3 else None

    with pytest.raises(StorageUnavailable):
        migrate(move.context, "old", "new", tell=gone)
    memory.failure = None
    assert all(content == move.get(name)[1] for name, content in CONTENTS.items())
    assert 0 == migrate(move.context, "old", "new").left


def test_a_store_that_is_full_ends_it_and_it_goes_on_later(move):
    move.stores["new"].memory.failure = StorageFull("full")
    with pytest.raises(StorageFull):
        migrate(move.context, "old", "new")
    move.stores["new"].memory.failure = None

    assert 0 == migrate(move.context, "old", "new").left


def test_the_store_that_takes_new_data_is_not_emptied(move):
    with pytest.raises(Conflict, match="new data goes to"):
        migrate(move.context, "new", "old")


def test_an_owner_that_can_not_move_or_is_away_stops_it(move):
    class Stubborn:
        @hookimpl
        def storage_roots(self, context, store):
            return []

    manager = move.cloud.plugins._manager
    manager.register(Stubborn(), "stubborn")
    try:
        with pytest.raises(Conflict, match="stubborn"):
            migrate(move.context, "old", "new")
    finally:
        manager.unregister(name="stubborn")
    with pytest.raises(OwnerAway):
        migrate(move.context, "old", "new")
