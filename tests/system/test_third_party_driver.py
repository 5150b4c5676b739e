# SPDX-License-Identifier: Apache-2.0
"""A stranger's driver is installed with pip, listed, and used by a cloud.

It is the driver of the walkthrough; tests/core has shown that it passes the suite.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from tests.core.test_walkthrough_storage import files_of_the_document
from tests.system.client import Client
from tests.system.deployment import Deployment, deployed

pytestmark = pytest.mark.system

MIB = 2**20


@pytest.fixture
def project(tmp_path) -> Path:
    """The distribution as the document has it."""
    return files_of_the_document(tmp_path / "acme-storage-ram")


@pytest.fixture
def cloud(tmp_path, install, project):
    """A cloud that keeps everything in the driver, with the document's configuration."""
    settings = {"store_fast": {"limit_mib": 16}}
    with deployed(tmp_path / "cloud", settings, path=install(project)) as deployment:
        conf_d = deployment.data / "conf.d"
        conf_d.mkdir(parents=True)
        conf_d.joinpath("store.conf").write_text((project / "synnefo.conf").read_text())
        yield deployment


def test_a_strangers_driver_is_used(cloud: Deployment):
    assert ("acme-storage-ram", "ok") in [
        (row["Distribution"], row["Status"]) for row in cloud.listing("plugin", "list")
    ]
    cloud.run()
    client = Client(cloud)
    account, content = f"/object-store/v1/AUTH_{client.project_id}", os.urandom(5 * MIB)

    client.call("PUT", f"{account}/c")
    client.call("PUT", f"{account}/c/o", data=content)
    full = client.ask("PUT", f"{account}/c/full", data=os.urandom(16 * MIB))

    assert content == client.call("GET", f"{account}/c/o").content
    assert 507 == full.status_code
    assert "the store is full" in full.text
    assert ["o"] == client.call("GET", f"{account}/c").text.split()
    assert not (cloud.data / "drivers/storage/local").exists()
