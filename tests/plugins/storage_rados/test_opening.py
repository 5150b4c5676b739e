# SPDX-License-Identifier: Apache-2.0
"""A store is opened where there is one, and made only where there is nothing."""

import errno
import sys

import pytest

from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.contracts.storage import Kind, StorageUnavailable
from synnefo_storage_rados import RadosStorage
from synnefo_storage_rados.pool import Pool


def test_two_namespaces_are_two_stores(open_store):
    first, second = open_store(), open_store(namespace="another")
    first.blocks.put(Kind.BLOCK, bytes(32), b"content")

    assert second.blocks.size(Kind.BLOCK, bytes(32)) is None
    assert [] == list(second.blocks.entries(Kind.BLOCK))


@pytest.mark.parametrize("settings", [{"pool": "nope"}, {"user": "stranger"}])
def test_what_the_cluster_does_not_know_is_a_mistake(open_store, cluster, settings):
    with pytest.raises(Misconfigured, match="was not opened"):
        open_store(**settings)

    assert 0 == cluster.connections


def test_a_pool_has_to_be_named(tmp_path):
    with pytest.raises(Misconfigured, match="must name its pool"):
        RadosStorage(DriverSetup("test", {}, tmp_path))


def test_without_the_systems_binding_it_says_what_to_install(open_store, monkeypatch):
    monkeypatch.setitem(sys.modules, "rados", None)

    with pytest.raises(Misconfigured, match="python3-rados"):
        open_store()


@pytest.mark.parametrize("call", ["connect", "read"])
def test_a_cluster_that_does_not_answer_is_unavailable(open_store, cluster, call):
    cluster.failures[call] = errno.ETIMEDOUT

    with pytest.raises(StorageUnavailable):
        open_store()

    assert 0 == cluster.connections


def test_a_store_that_must_exist_is_not_made(open_store):
    with pytest.raises(Misconfigured, match="holds no store"):
        open_store(must_exist=True)

    open_store(must_exist=False)
    open_store(must_exist=True)


def test_a_pool_with_something_else_is_not_a_store(open_store, cluster):
    cluster.pools["blocks"][""] = {"rbd_directory": object()}

    with pytest.raises(Misconfigured, match="neither empty"):
        open_store()


def test_the_size_of_blocks_is_fixed_when_it_is_made(open_store):
    open_store(block_bytes=8192)

    with pytest.raises(Misconfigured, match="blocks of 8192 bytes"):
        open_store(block_bytes=4096)


@pytest.mark.parametrize("mark", [b"{}", b"text", b'{"format": "synnefo-storage-rados"}'])
def test_a_mark_that_is_not_understood_is_refused(open_store, cluster, mark):
    open_store()
    cluster.pools["blocks"][""]["synnefo-store"].content = mark

    with pytest.raises(Misconfigured, match="cannot be understood"):
        open_store()


def test_a_store_that_another_process_begins_meanwhile_is_one(open_store, monkeypatch):
    open_store().blocks.put(Kind.BLOCK, bytes(32), b"content")
    read, looks = Pool.read, []

    def read_too_early(*arguments):
        looks.append(1)
        return read(*arguments) if len(looks) > 1 else None

    monkeypatch.setattr(Pool, "read", read_too_early)
    assert open_store().blocks.size(Kind.BLOCK, bytes(32)) == 7
