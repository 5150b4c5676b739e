# SPDX-License-Identifier: Apache-2.0
"""Whatever is done in whatever order, an account is as a plain model says, now and at each moment."""

from __future__ import annotations

import io
import os

import pytest
from hypothesis import HealthCheck, Phase, settings, strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

import synnefo_object_store as store
import synnefo_quota
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.errors import NotFound, RangeUnsatisfiable
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_core.testing.fixtures import StillClock
from synnefo_object_store import Copying, Folder, Patch, Place, Window
from synnefo_object_store.models import Model
from synnefo_object_store.rows import DISKSPACE
from synnefo_quota.models import Model as Ledger
from tests.services.object_store.plain import Plain, Version, listing

BLOCK = 256
IS_FULL = os.environ.get("SCALE", "ci") == "full"
EXAMPLES, STEPS = (300, 60) if IS_FULL else (8, 25)

PLACES = st.sampled_from([("c", "f/a"), ("c", "f/b"), ("d", "a")])
CONTENTS = st.builds(
    lambda letter, size: letter * size,
    st.sampled_from([b"x", b"y", b"\0"]),
    st.sampled_from([0, 1, 100, BLOCK, BLOCK + 1, 3 * BLOCK]),
)
USERS = st.sampled_from(["u1", "u2"])
METADATA = st.dictionaries(st.sampled_from(["Color", "Size"]), st.sampled_from("12"), max_size=2)
WINDOWS = st.builds(
    Window,
    limit=st.integers(1, 4),
    marker=st.sampled_from(["", "a", "f/", "f/a", "g"]),
    prefix=st.sampled_from(["", "f/", "b"]),
    delimiter=st.sampled_from(["", "/"]),
    is_reverse=st.booleans(),
)
ALL = Window(limit=1000)


