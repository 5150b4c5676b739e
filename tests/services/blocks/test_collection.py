# SPDX-License-Identifier: Apache-2.0
"""Garbage goes, in its time, and nothing else does."""

import contextlib
from contextvars import Context

import pytest
from hypothesis import HealthCheck, given, settings, strategies as st

from synnefo_blocks import Content, MissingBlock, notes, owners
from synnefo_blocks.collection import Busy, Damaged, Fate, OwnerAway, claim, collect
from synnefo_blocks.collection.lease import LEASE_S, only_one
from synnefo_blocks.collection.runs import Runs
from synnefo_blocks.owners import Owner
from synnefo_blocks.quarantine import QUARANTINE
from synnefo_core.contracts.storage import Kind, StorageFull, StorageUnavailable
from tests.services.blocks.collected import GRACE_S, PERIODS, QUARANTINE_S, STORE

LONG = b"".join(bytes([number]) * 512 for number in range(1, 33))
OTHER = b"".join(bytes([number]) * 512 for number in range(101, 133))


def test_what_nobody_refers_to_goes_and_all_else_stays(site):
    kept = [site.keep(LONG), site.keep(b"short"), site.keep(b"")]
    before = site.contents()
    site.write(OTHER)
    site.write(b"garbage")

    ledger = site.collect_twice()

    assert before == site.contents()
    assert [LONG, b"short", b""] == [site.read(reference) for reference in kept]
    assert 0 < ledger.total(Fate.DELETED)
    assert ledger.is_sound


def test_what_two_contents_share_stays_with_one_of_them(site):
    site.keep(LONG)
    site.write(LONG[:-512] + b"x" * 512)

    site.collect_twice()

    assert LONG == site.read(site.keeper.kept[0])
    assert 32 + 5 == len(site.contents())


def test_the_young_are_spared(site):
    site.write(LONG)
    site.later(GRACE_S - 1)

    ledger = site.collect()

    assert 32 + 5 == ledger.total(Fate.YOUNG) == len(site.stored(Kind.BLOCK, Kind.MAP))


def test_what_is_stored_again_is_young_again(site):
    site.write(LONG)
    site.later()
    site.write(LONG)

    ledger = site.collect()

    assert 0 == ledger.total(Fate.QUARANTINED)


def test_garbage_is_in_quarantine_before_it_goes(site):
    reference = site.write(LONG)
    site.later()
    site.collect()
    site.later(QUARANTINE_S - 1)

    ledger = site.collect()

    assert ledger.total(Fate.WAITING) == 32 + 5
    assert set() == site.stored(*QUARANTINE)
    assert LONG == site.read(reference)


def test_what_is_in_quarantine_comes_back_when_somebody_refers_to_it(site):
    reference = site.write(LONG)
    site.later()
    site.collect()
    site.keeper.kept.append(reference)
    site.later()

    ledger = site.collect()

    assert 32 + 5 == ledger.total(Fate.RESTORED)
    assert set() == site.stored(*QUARANTINE.values())
    assert LONG == site.read(reference)


def test_what_is_stored_again_while_it_is_in_quarantine_stays(site):
    site.write(LONG)
    site.later()
    site.collect()
    site.later()
    reference = site.keep(LONG)

    site.collect_twice()

    assert LONG == site.read(reference)
    assert set() == site.stored(*QUARANTINE.values())


def test_garbage_that_is_made_garbage_again_waits_its_whole_time_again(site):
    site.write(b"again")
    site.later()
    site.collect()
    site.write(b"again")
    site.later()

    ledger = site.collect()

    assert 1 == ledger.total(Fate.DELETED) == ledger.total(Fate.QUARANTINED)
    assert 1 == len(site.stored(Kind.QUARANTINED_BLOCK))


def test_layers_are_collected_too(site):
    site.blocks.put(Kind.LAYER, bytes(32), b"extents")

    site.collect_twice()

    assert set() == site.contents()


def test_a_dry_run_changes_nothing_and_tells_what_would_be(site):
    site.keep(LONG)
    site.write(b"garbage")
    site.later()
    before = site.contents()

    ledger = site.collect(is_dry_run=True)

    assert before == site.contents()
    assert 1 == ledger.counts[Kind.BLOCK, Fate.QUARANTINED]
    assert 7 == ledger.sizes[Kind.BLOCK, Fate.QUARANTINED]
    assert 1 == ledger.references["keeper"]


