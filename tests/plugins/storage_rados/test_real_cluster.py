# SPDX-License-Identifier: Apache-2.0
"""The store on a real Ceph cluster."""

import hashlib
import os
import sys
import time

import pytest

from synnefo_core.contracts.driver import DriverSetup, Misconfigured
from synnefo_core.contracts.storage import Kind, StorageFull, StorageUnavailable
from synnefo_core.testing.storage import StorageContract
from synnefo_storage_rados import RadosStorage
from tests.system.labs import ceph
from tests.system.labs.ceph import CephLab
from tests.system.labs.fixtures import ceph_lab  # noqa: F401  # a fixture

pytestmark = pytest.mark.system

CONTENT = os.urandom(1 << 20)
DIGEST = hashlib.sha256(CONTENT).digest()
QUICK = {"operation_timeout_s": 2, "connect_timeout_s": 2}


@pytest.fixture(scope="module")
def librados(ceph_lab):  # noqa: F811
    """Have the system's module found for as long as this module is tested."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setitem(sys.modules, "rados", ceph.binding())
        yield


@pytest.fixture
def open_real(ceph_lab, librados, tmp_path):  # noqa: F811
    opened = []

    def open_(lab=ceph_lab, **more):
        opened.append(RadosStorage(DriverSetup("real", lab.settings | more, tmp_path)))
        return opened[-1]

    yield open_
    for storage in opened:
        storage.close()


class TestRealCluster(StorageContract):
    @pytest.fixture
    def storage(self, open_real):
        return open_real(namespace="suite")

    @pytest.fixture
    def reopen(self, open_real):
        return lambda: open_real(namespace="suite")


@pytest.mark.parametrize("wrong", [{"pool": "nope"}, {"user": "stranger"}, {"conf_file": "/none"}])
def test_what_the_cluster_does_not_know_is_a_mistake(open_real, wrong):
    with pytest.raises((Misconfigured, StorageUnavailable)) as caught:
        open_real(**QUICK, **wrong)

    assert isinstance(caught.value, Misconfigured)


def test_an_osd_that_hangs_is_given_up_and_found_again(open_real, ceph_lab):  # noqa: F811
    storage = open_real(**QUICK, namespace="hangs")
    storage.blocks.put(Kind.BLOCK, DIGEST, CONTENT)
    ceph_lab.pause()
    try:
        began_at = time.monotonic()
        with pytest.raises(StorageUnavailable):
            storage.blocks.get(Kind.BLOCK, DIGEST)
        with pytest.raises(StorageUnavailable):
            storage.blocks.put(Kind.MAP, DIGEST, CONTENT)
        assert time.monotonic() - began_at < 60
    finally:
        ceph_lab.resume()

    patient = open_real(namespace="hangs")
    assert CONTENT == patient.blocks.get(Kind.BLOCK, DIGEST)
    patient.blocks.put(Kind.MAP, DIGEST, CONTENT)
    assert CONTENT == patient.blocks.get(Kind.MAP, DIGEST)


def test_a_list_that_is_broken_off_is_not_taken_for_whole(open_real, ceph_lab, monkeypatch):  # noqa: F811
    monkeypatch.setattr("synnefo_storage_rados.pool.PAGE", 3)
    storage = open_real(**QUICK, namespace="cut")
    for number in range(40):
        storage.blocks.put(Kind.BLOCK, hashlib.sha256(b"%d" % number).digest(), b"content")
    names = storage.blocks._pool.names()
    next(names)
    ceph_lab.pause()
    try:
        with pytest.raises(StorageUnavailable):
            list(names)
    finally:
        ceph_lab.resume()

    patient = open_real(namespace="cut")
    assert 40 == len(list(patient.blocks.entries(Kind.BLOCK)))


def test_ages_are_of_today(open_real):
    storage = open_real(namespace="ages")

    storage.blocks.put(Kind.BLOCK, DIGEST, CONTENT)

    entry = next(storage.blocks.entries(Kind.BLOCK))
    assert abs(time.time() - entry.modified_at) < 600


def test_a_full_cluster_says_so_and_lets_delete(open_real):
    with CephLab(room_bytes=96 << 20) as small:
        storage = open_real(small, namespace="full", operation_timeout_s=10)
        kept = []

        def fill():
            # The monitors learn late that an OSD is full: until then little is written.
            deadline = time.monotonic() + 60
            while time.monotonic() < deadline:
                content = os.urandom(1 << 20 if len(kept) < 95 else 100)
                digest = hashlib.sha256(content).digest()
                storage.blocks.put(Kind.BLOCK, digest, content)
                kept.append((digest, content))

        with pytest.raises(StorageFull):
            fill()

        assert all(content == storage.blocks.get(Kind.BLOCK, digest) for digest, content in kept)
        assert storage.blocks.delete(Kind.BLOCK, kept[0][0]) is True
