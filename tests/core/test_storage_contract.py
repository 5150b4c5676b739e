# SPDX-License-Identifier: Apache-2.0
"""The store in memory keeps the contract that it stands in for."""

import hashlib
import subprocess
import sys

import pytest

from synnefo_core.contracts.storage import Kind, StorageFull
from synnefo_core.testing.fakes import MemoryStorage
from synnefo_core.testing.storage import StorageContract

WEB_AND_DATABASE = {"alembic", "eventlet", "oslo_policy", "routes", "sqlalchemy", "webob"}


class TestMemoryStorage(StorageContract):
    @pytest.fixture
    def storage(self):
        return MemoryStorage()

    @pytest.fixture
    def reopen(self, storage):
        return lambda: storage


def test_a_failing_store_fails_until_it_is_well_again():
    storage = MemoryStorage()
    block = hashlib.sha256(b"content").digest(), b"content"
    storage.memory.failure = StorageFull("full")

    with pytest.raises(StorageFull):
        storage.blocks.put(Kind.BLOCK, *block)
    storage.memory.failure = None

    assert storage.blocks.put(Kind.BLOCK, *block) is True


def test_the_suite_loads_no_web_and_no_database():
    code = "import sys, synnefo_core.testing.storage; print(*sys.modules)"

    loaded = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True).stdout

    assert set() == WEB_AND_DATABASE & set(loaded.decode().split())
