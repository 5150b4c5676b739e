# SPDX-License-Identifier: Apache-2.0
"""Writers, deleters and collections in several processes that are killed: nothing live goes."""

import pytest

from synnefo_blocks.collection import migrate
from tests.services.blocks import arena
from tests.services.blocks.arena import IS_FULL
from tests.services.blocks.stress import AFTER, BEFORE, ONE

STEPS, KILLS, ROUNDS = (2000, 20, 20) if IS_FULL else (100, 3, 1)
"""What writers do in all, and how often somebody is killed besides the collector by itself."""
WAIT_S = 600


@pytest.fixture
def url(make_cloud):
    return make_cloud().database.engine.url.render_as_string(hide_password=False)


@pytest.mark.timeout(WAIT_S)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nothing_live_is_ever_deleted(url, tmp_path, seed):
    with arena.arena(tmp_path, url, ONE, steps=STEPS, kills=KILLS) as made:
        arena.one_store(made, seed)


@pytest.mark.timeout(WAIT_S)
@pytest.mark.parametrize("seed", range(ROUNDS))
def test_nothing_is_lost_between_two_stores(url, tmp_path, seed):
    # One writer has not heard of the new store's turn yet: there is always more to move.
    everybody = [("writer", BEFORE), ("writer", AFTER), ("collector", AFTER), ("mover", AFTER)]
    with arena.arena(tmp_path, url, AFTER, steps=STEPS, kills=KILLS) as made:
        made.run(seed, *everybody)
        last = migrate(made.context, "local", "new")

        assert 0 == last.left
        assert 0 == made.check("local")
        assert made.check("new")
        made.read_all()
