# SPDX-License-Identifier: Apache-2.0
"""A store in a bucket keeps the storage contract."""

import pytest

from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.testing.storage import StorageContract
from synnefo_storage_s3 import S3Storage
from tests.plugins.storage_s3.server import settings_of


@pytest.fixture(scope="module")
def open_one(port, tmp_path_factory):
    setup = DriverSetup("suite", settings_of(port), tmp_path_factory.mktemp("s3"))
    return lambda: S3Storage(setup)


@pytest.fixture(scope="module")
def shared(open_one):
    # One for all tests: a client of boto3 takes its time to be made.
    storage = open_one()
    yield storage
    storage.close()


class TestS3Storage(StorageContract):
    @pytest.fixture
    def storage(self, shared):
        return shared

    @pytest.fixture
    def reopen(self, open_one):
        return open_one
