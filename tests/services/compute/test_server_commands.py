# SPDX-License-Identifier: Apache-2.0
"""``synnefo server …``: CYC-085."""

from __future__ import annotations

import json

import pytest

import synnefo_compute
from synnefo_backend_sim import operator
from synnefo_core.commands import main


@pytest.fixture
def synnefo(cloud, capsys, monkeypatch):
    """Return a function that runs a command and returns what it shows."""
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    def run(*words, expect=0):
        assert expect == main(["--data", str(cloud.data_dir), *words, "-f", "json"])
        out = capsys.readouterr().out
        return json.loads(out) if out else None

    return run


def ids(rows) -> list[str]:
    return [row["ID"] for row in rows]


def test_servers_of_all_projects_are_listed(server, synnefo):
    (row,) = synnefo("server", "list")

    assert (server.id, "web", "p1", "u1", "sim", "active", "") == tuple(row.values())[:7]


@pytest.mark.parametrize(
    "words,count",
    [
        (["--project", "p1"], 1),
        (["--project", "p2"], 0),
        (["--user", "u1", "--backend", "sim", "--flavor", "small"], 1),
        (["--user", "u2"], 0),
        (["--state", "active"], 1),
        (["--state", "error"], 0),
        (["--deleted"], 0),
        (["--most", "0"], 0),
    ],
)
def test_the_list_can_be_narrowed(server, synnefo, words, count):
    assert count == len(synnefo("server", "list", *words))


def test_deleted_servers_are_listed_when_asked(server, member, settle, synnefo):
    synnefo_compute.delete_server(member, server.id)
    settle()

    assert [server.id] == ids(synnefo("server", "list", "--deleted"))
    assert [] == synnefo("server", "list")


def test_a_server_is_shown_from_both_sides(server, cluster, synnefo):
    operator.stop(cluster.cluster, f"snf-{server.id}")

    shown = synnefo("server", "show", server.id)

    assert ("active", "sim", f"snf-{server.id}") == tuple(
        shown[name] for name in ("state", "backend", "instance")
    )
    assert shown["there"].startswith("stopped on node")
    assert "power: active here, stopped there" == shown["differences"]


def test_a_cluster_that_does_not_answer_leaves_the_row(server, cluster, synnefo):
    operator.set_unreachable(cluster.cluster, is_unreachable=True)

    shown = synnefo("server", "show", server.id)

    assert ("active", True) == (shown["state"], shown["there"].startswith("unknown: "))


def test_a_vanished_instance_is_said(server, cluster, synnefo):
    operator.remove(cluster.cluster, f"snf-{server.id}")

    shown = synnefo("server", "show", server.id)

    assert ("no instance", "stale: no instance") == (shown["there"], shown["differences"])


def test_a_server_that_there_is_not_is_a_mistake(cluster, synnefo):
    synnefo("server", "show", "nothing", expect=1)
    synnefo("server", "list", "--backend", "nothing", expect=1)
