# SPDX-License-Identifier: Apache-2.0
"""Stores in buckets of one real server."""

import pytest

from synnefo_core.contracts.driver import DriverSetup
from synnefo_storage_s3 import S3Storage
from tests.plugins.storage_s3.server import Gate, running_server, settings_of


@pytest.fixture(scope="session")
def port():
    with running_server() as port:
        yield port


@pytest.fixture
def gate(port):
    gate = Gate(port)
    yield gate
    gate.close()


@pytest.fixture
def settings(port):
    """Return the settings of a store in a new bucket."""
    return settings_of(port)


@pytest.fixture
def open_store(settings, tmp_path):
    opened = []

    def open_(**more):
        opened.append(S3Storage(DriverSetup("test", settings | more, tmp_path)))
        return opened[-1]

    yield open_
    for storage in opened:
        storage.close()


@pytest.fixture
def storage(open_store):
    return open_store()
