# SPDX-License-Identifier: Apache-2.0
"""Eight processes spend against tight limits and are killed at any statement.

The database itself watches: a row that passes its limit is refused, and that refusal would be
an error that a client sees. In CI the fire ends after so many deaths; ``SCALE=full`` lets it burn
for a minute, too.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest
import spenders
from sqlalchemy import text

import synnefo_quota
from synnefo_core.context import for_worker
from synnefo_core.testing.fixtures import StillClock
from synnefo_core.testing.plugins import core_and
from synnefo_quota import commissions, ledger

CLIENTS, LIVES = 8, 2
SECONDS = 60 if os.environ.get("SCALE", "ci") == "full" else 0

WATCH = {
    True: """
        CREATE TRIGGER watch BEFORE UPDATE ON quota_holding
        WHEN NEW.usage_max > NEW."limit"
        BEGIN SELECT RAISE(ABORT, 'over the limit'); END
        """,
    False: 'ALTER TABLE quota_holding ADD CHECK (usage_max <= "limit")',
}
"""What makes an SQLite database (or another) refuse whatever passes a limit."""


@pytest.fixture
def clock():
    return StillClock()


@pytest.fixture
def cloud(make_cloud, clock):
    """Return a cloud whose database watches the limits."""
    plugins = core_and(synnefo_quota.plugin, spenders.Owner())
    cloud = make_cloud(plugins_=plugins, clock=clock)
    with cloud.database.unit_of_work() as session:
        spenders.metadata.create_all(session.connection())
        session.execute(text(WATCH[cloud.database.is_sqlite]))
        for user in spenders.BUYERS:
            synnefo_quota.set_limit(
                for_worker(cloud),
                holder=f"user:{user}",
                source="project:p0",
                resource="tests.vm",
                limit=4,
            )
    return cloud


@pytest.fixture
def burnt(cloud):
    """Let it burn; return what the clients saw."""
    url, directory = cloud.config.database.url, str(cloud.data_dir)
    arguments = [url, directory, "seed", str(CLIENTS), str(LIVES), str(SECONDS)]
    done = subprocess.run(
        [sys.executable, spenders.__file__, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
        timeout=SECONDS + 300,
    )
    return json.loads(done.stdout)


def test_the_ledger_stands_though_its_clients_die(burnt, context, clock):
    seen = burnt["seen"]

    assert [] == burnt["errors"]
    assert seen["killed"] >= CLIENTS * LIVES
    assert all(seen[what] for what in ("buy", "drop", "promise", "refused", "contradicted")), seen
    assert [] == synnefo_quota.verify(context)

    clock.advance(30 * 365 * 86400)
    commissions.expire(context)

    assert [] == commissions.search(context)
    assert [] == synnefo_quota.verify(context)
    assert {0} == {holding.pending for holding in ledger.search(context)}
    with context.reading() as session:
        assert not session.scalar(text("SELECT count(*) FROM fire_intent WHERE outcome = ''"))
