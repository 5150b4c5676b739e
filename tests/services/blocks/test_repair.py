# SPDX-License-Identifier: Apache-2.0
"""Damage is found, and put right where another store has the right thing."""

import pytest

from synnefo_blocks import Content, MissingBlock
from synnefo_blocks.collection import Busy, Fate, check, scrub
from synnefo_blocks.collection.lease import only_one
from synnefo_core.contracts.storage import Kind
from tests.services.blocks.collected import PERIODS, STORE

LONG = b"".join(bytes([number]) * 512 for number in range(1, 33))


def damage(site, kind, name, content=b"\x01damaged"):
    site.blocks.delete(kind, name)
    if content:
        site.blocks.put(kind, name, content)


@pytest.fixture
def second(site):
    """Return a store that has all that the first one has."""
    other = site.another("second")
    for kind in (Kind.BLOCK, Kind.MAP):
        for entry in site.blocks.entries(kind):
            other.blocks.put(kind, entry.digest, site.blocks.get(kind, entry.digest))
    return other


@pytest.fixture
def long(site):
    return site.keep(LONG)


def first(site, kind):
    return next(site.blocks.entries(kind)).digest


def test_a_sound_store_is_sound(site, long):
    result = scrub(site.context, STORE)

    assert result.is_sound
    assert 32 + 5 == result.things
    assert result.bytes_read > len(LONG)


@pytest.mark.parametrize("kind", [Kind.BLOCK, Kind.MAP])
def test_what_is_not_what_its_name_says_is_found(site, long, kind):
    name = first(site, kind)
    damage(site, kind, name)

    result = scrub(site.context, STORE)

    assert [(kind, name, False)] == [(f.kind, f.digest, f.is_repaired) for f in result.faults]
    assert not result.is_sound


def test_a_block_with_trailing_zeros_is_a_fault(site):
    reference = site.keep(b"content")
    damage(site, Kind.BLOCK, reference.digest, b"content\0")

    assert not scrub(site.context, STORE).is_sound


@pytest.mark.parametrize("kind", [Kind.BLOCK, Kind.MAP])
def test_what_is_damaged_is_repaired_from_another_store(site, long, second, kind):
    damage(site, kind, first(site, kind))

    result = scrub(site.context, STORE, repair_from="second")

    assert 1 == len(result.faults)
    assert result.is_sound
    assert LONG == site.read(long)
    assert scrub(site.context, STORE).faults == []


def test_a_copy_in_quarantine_is_as_good(site, long):
    site.another("second")
    name = first(site, Kind.BLOCK)
    site.blocks.put(Kind.QUARANTINED_BLOCK, name, site.blocks.get(Kind.BLOCK, name))
    damage(site, Kind.BLOCK, name)

    scrub(site.context, STORE, repair_from="second")

    assert LONG == site.read(long)


def test_a_second_store_that_is_damaged_too_repairs_nothing(site, long, second):
    name = first(site, Kind.BLOCK)
    damage(site, Kind.BLOCK, name)
    second.blocks.delete(Kind.BLOCK, name)
    second.blocks.put(Kind.BLOCK, name, b"also damaged")

    assert not scrub(site.context, STORE, repair_from="second").is_sound


def test_damage_in_quarantine_is_repaired_too(site, second):
    name = site.write(b"garbage").digest
    second.blocks.put(Kind.BLOCK, name, b"garbage")
    site.later()
    site.collect()
    damage(site, Kind.QUARANTINED_BLOCK, name)

    assert scrub(site.context, STORE, repair_from="second").is_sound

    assert b"garbage" == site.blocks.get(Kind.QUARANTINED_BLOCK, name)


def test_no_repair_while_garbage_is_collected(site, second):
    with only_one(site.context, STORE), pytest.raises(Busy):
        scrub(site.context, STORE, repair_from="second")


def test_a_reader_finds_a_block_at_every_moment_of_its_repair(site, long, second):
    name = first(site, Kind.BLOCK)
    damage(site, Kind.BLOCK, name)
    seen, delete = [], site.blocks.delete

    def looking(kind, digest):
        delete(kind, digest)
        seen.append(site.read(long))

    site.blocks.delete = looking

    scrub(site.context, STORE, repair_from="second")

    assert LONG in seen


def test_a_whole_tree_that_is_lost_comes_back(site, long, second):
    for kind in (Kind.MAP, Kind.BLOCK):
        for entry in list(site.blocks.entries(kind)):
            damage(site, kind, entry.digest, b"")

    ledger, repaired = check(site.context, STORE, PERIODS, repair_from="second")

    assert ledger.is_sound
    assert 32 + 5 == repaired
    assert LONG == site.read(long)


def test_what_is_missing_is_told_and_nothing_is_changed(site, long):
    leaf = Content(site.storage, long).leaf_names()[0]
    damage(site, Kind.MAP, leaf, b"")
    site.later()
    before = site.contents()

    ledger, repaired = check(site.context, STORE, PERIODS)

    assert (0, 1) == (repaired, ledger.counts[Kind.MAP, Fate.MISSING])
    assert before == site.contents()
    with pytest.raises(MissingBlock):
        site.read(long)
