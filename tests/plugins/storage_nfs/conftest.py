# SPDX-License-Identifier: Apache-2.0
import gc
import hashlib
import os
import subprocess
import sys
from pathlib import Path

import pytest

from synnefo_core.contracts.driver import DriverSetup
from synnefo_storage_nfs import NfsStorage
from tests.system.storm import disks


@pytest.fixture
def root(tmp_path):
    return tmp_path / "store"


@pytest.fixture
def open_store(root, tmp_path):
    """Open the store again and again; what was opened is closed at the end."""
    opened = []

    def open_store(**settings):
        storage = NfsStorage(DriverSetup("test", {"path": str(root)} | settings, tmp_path))
        opened.append(storage)
        return storage

    yield open_store
    for storage in opened:
        storage.close()


@pytest.fixture
def storage(open_store):
    return open_store()


@pytest.fixture
def block():
    content = os.urandom(5000)
    return hashlib.sha256(content).digest(), content


@pytest.fixture
def open_files():
    """Return how many files this process has open."""
    # What tests before left in cycles would be closed between two counts.
    gc.collect()
    return lambda: len(list(Path("/proc/self/fd").iterdir()))


@pytest.fixture
def start_python():
    """Start a process that runs a program of ours; it is killed at the end of the test."""
    started = []

    def start_python(program, *arguments):
        command = [sys.executable, "-c", PREAMBLE + program, *map(str, arguments)]
        started.append(subprocess.Popen(command, stdout=subprocess.PIPE, text=True))
        return started[-1]

    yield start_python
    for process in started:
        process.kill()
        process.communicate()


PREAMBLE = """
import hashlib, pathlib, sys
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import Fenced, Kind
from synnefo_storage_nfs import NfsStorage
root = pathlib.Path(sys.argv[1])
storage = NfsStorage(DriverSetup("test", {"path": str(root)}, root))
"""


@pytest.fixture
def small_disk(tmp_path):
    """Mount an ext4 of 12 MiB."""
    with disks.small_disk(tmp_path, 12 << 20) as mountpoint:
        yield mountpoint
