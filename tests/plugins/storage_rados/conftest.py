# SPDX-License-Identifier: Apache-2.0
"""Stores in a cluster in memory."""

import sys
from importlib import import_module

import pytest

from synnefo_core.contracts.driver import DriverSetup
from synnefo_storage_rados import RadosStorage


@pytest.fixture
def cluster(monkeypatch):
    """Have a cluster in memory in the place of librados."""
    fake = import_module("tests.plugins.storage_rados.fake_rados")
    monkeypatch.setitem(sys.modules, "rados", fake)
    monkeypatch.setattr(fake.Rados, "cluster", fake.Cluster(), raising=False)
    return fake.Rados.cluster


@pytest.fixture
def open_store(cluster, tmp_path):
    opened = []

    def open_(**more):
        opened.append(RadosStorage(DriverSetup("test", {"pool": "blocks"} | more, tmp_path)))
        return opened[-1]

    yield open_
    for storage in opened:
        storage.close()


@pytest.fixture
def storage(open_store):
    return open_store()
