# SPDX-License-Identifier: Apache-2.0
"""A server moves between clusters though the worker is killed at any move.

The cloud is ``synnefo serve`` and a worker on PostgreSQL, with two simulated clusters that reach the same
disks. One server goes to and fro. ``SCALE=full`` kills at all moves.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from functools import cached_property
from typing import Any

import pytest

from synnefo_backend_sim import SimBackend, faults, operator
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_core.contracts.driver import DriverSetup
from tests.system.client import COMPUTE, Client
from tests.system.deployment import deployed
from tests.system.labs import GanetiLab
from tests.system.test_killed_worker import QUICK_JOBS, Site, crash_here, moves, unwinding

__all__ = ["crash_here"]

pytestmark = pytest.mark.system

MOVE = "compute.move_server"
CLUSTERS = ("north", "south")
SINCE_HOSTS = {"OpenStack-API-Version": "compute 2.56"}

IN_CI = {
    *(move for move in moves(MOVE) if not move.endswith(" do")),
    *(f"{MOVE} {step} undone" for step in ("take_in", "cross", "give_up")),
}


def killed_at(*all_moves: str) -> pytest.MarkDecorator:
    """Have a test made for each move, as far as the scale goes."""
    is_full = os.environ.get("SCALE", "ci") == "full"
    chosen = [move for move in all_moves if is_full or move in IN_CI]
    names = [move.partition(" ")[2].replace(" ", "-") for move in chosen]
    return pytest.mark.parametrize("move", chosen, ids=names)


class TwoClusters(Site):
    """On two simulated clusters, whose files are opened beside the worker."""

    def _add_cluster(self, lab: Callable[[], GanetiLab]) -> None:
        del lab
        self.clusters: dict[str, SimBackend] = {}
        store = self.deployment.directory / "disks"
        for name in CLUSTERS:
            file = self.deployment.directory / f"{name}.sqlite"
            settings = {"path": str(file), "store": str(store), **QUICK_JOBS}
            words = [word for pair in settings.items() for word in ("--set", "=".join(pair))]
            self.deployment.synnefo("backend", "add", name, "--driver", "sim", *words)
            setup = DriverSetup(name, {"path": str(file)}, self.deployment.directory)
            self.clusters[name] = SimBackend(setup)

    @cached_property
    def admin(self) -> Client:
        """The session of an administrator."""
        return Client(self.deployment, "synnefo-admin")

    def instances(self) -> list[str]:
        return [each.name for one in self.clusters.values() for each in one.inventory.instances()]

    def home(self, server_id: str) -> str:
        """Return the only cluster that has a server's instance; the API must say the same."""
        assert [f"snf-{server_id}"] == self.instances()
        (name,) = [name for name, one in self.clusters.items() if one.inventory.instances()]
        shown = self.admin.get(f"{COMPUTE}/servers/{server_id}")["server"]
        assert shown["OS-EXT-SRV-ATTR:host"].endswith(f".{name}")
        return name

    def belongings(self, server_id: str) -> dict[str, Any]:
        """Return what must go along with a server, looked at from both sides."""
        shown, cluster = self.client.server(server_id), self.clusters[self.home(server_id)]
        (instance,) = cluster.inventory.instances()
        return {
            "shown": [(shown or {})[each] for each in ("addresses", "metadata", "status")],
            "nics": instance.nics,
            "tags": instance.tags,
            "power": instance.power,
            "disk": operator.read(cluster.cluster, instance.disks[0].name),
            "held": self.held(),
        }

    def move(self, server_id: str, target: str) -> None:
        """Ask for a move as stock clients do."""
        path, body = f"{COMPUTE}/servers/{server_id}/action", {"migrate": {"host": target}}
        self.admin.call("POST", path, json=body, headers=SINCE_HOSTS)

    def close(self) -> None:
        for cluster in self.clusters.values():
            cluster.close()
        super().close()


@pytest.fixture(scope="module")
def site(tmp_path_factory, postgres_lab, crash_here) -> Iterator[TwoClusters]:
    """A cloud on two clusters."""
    directory = tmp_path_factory.mktemp("moves")
    database = {"url": postgres_lab.create_database("moves")}
    settings = {"database": database, "backends": {"embedded": "false"}}
    with deployed(directory, settings, path=crash_here) as deployment:
        made = TwoClusters(deployment, pytest.fail)
        yield made
        made.close()


@pytest.fixture(scope="module")
def server(site) -> str:
    """A server that runs, with something on its disk."""
    site.worker()
    made = site.client.create_server()
    assert "ACTIVE" == site.settle(made)
    cluster = site.clusters[site.home(made)].cluster
    operator.write(cluster, f"disk-{made}", b"what the guest wrote")
    return made


@killed_at(*moves(MOVE))
def test_a_move_outlives_its_worker(site, server, move):
    before, source = site.belongings(server), site.home(server)
    (target,) = {*CLUSTERS} - {source}

    site.kill_at(move)
    site.move(server, target)
    site.await_death()
    site.settle(server)

    assert target == site.home(server)
    assert before == site.belongings(server)


@killed_at(*unwinding(MOVE))
def test_the_way_back_outlives_its_worker(site, server, move):
    before, source = site.belongings(server), site.home(server)
    (target,) = {*CLUSTERS} - {source}
    faults.inject(site.clusters[target].cluster, Fault(FaultKind.ERROR, "start"))

    site.kill_at(move)
    site.move(server, target)
    site.await_death()
    site.settle(server)

    assert source == site.home(server)
    assert before == site.belongings(server)


def test_nothing_differs_in_the_end(site, server):
    site.deployment.synnefo("reconcile", "servers")

    site.client.delete_server(server)
    site.settle(server)

    site.require_nothing_left(server)
