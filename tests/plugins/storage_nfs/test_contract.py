# SPDX-License-Identifier: Apache-2.0
"""A store on a directory keeps the storage contract."""

import pytest

from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.testing.storage import StorageContract
from synnefo_storage_nfs import NfsStorage


class TestNfsStorage(StorageContract):
    @pytest.fixture
    def storage(self, tmp_path):
        storage = NfsStorage(DriverSetup("suite", {"path": str(tmp_path / "store")}, tmp_path))
        yield storage
        storage.close()

    @pytest.fixture
    def reopen(self, tmp_path):
        return lambda: NfsStorage(DriverSetup("suite", {"path": str(tmp_path / "store")}, tmp_path))
