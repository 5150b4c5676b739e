# SPDX-License-Identifier: Apache-2.0
"""A bucket is written to and collected by processes that are killed: nothing live goes."""

import pytest

from tests.plugins.storage_s3.server import settings_of
from tests.services.blocks import arena
from tests.services.blocks.arena import IS_FULL
from tests.services.blocks.stress import ONE

pytestmark = pytest.mark.system

STEPS, KILLS = (1000, 20) if IS_FULL else (10, 1)


@pytest.mark.timeout(3600 if IS_FULL else 300)
def test_nothing_live_is_ever_deleted(make_cloud, tmp_path, port):
    url = make_cloud().database.engine.url.render_as_string(hide_password=False)
    bucket = {"local": {"driver": "s3", **settings_of(port)}}

    with arena.arena(tmp_path, url, ONE, steps=STEPS, kills=KILLS, settings=bucket) as made:
        arena.one_store(made, 1)
