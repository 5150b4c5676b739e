# SPDX-License-Identifier: Apache-2.0
"""A pool is written to and collected by processes that are killed: nothing live goes."""

import pytest

from tests.services.blocks import arena
from tests.services.blocks.arena import IS_FULL
from tests.services.blocks.stress import ONE
from tests.system.labs.fixtures import ceph_lab  # noqa: F401  # a fixture
from tests.system.storm import stores

pytestmark = pytest.mark.system

STEPS, KILLS = (2000, 20) if IS_FULL else (40, 2)


@pytest.mark.timeout(3600 if IS_FULL else 300)
def test_nothing_live_is_ever_deleted(make_cloud, tmp_path, ceph_lab, monkeypatch):  # noqa: F811
    url = make_cloud().database.engine.url.render_as_string(hide_password=False)
    binding = tmp_path / "binding"
    monkeypatch.setenv("PYTHONPATH", str(binding))

    with stores.pool(ceph_lab, binding, "stress") as told:
        pool = {"local": told[f"store_{stores.NAME}"]}
        with arena.arena(tmp_path, url, ONE, steps=STEPS, kills=KILLS, settings=pool) as made:
            arena.one_store(made, 1)
