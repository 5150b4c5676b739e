# SPDX-License-Identifier: Apache-2.0
"""A store in a pool keeps the storage contract."""

import pytest

from synnefo_core.testing.storage import StorageContract


class TestRadosStorage(StorageContract):
    @pytest.fixture
    def storage(self, open_store):
        return open_store()

    @pytest.fixture
    def reopen(self, open_store):
        return open_store
