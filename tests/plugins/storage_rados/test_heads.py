# SPDX-License-Identifier: Apache-2.0
"""Heads in a pool: what is left by those who die, and what others see."""

import errno

import pytest

from synnefo_core.contracts.storage import (
    CLUSTER_BYTES as C,
    Corrupt,
    Fenced,
    HeadExists,
    NoSuchThing,
    StorageUnavailable,
)
from synnefo_storage_rados.chunks import CHUNK_BYTES


@pytest.fixture
def objects(cluster):
    """Return the cluster's objects by name."""
    return cluster.pools["blocks"].setdefault("", {})


@pytest.fixture
def heads(storage):
    storage.heads.create("volume", 3 * CHUNK_BYTES)
    return storage.heads


def data_of(objects):
    return sorted(name for name in objects if name.startswith("data/"))


def test_what_is_forgotten_takes_no_room(heads, objects):
    heads.write("volume", 1, 0, b"x" * 3 * CHUNK_BYTES)

    heads.discard("volume", 1, C, CHUNK_BYTES)
    heads.discard("volume", 1, 0, C)

    assert 2 == len(data_of(objects))
    heads.resize("volume", 1, CHUNK_BYTES + 2 * C)
    assert [2 * C] == [len(objects[name].content) for name in data_of(objects)]
    heads.resize("volume", 1, CHUNK_BYTES)
    assert [] == data_of(objects)


def test_the_end_of_a_chunk_is_given_back(heads, objects):
    heads.write("volume", 1, 0, b"x" * 8 * C)

    heads.discard("volume", 1, 3 * C, 20 * C)

    assert [3 * C] == [len(objects[name].content) for name in data_of(objects)]
    assert [(0, 3 * C)] == heads.present("volume")


@pytest.mark.parametrize("call", ["remove_object", "operate_write_op"])
def test_a_removal_that_was_broken_off_can_be_ended(heads, cluster, objects, call):
    heads.write("volume", 1, 0, b"x" * 2 * CHUNK_BYTES)
    cluster.failures[call] = errno.ETIMEDOUT
    with pytest.raises(StorageUnavailable):
        heads.delete("volume")
    cluster.failures.clear()

    assert heads.delete("volume") is True

    assert ["heads", "synnefo-store"] == sorted(objects)
    assert [] == list(heads.names())


def test_a_head_whose_removal_was_broken_off_is_there_for_nobody(heads, cluster, objects):
    heads.write("volume", 1, 0, b"old")
    cluster.failures["remove_object"] = errno.ETIMEDOUT
    with pytest.raises(StorageUnavailable):
        heads.delete("volume")
    cluster.failures.clear()

    assert [] == list(heads.names())
    with pytest.raises(NoSuchThing):
        heads.show("volume")
    heads.create("volume", C)
    assert bytes(3) == heads.read("volume", 0, 3)
    assert [] == data_of(objects)


def test_all_of_many_heads_are_named(heads):
    names = [f"v{number:02}" for number in range(20)]
    for name in names:
        heads.create(name, 0)

    assert [*names, "volume"] == list(heads.names())


def test_a_name_without_a_record_is_left_out(heads, objects):
    objects["heads"].keys["died"] = b""

    assert ["volume"] == list(heads.names())


def test_who_changes_what_somebody_else_has_changed_is_fenced(heads, open_store, monkeypatch):
    other, read = open_store().heads, heads._pool.read

    def late(name, offset, length):
        found = read(name, offset, length)
        monkeypatch.setattr(heads._pool, "read", read)
        other.advance("volume", expected=1, epoch=2)
        return found

    monkeypatch.setattr(heads._pool, "read", late)
    with pytest.raises(Fenced):
        heads.resize("volume", 1, C)

    assert 3 * CHUNK_BYTES == heads.show("volume").size_bytes


def test_two_processes_give_a_name_once(heads, open_store):
    with pytest.raises(HeadExists):
        open_store().heads.create("volume", C)


@pytest.mark.parametrize("record", [b"", b"{}", b'{"version": 2, "cluster_bytes": 65536}'])
def test_a_record_that_is_not_understood_is_damage(heads, objects, record):
    objects["head/volume"].content = record

    with pytest.raises(Corrupt):
        heads.show("volume")


def test_what_was_listed_before_a_chunk_went_is_listed_again(heads):
    heads.write("volume", 1, 0, b"x" * CHUNK_BYTES)
    heads.discard("volume", 1, 0, CHUNK_BYTES)

    heads.write("volume", 1, 5, b"new")

    assert [(0, C)] == heads.present("volume")