def test_how_far_it_is_is_told(site):
    site.keep(LONG)
    told = []

    site.collect(tell=lambda stage, done, share=None: told.append((stage, done, share)))

    assert ["references", "maps", "leaves", "blocks"] == list(dict.fromkeys(s for s, *_ in told))[
        :4
    ]
    assert all(0 <= share <= 1 for _, _, share in told if share is not None)


class TestOwners:
    def test_nothing_is_collected_while_an_owner_is_away(self, site):
        site.collect()
        reference = site.keep(LONG)
        site.later()
        site.context.cloud.plugins._manager.unregister(name="keeper")

        with pytest.raises(OwnerAway, match="keeper"):
            site.collect()

        site.context.cloud.plugins._manager.register(site.keeper, "keeper")
        assert LONG == site.read(reference)

    def test_who_claims_a_store_is_known_to_it(self, site):
        claim(site.context.cloud, STORE)
        claim(site.context.cloud, STORE)

        known = owners.recorded(site.storage)

        assert {"keeper", "image", "object_store", "volume"} == {owner.name for owner in known}
        assert 1 == len({owner.cloud for owner in known})

    def test_the_data_of_another_cloud_is_not_garbage(self, site, make_cloud):
        owners.claim(site.storage, "another", ["image"])

        with pytest.raises(OwnerAway, match="image of the cloud another"):
            site.collect()

    def test_an_owner_that_is_gone_for_good_can_be_forgotten(self, site):
        owners.claim(site.storage, "another", ["image"])

        assert owners.forget(site.storage, Owner("another", "image"))

        assert not owners.forget(site.storage, Owner("another", "image"))
        site.collect()

    def test_a_damaged_note_stops_the_collection(self, site):
        name = notes.write(site.blocks, {"note": "owner", "cloud": "c", "owner": "o"})
        site.blocks.delete(Kind.NOTE, name)
        site.blocks.put(Kind.NOTE, name, b"{}")

        with pytest.raises(notes.CorruptNote):
            site.collect()

    def test_an_owner_that_fails_stops_the_collection(self, site):
        reference = site.write(LONG)
        site.later()
        site.keeper.kept.append(None)

        with pytest.raises(AttributeError):
            site.collect()

        assert LONG == site.read(reference)
        site.keeper.kept.clear()


class TestDamage:
    def test_what_an_unreadable_map_names_is_not_garbage(self, site):
        reference = site.keep(LONG)
        leaf = Content(site.storage, reference).leaf_names()[0]
        record = site.blocks.get(Kind.MAP, leaf)
        site.blocks.delete(Kind.MAP, leaf)
        site.later()

        with pytest.raises(Damaged):
            site.collect()

        site.blocks.put(Kind.MAP, leaf, record)
        assert LONG == site.read(reference)

    def test_it_can_be_given_up(self, site):
        reference = site.keep(LONG)
        leaf = Content(site.storage, reference).leaf_names()[0]
        site.blocks.delete(Kind.MAP, leaf)
        site.later()

        ledger = site.collect(despite_damage=True)

        assert 8 == ledger.counts[Kind.BLOCK, Fate.QUARANTINED]
        assert [leaf] == [name for name, _ in ledger.damaged]
        assert not ledger.is_sound

    def test_a_block_that_is_missing_is_told(self, site):
        site.keep(LONG)
        gone = site.blocks.entries(Kind.BLOCK).__next__().digest
        site.blocks.delete(Kind.BLOCK, gone)

        ledger = site.collect()

        assert [(Kind.BLOCK, gone)] == ledger.missing
        with pytest.raises(MissingBlock):
            site.read(site.keeper.kept[0])

    def test_a_store_that_does_not_answer_ends_it_and_the_next_goes_on(self, site):
        site.write(LONG)
        site.later()
        site.storage.memory.failure = StorageUnavailable("gone")
        with pytest.raises(StorageUnavailable):
            site.collect()
        site.storage.memory.failure = None

        site.collect_twice()

        assert set() == site.contents()

    def test_a_full_store_gives_up_what_needs_no_room_and_the_next_goes_on(self, site):
        site.write(OTHER)
        site.later()
        site.collect()
        site.write(LONG)
        site.later()
        move, site.blocks.move = site.blocks.move, full

        ledger = site.collect()

        assert ledger.stuck == ledger.total(Fate.QUARANTINED) > 0
        assert ledger.total(Fate.DELETED) > 0
        assert site.stored(*QUARANTINE) == site.contents()

        site.blocks.move = move
        site.collect_twice()

        assert set() == site.contents()

    def test_a_collection_of_a_full_store_need_not_be_noted(self, site, monkeypatch):
        site.keep(LONG)
        claim(site.context.cloud, STORE)
        monkeypatch.setattr(site.blocks, "put", full)

        ledger = site.collect()

        assert 1 == ledger.stuck
        assert ledger.is_sound


