# SPDX-License-Identifier: Apache-2.0
"""How many servers there are."""

from __future__ import annotations

import json

import pytest

import synnefo_backends
import synnefo_compute
from synnefo_compute.statistics import CACHED_S, Amount, Size
from synnefo_core.commands import main
from synnefo_core.errors import NotFound
from synnefo_core.testing.fixtures import StillClock

SMALL = Amount(1, 2, 1024, 5)


@pytest.fixture
def elsewhere(context) -> None:
    """A cluster without servers."""
    synnefo_backends.add(context, name="empty", driver="sim", settings={})


@pytest.fixture
def servers(server, submit, member, settle, elsewhere) -> None:
    """A server that runs, one that is stopped and one that is gone."""
    stopped, gone = submit(), submit()
    settle()
    synnefo_compute.stop_server(member, stopped.id)
    synnefo_compute.delete_server(member, gone.id)
    settle()


def test_servers_are_counted_by_state_cluster_and_size(servers, context):
    found = synnefo_compute.statistics(context)

    assert {"active": SMALL, "stopped": SMALL} == found.states
    assert {"empty": {}, "sim": found.states} == found.clusters
    assert [Size(2, 1024, 5, 2)] == found.sizes
    assert {} == found.images


def test_one_cluster_is_counted_alone(servers, context):
    assert {} == synnefo_compute.statistics(context, backend="empty").states
    assert {"sim"} == {*synnefo_compute.statistics(context, backend="sim").clusters}
    with pytest.raises(NotFound):
        synnefo_compute.statistics(context, backend="nothing")


def test_an_operator_sees_the_counts(servers, cloud, capsys, monkeypatch):
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    main(["--data", str(cloud.data_dir), "server", "statistics", "-f", "json"])

    rows = [tuple(row.values()) for row in json.loads(capsys.readouterr().out)]
    assert [("sim", "active", 1, 2, 1024, 5), ("sim", "stopped", 1, 2, 1024, 5)] == rows


class TestSpawned:
    @pytest.fixture
    def clock(self) -> StillClock:
        return StillClock()

    def test_those_ever_asked_for_are_counted_once_a_minute(self, submit, context, clock):
        submit()
        assert 1 == synnefo_compute.spawned(context)
        submit()
        assert 1 == synnefo_compute.spawned(context)

        clock.advance(CACHED_S)
        assert 2 == synnefo_compute.spawned(context)
