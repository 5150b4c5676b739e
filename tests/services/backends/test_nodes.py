# SPDX-License-Identifier: Apache-2.0
"""The nodes of clusters, as operators see them."""

from __future__ import annotations

import json

import pytest

import synnefo_backends
from synnefo_backend_sim import operator
from synnefo_backends import nodes
from synnefo_core.commands import main
from synnefo_core.contracts.compute import InstanceSpec
from synnefo_core.contracts.node_state import NodeState


@pytest.fixture
def cluster(context):
    """Register a simulated cluster of two nodes; return its driver."""
    settings = {"nodes": "2", "ram_mib": "4096", "disk_mib": "8192"}
    backend = synnefo_backends.add(context, name="alpha", driver="sim", settings=settings)
    return synnefo_backends.call(context, backend.id, lambda driver: driver)


def test_nodes_are_shown_with_what_is_used_of_them(cluster, cloud, capsys, monkeypatch):
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)
    operator.add(cluster.cluster, InstanceSpec("snf-1", vcpus=1, ram_mib=1024))
    operator.set_node_online(cluster.cluster, "node2.alpha", is_online=False)

    assert 0 == main(["--data", str(cloud.data_dir), "backend", "nodes", "alpha", "-f", "json"])

    said = capsys.readouterr()
    one, other = json.loads(said.out)
    assert ("node1.alpha", "in use", 1, "25%") == (
        one["Name"],
        one["State"],
        one["Instances"],
        one["Used"],
    )
    assert ("offline", None, "") == (other["State"], other["RAM MiB"], other["Used"])
    assert "spread of memory 0.000" in said.err


def test_a_cluster_that_does_not_tell_of_its_nodes_is_said_so(cluster, cloud, capsys, monkeypatch):
    monkeypatch.setattr(type(cluster), "__init__", _without_nodes(type(cluster).__init__))
    monkeypatch.setenv("OS_DATABASE__URL", cloud.config.database.url)

    assert 1 == main(["--data", str(cloud.data_dir), "backend", "nodes", "alpha"])

    assert "the nodes of this cluster" in capsys.readouterr().err


def _without_nodes(make):
    def made(self, *arguments):
        make(self, *arguments)
        self.node_states = None

    return made


def test_what_is_uneven_is_told_of_those_in_use():
    used = [NodeState(str(n), ram_mib=100, free_ram_mib=100 - n * 20) for n in range(3)]
    dead = NodeState("dead", is_offline=True)
    drained = NodeState("drained", is_drained=True, ram_mib=100, free_ram_mib=0)

    ram, disk = nodes.spread([*used, dead, drained])

    assert (pytest.approx(0.1633, abs=1e-4), 0.0) == (ram, disk)