def full(*_arguments):
    raise StorageFull("full")


class TestOneAtATime:
    def test_a_second_collection_is_refused(self, site):
        with only_one(site.context, STORE), pytest.raises(Busy):
            site.collect()

        site.collect()

    def test_that_of_a_dead_process_is_forgotten(self, site):
        held = only_one(site.context, STORE)
        held.__enter__()
        site.later(LEASE_S + 1)

        site.collect()

    def test_a_long_one_keeps_its_lease(self, site):
        with only_one(site.context, STORE) as renew:
            for _ in range(10):
                site.later(LEASE_S / 2)
                renew()
            with pytest.raises(Busy):
                site.collect()

    def test_one_whose_owners_take_long_to_answer_keeps_its_lease(self, site):
        site.keep(LONG)
        refused = []

        def slowly(stage, _done, _share=None):
            if stage == "references":
                site.later(LEASE_S / 2)
                with pytest.raises(Busy):
                    Context().run(site.collect)
                refused.append(stage)

        site.keep(OTHER)
        site.keep(b"third")
        site.collect(tell=slowly)

        assert 3 == len(refused)


def test_killed_at_any_move_the_next_collection_goes_on(site):
    class Killed(Exception):
        pass

    site.keep(LONG)
    site.write(OTHER)
    move, delete = site.blocks.move, site.blocks.delete

    def dying(call, countdown):
        def called(*arguments):
            countdown[0] -= 1
            if countdown[0] == 0:
                raise Killed
            return call(*arguments)

        return called

    for steps in (1, 2, 5, 9, 17):
        site.later()
        countdown = [steps]
        site.blocks.move, site.blocks.delete = dying(move, countdown), dying(delete, countdown)
        with contextlib.suppress(Killed):
            site.collect()
        site.blocks.move, site.blocks.delete = move, delete
        assert LONG == site.read(site.keeper.kept[0])

    site.collect_twice()
    assert 32 + 5 == len(site.contents())


@given(st.lists(st.binary(min_size=32, max_size=32), max_size=200), st.integers(1, 9))
@settings(
    # A busy machine takes long to draw them.
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
    deadline=None,
)
def test_runs_are_a_sorted_set(tmp_path, digests, run_entries):
    runs = Runs(tmp_path, "run", run_entries=run_entries)

    runs.update(digests)
    runs.update(digests)

    assert sorted(set(digests)) == list(runs) == list(runs)


def test_many_runs_become_one(tmp_path, monkeypatch):
    monkeypatch.setattr("synnefo_blocks.collection.runs.MOST_FILES", 4)
    runs = Runs(tmp_path, "run", run_entries=10)
    digests = [number.to_bytes(32) for number in range(995)]

    runs.update(reversed(digests))

    assert digests == list(runs)
    assert len(list(tmp_path.iterdir())) <= 4


def test_the_worker_collects_when_it_is_time(site, monkeypatch):
    from synnefo_blocks.collection import upkeep

    collected = []
    monkeypatch.setattr(
        upkeep, "collect", lambda c, s, p: collected.append(s) or collect(c, s, PERIODS)
    )

    upkeep.collect_what_is_due(site.context)
    upkeep.collect_what_is_due(site.context)
    site.later(site.context.cloud.config.blocks.collect_every_s)
    upkeep.collect_what_is_due(site.context)

    assert [STORE, STORE] == collected


def test_a_store_that_can_not_be_collected_does_not_stop_the_worker(site, caplog):
    from synnefo_blocks.collection import upkeep

    owners.claim(site.storage, "another", ["image"])

    upkeep.collect_what_is_due(site.context)

    assert "can't be asked" in caplog.text
