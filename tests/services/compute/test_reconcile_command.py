# SPDX-License-Identifier: Apache-2.0
"""``synnefo reconcile servers``: GNT-056, GNT-057."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

import synnefo_compute
from synnefo_backend_sim import operator
from synnefo_core.commands import main
from synnefo_core.contracts.compute import InstanceSpec


@pytest.fixture
def reconcile(cloud, capsys, monkeypatch):
    """Return a function that runs the command and returns kinds and servers."""
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    def run(*words, expect=0):
        line = ["reconcile", "servers", "--format", "json", *words]
        assert expect == main(["--data", str(cloud.data_dir), *line])
        return [(row["Kind"], row["Server"]) for row in json.loads(capsys.readouterr().out)]

    return run


def instance_of(server) -> str:
    return f"snf-{server.id}"


def test_nothing_differs_in_a_cloud_that_nobody_meddled_with(server, reconcile):
    assert [] == reconcile()


def test_a_server_that_is_being_made_is_left_alone(submit, reconcile):
    submit()

    assert [] == reconcile()


def test_what_an_operator_did_is_told_and_not_changed(server, member, cluster, reconcile):
    operator.stop(cluster.cluster, instance_of(server))

    assert [("power", server.id)] == reconcile(expect=1)
    assert [("power", server.id)] == reconcile("--backend", "sim", expect=1)
    assert "active" == synnefo_compute.show_server(member, server.id).vm_state


def test_all_that_was_modified_is_told(server, cluster, reconcile):
    operator.modify(
        cluster.cluster,
        instance_of(server),
        lambda found: replace(found, ram_mib=2048, nics=(), disks=(), tags=()),
    )

    assert {"size", "nics", "disks", "tags"} == {kind for kind, _ in reconcile(expect=1)}


def test_a_vanished_instance_is_told(server, cluster, reconcile):
    operator.remove(cluster.cluster, instance_of(server))

    assert [("stale", server.id)] == reconcile(expect=1)


def test_an_instance_that_was_just_made_is_no_orphan(cluster, reconcile):
    operator.add(cluster.cluster, InstanceSpec("snf-stray", vcpus=1, ram_mib=128))

    assert [] == reconcile()


def test_a_cluster_that_does_not_answer_is_unknown_and_not_stale(server, cluster, reconcile):
    operator.set_unreachable(cluster.cluster, is_unreachable=True)

    assert [("unknown", "")] == reconcile(expect=1)


def test_a_cluster_that_there_is_not_is_a_mistake(cloud, capsys, monkeypatch):
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    assert 1 == main(
        ["--data", str(cloud.data_dir), "reconcile", "servers", "--backend", "nowhere"]
    )
    assert "nowhere" in capsys.readouterr().err