class Account(RuleBasedStateMachine):
    """Two containers of one account; each step takes a second."""

    def __init__(self, account, clock):
        super().__init__()
        self.account, self.context, self.clock = account, account.context, clock
        self.plain = Plain("cd")
        self.moments: list[float] = []

    @initialize()
    def begin(self):
        with self.context.unit_of_work() as session:
            for metadata in (Model.metadata, Ledger.metadata):
                for table in reversed(metadata.sorted_tables):
                    session.execute(table.delete())
        self.context.cloud.config.object_store.free_versioning = True
        for name in self.plain.containers:
            store.create_container(self.context, "p1", name, {})
        self.switch("c", keeps=True)

    def tick(self):
        """Let a second pass; return the instant."""
        self.clock.advance(1)
        self.moments.append(self.clock.now())
        return int(self.clock.now() * 1_000_000)

    def place(self, place):
        return Place("p1", *place)

    def is_somewhere(self):
        return any(container.tree() for container in self.plain.containers.values())

    def has_past(self):
        return any(not version.is_current for _, version in self.versions())

    def versions(self):
        return [
            ((name, each), version)
            for name, container in self.plain.containers.items()
            for each, version in container.all()
        ]

    def there(self, data):
        """Return where something is, and what."""
        found = [(place, each) for place, each in self.versions() if each.is_current]
        return data.draw(st.sampled_from(found))

    def own(self, place, made, content, metadata, user):
        """Have what was written in the model, too."""
        assert dict(made.metadata) == metadata
        version = Version(made.version, content, metadata, user, made.id)
        self.plain.put(place, version)

    @rule(place=PLACES, content=CONTENTS, metadata=METADATA, user=USERS)
    def put(self, place, content, metadata, user):
        now = self.tick()
        container, name = place
        made = self.account.by(user).put(name, content, container, metadata=metadata)
        assert now == made.version
        self.own(place, made, content, metadata, user)

    @precondition(is_somewhere)
    @rule(metadata=METADATA, user=USERS, data=st.data())
    def update(self, metadata, user, data):
        now = self.tick()
        place, _ = self.there(data)
        context = self.account.by(user).context
        store.update_object(context, "p1", *place, metadata=metadata, headers={})
        self.plain.update(place, metadata, now)

    @precondition(is_somewhere)
    @rule(start=st.integers(0, 3 * BLOCK), content=CONTENTS, appends=st.booleans(), data=st.data())
    def patch(self, start, content, appends, data):
        self.tick()
        place, old = self.there(data)
        start = None if appends else start
        patch = Patch(start=start, read=io.BytesIO(content).read)
        if start is not None and start > len(old.content):
            with pytest.raises(RangeUnsatisfiable):
                store.patch_object(self.context, self.place(place), patch)
            return
        made = store.patch_object(self.context, self.place(place), patch)
        at = len(old.content) if start is None else start
        whole = old.content[:at] + content + old.content[at + len(content) :]
        self.own(place, made, whole, old.metadata, "u1")

    @precondition(is_somewhere)
    @rule(data=st.data())
    def truncate(self, data):
        self.tick()
        place, old = self.there(data)
        length = data.draw(st.integers(0, len(old.content)))
        made = store.patch_object(self.context, self.place(place), Patch(final_bytes=length))
        self.own(place, made, old.content[:length], old.metadata, "u1")

    @precondition(is_somewhere)
    @rule(data=st.data())
    def patch_from_another(self, data):
        self.tick()
        (place, old), (source, taken) = self.there(data), self.there(data)
        start = data.draw(st.integers(0, len(old.content)))
        patch = Patch(start=start, source=store.find_object(self.context, "p1", *source))
        made = store.patch_object(self.context, self.place(place), patch)
        end = start + len(taken.content)
        whole = old.content[:start] + taken.content + old.content[end:]
        self.own(place, made, whole, old.metadata, "u1")

    @precondition(is_somewhere)
    @rule(to=PLACES, metadata=METADATA, data=st.data())
    def copy(self, to, metadata, data):
        self.tick()
        source, old = self.there(data)
        found = store.show_object(self.context, "p1", *source)
        made = store.copy_object(self.context, found, self.place(to), Copying(metadata))
        self.own(to, made, old.content, old.metadata | metadata, "u1")

    @precondition(is_somewhere)
    @rule(to=PLACES, data=st.data())
    def copy_from_the_past(self, to, data):
        self.tick()
        versions = [each for each in self.versions() if not each[1].is_mark]
        place, old = data.draw(st.sampled_from(versions))
        found = store.show_object(self.context, "p1", *place, version=str(old.number))
        made = store.copy_object(self.context, found, self.place(to), Copying())
        self.own(to, made, old.content, old.metadata, "u1")

    @precondition(is_somewhere)
    @rule(to=PLACES, data=st.data())
    def move(self, to, data):
        now = self.tick()
        source, old = self.there(data)
        if source == to:
            return
        there = self.plain.at(to)
        made = store.move_object(self.context, self.place(source), self.place(to), Copying())
        assert made.id == (there or old).id
        self.plain.remove(source, now)
        self.own(to, made, old.content, old.metadata, "u1")

    @rule(place=PLACES)
    def delete(self, place):
        now = self.tick()
        if self.plain.at(place) is None:
            with pytest.raises(NotFound):
                store.show_object(self.context, "p1", *place)
            with pytest.raises(NotFound):
                store.delete_object(self.context, "p1", *place)
            return
        store.delete_object(self.context, "p1", *place)
        self.plain.remove(place, now)

    @rule(container=st.sampled_from("cd"), keeps=st.booleans())
    def switch(self, container, keeps):
        changes = {"versions_enabled": str(keeps)}
        store.update_container(self.context, "p1", container, {}, changes)
        self.plain.containers[container].keeps = keeps
        self.account.fold()

    @rule(is_free=st.booleans())
    def charge_for_the_past(self, is_free):
        self.context.cloud.config.object_store.free_versioning = is_free
        self.plain.is_free = is_free

    @precondition(has_past)
    @rule(data=st.data())
    def restore(self, data):
        now = self.tick()
        versions = [each for each in self.versions() if not each[1].is_current]
        place, version = data.draw(st.sampled_from(versions))
        if version.is_mark:
            with pytest.raises(NotFound):
                store.restore_version(self.context, self.place(place), str(version.number))
            return
        store.restore_version(self.context, self.place(place), str(version.number))
        self.plain.restore(place, version, now)

    @precondition(lambda self: self.versions())
    @rule(data=st.data())
    def drop(self, data):
        self.tick()
        place, version = data.draw(st.sampled_from(self.versions()))
        store.delete_version(self.context, self.place(place), str(version.number))
        self.plain.drop(place, version)

    @precondition(lambda self: self.moments)
    @rule(place=PLACES, is_whole=st.booleans(), data=st.data())
    def purge(self, place, is_whole, data):
        container, name = place
        at = data.draw(st.sampled_from(self.moments[-6:]))
        if is_whole:
            store.purge_container(self.context, "p1", container, at)
        else:
            store.purge_object(self.context, self.place(place), at)
        names = list(self.plain.containers[container].versions) if is_whole else [name]
        self.plain.purge(container, names, int(at * 1_000_000))

    @precondition(lambda self: self.moments)
    @rule(container=st.sampled_from("cd"), window=WINDOWS, data=st.data())
    def list_some(self, container, window, data):
        plain = self.plain.containers[container]
        at = data.draw(st.sampled_from(self.moments)) + data.draw(st.sampled_from([0, 0.5]))
        then = store.list_objects_at(self.context, "p1", container, window, at)
        now = store.list_objects(self.context, "p1", container, window)
        assert listing(plain.tree(int(at * 1_000_000)), window) == [shown(row) for row in then]
        assert listing(plain.tree(), window) == [shown(row) for row in now]

    def read(self, found):
        return b"".join(store.open_object(self.context, found).read())

    @invariant()
    def what_is_there_is_as_the_model_says(self):
        for name, container in self.plain.containers.items():
            told = store.list_versions(self.context, "p1", name, ALL)
            assert [row for row, _ in container.all()] == [row.name for row in told]
            assert [
                str(version.number) if version.is_kept else "null" for _, version in container.all()
            ] == [row.version for row in told]
            shown = store.show_container(self.context, "p1", name)
            kept = sum(len(version.content) for _, version in container.all())
            assert (len(container.tree()), kept) == (shown.objects, shown.bytes)

    @invariant()
    def it_is_paid_for_as_the_model_says(self):
        assert self.plain.paid() == synnefo_quota.left(self.context, "p1", DISKSPACE).usage
        assert [] == synnefo_quota.verify(self.context)

    def teardown(self):
        for name, container in self.plain.containers.items():
            for each, version in container.tree().items():
                found = store.show_object(self.context, "p1", name, each)
                assert (version.id, version.metadata) == (found.id, dict(found.metadata))
                assert version.content == self.read(found)
        for moment in self.moments[-8:]:
            self.see(moment)
            self.see(moment + 0.5)

    def see(self, moment):
        """See that a moment is as the model says."""
        at, objects, size = int(moment * 1_000_000), 0, 0
        for name, container in self.plain.containers.items():
            tree = container.tree(at)
            rows = store.list_objects_at(self.context, "p1", name, ALL, moment)
            assert [(each, version.number) for each, version in tree.items()] == [
                (row.name, row.state.version) for row in rows
            ]
            told = store.show_container_at(self.context, "p1", name, moment)
            held = sum(len(version.content) for version in tree.values())
            assert (len(tree), held) == (told.objects, told.bytes)
            objects, size = objects + len(tree), size + held
            for each, version in tree.items():
                found = store.show_object(self.context, "p1", name, each, moment=moment)
                assert version.content == self.read(found)
        account = store.show_account_at(self.context, "p1", moment)
        assert (objects, size) == (account.objects, account.bytes)


def shown(row):
    return row if isinstance(row, Folder) else row.name


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def storage(cloud, tmp_path):
    """Let the store have tiny blocks."""
    setup = DriverSetup("store", {"block_bytes": BLOCK}, tmp_path)
    return cloud.shared(f"driver.store.{cloud.stores()[0]}", lambda: MemoryStorage(setup))


def test_any_history_leaves_the_account_as_the_model_says(storage, account, clock):
    run_state_machine_as_test(
        lambda: Account(account, clock),
        settings=settings(
            max_examples=EXAMPLES,
            stateful_step_count=STEPS,
            deadline=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
