# SPDX-License-Identifier: Apache-2.0
"""A worker that is killed at any move leaves nothing behind that its successor does not mend.

The cloud is ``synnefo serve`` and a worker on PostgreSQL. At the worst move the worker dies
by SIGKILL; another one takes its sagas over once their lease has ended. In CI nearly all moves
are made on a simulated cluster, whose file outlives the worker, and some on a real Ganeti;
``SCALE=full`` makes all of them on both.
"""

from __future__ import annotations

import contextlib
import os
import signal
from abc import ABC, abstractmethod
from collections import Counter
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

import pytest

import synnefo_network
import synnefo_quota
from synnefo_backend_sim import SimBackend
from synnefo_compute.sagas import SAGAS
from synnefo_core.cloud import Cloud, assemble
from synnefo_core.context import for_worker
from synnefo_core.contracts.driver import DriverSetup
from tests.system.client import Client
from tests.system.deployment import Daemon, Deployment, deployed
from tests.system.labs import GanetiLab
from tests.system.labs.waiting import until

pytestmark = pytest.mark.system

CREATE, ACT, DELETE = "compute.create_server", "compute.act", "compute.delete_server"
STEPS = {saga.name: [step.name for step in saga.steps] for saga in SAGAS}

QUICK_JOBS = {"job_delay_min_s": "0.1", "job_delay_max_s": "0.2", "nodes": "2"}
"""Long enough for a worker to be killed while a job runs."""


def moves(saga: str) -> list[str]:
    """Return every move of a saga that goes forward, as "SAGA STEP PHASE"."""
    steps = STEPS[saga]
    return [
        *(f"{saga} {step} {phase}" for step in steps for phase in ("do", "done")),
        f"{saga} {steps[-1]} finish",
    ]


def unwinding(saga: str) -> list[str]:
    """Return every move of a saga that undoes something."""
    with_undo = [step.name for s in SAGAS if s.name == saga for step in s.steps if step.undo]
    return [f"{saga} {step} {phase}" for step in with_undo for phase in ("undo", "undone")]


IN_CI = {*moves(CREATE), *unwinding(CREATE), *moves(DELETE)}
IN_CI |= {move for move in moves(ACT) if not move.endswith(" do")}
ON_GANETI_IN_CI = {f"{CREATE} submit done", f"{CREATE} follow do", f"{DELETE} remove done"}


def on_clusters(*all_moves: str) -> pytest.MarkDecorator:
    """Have a test made for each move on each kind of cluster, as far as the scale goes."""
    is_full = os.environ.get("SCALE", "ci") == "full"
    chosen = [
        (kind, move)
        for kind, in_ci in (("sim", IN_CI), ("ganeti", ON_GANETI_IN_CI))
        for move in all_moves
        if is_full or move in in_ci
    ]
    names = [f"{kind}-{move.partition('.')[2].replace(' ', '-')}" for kind, move in chosen]
    return pytest.mark.parametrize("site,move", chosen, ids=names, indirect=["site"])


class Site(ABC):
    """A cloud on one cluster, with a worker that can be told where to die."""

    def __init__(self, deployment: Deployment, lab: Callable[[], GanetiLab]) -> None:
        self.deployment, self._orders = deployment, deployment.directory / "orders"
        self._orders.mkdir()
        deployment.export(CRASH_HERE=str(self._orders))
        deployment.synnefo("bootstrap")
        self._add_cluster(lab)
        deployment.serve()
        self.client = Client(deployment)
        self.cloud: Cloud = assemble(data_dir=deployment.data, files=(deployment.config,))
        self._worker: Daemon | None = None

    @abstractmethod
    def _add_cluster(self, lab: Callable[[], GanetiLab]) -> None:
        """Register the cluster."""

    @abstractmethod
    def instances(self) -> list[str]:
        """Return the names of the instances in the cluster, by asking the cluster."""

    def kill_at(self, move: str) -> None:
        """Have the worker killed when it comes to a move."""
        self._orders.joinpath("kill").write_text(move)

    def hold_at(self, move: str) -> None:
        """Have the worker wait when it comes to a move."""
        self._orders.joinpath("hold").write_text(move)

    def await_held(self) -> None:
        """Wait until the worker waits."""
        until(
            self._orders.joinpath("held").exists,
            "the worker to come to the move",
            within_s=30,
            watch=self.worker().watch,
        )

    def let_go(self) -> None:
        """Have the worker go on."""
        self._orders.joinpath("held").unlink(missing_ok=True)

    def worker(self) -> Daemon:
        """Return a worker; one that was just started may be killed before it says a word."""
        if self._worker is None or self._worker.returncode is not None:
            self._worker = self.deployment.start("work")
        return self._worker

    def await_death(self) -> None:
        """Wait until the worker has been killed, and start another one."""
        assert -signal.SIGKILL == self.worker().wait(60)
        assert not self._orders.joinpath("kill").exists()
        self.worker()

    def settle(self, server_id: str) -> str:
        """Wait until nothing is being done to a server; return its status."""
        return self.client.settle(server_id, 60, self.worker().watch)

    def has(self, server_id: str) -> int:
        """Return how many instances a server has."""
        return self.instances().count(f"snf-{server_id}")

    def held(self) -> dict[str, int]:
        """Return what the project is charged for, the ledger being right."""
        context = for_worker(self.cloud)
        assert [] == synnefo_quota.verify(context)
        holdings = synnefo_quota.holdings(context, self.client.project_id)
        mine = f"project:{self.client.project_id}"
        return {h.resource: h.usage for h in holdings if h.holder == mine and h.usage}

    def require_nothing_left(self, server_id: str) -> None:
        """Fail when something of a server is left anywhere."""
        assert self.client.server(server_id) is None
        assert [] == self.instances()
        assert {} == self.held()
        ports = synnefo_network.ports_of(for_worker(self.cloud), [server_id])
        assert [] == list(ports.get(server_id, ()))

    def close(self) -> None:
        """Give back what was opened."""
        self.let_go()
        self.cloud.close()


class SimSite(Site):
    """On a simulated cluster, whose file is opened beside the worker."""

    def _add_cluster(self, lab: Callable[[], GanetiLab]) -> None:
        del lab
        file = self.deployment.directory / "cluster.sqlite"
        settings = {"path": str(file), **QUICK_JOBS}
        words = [word for pair in settings.items() for word in ("--set", "=".join(pair))]
        self.deployment.synnefo("backend", "add", "c1", "--driver", "sim", *words)
        setup = DriverSetup("c1", {"path": str(file)}, self.deployment.directory)
        self._cluster = SimBackend(setup)

    def instances(self) -> list[str]:
        return [instance.name for instance in self._cluster.inventory.instances()]

    def close(self) -> None:
        self._cluster.close()
        super().close()


class GanetiSite(Site):
    """On a real Ganeti."""

    def _add_cluster(self, lab: Callable[[], GanetiLab]) -> None:
        self._lab = lab()
        self.deployment.add_ganeti("c1", self._lab)

    def instances(self) -> list[str]:
        return self._lab.instances()


KINDS: dict[str, type[Site]] = {"sim": SimSite, "ganeti": GanetiSite}


@pytest.fixture(scope="module")
def crash_here(install) -> Path:
    """Return the folder where the plugin that strikes is installed."""
    return install(Path(__file__).parent / "plugins/crash_here")


@pytest.fixture(scope="module")
def sites(request, tmp_path_factory, postgres_lab, crash_here) -> Iterator[Callable[[str], Site]]:
    """Return a function that makes a cloud on a cluster of a kind, once."""
    made: dict[str, Site] = {}
    with contextlib.ExitStack() as stack:

        def get(kind: str) -> Site:
            if kind not in made:
                directory = tmp_path_factory.mktemp(kind)
                database = {"url": postgres_lab.create_database(f"killed_{kind}")}
                settings = {"database": database, "backends": {"embedded": "false"}}
                deployment = stack.enter_context(deployed(directory, settings, path=crash_here))
                lab = partial(request.getfixturevalue, "ganeti_lab")
                made[kind] = KINDS[kind](deployment, lab)
                stack.callback(made[kind].close)
            return made[kind]

        yield get


@pytest.fixture
def site(request, sites) -> Site:
    """The cloud on a cluster of the kind that is asked for."""
    return sites(request.param)


@pytest.fixture
def server(site) -> str:
    """A server that has been made."""
    site.worker()
    made = site.client.create_server()
    assert "ACTIVE" == site.settle(made)
    return made


@on_clusters(*moves(CREATE))
def test_a_creation_outlives_its_worker(site, move):
    site.kill_at(move)

    server = site.client.create_server()
    site.await_death()
    status = site.settle(server)

    assert status in ("ACTIVE", "ERROR")
    assert site.has(server) == (status == "ACTIVE")
    assert 1 == site.held()["cyclades.vm"]

    site.client.delete_server(server)
    site.settle(server)

    site.require_nothing_left(server)


@on_clusters(*(move for move in moves(CREATE) if "finish" not in move))
def test_a_server_deleted_while_it_is_created_leaves_nothing(site, move):
    site.hold_at(move)
    server = site.client.create_server()
    site.await_held()

    site.client.delete_server(server)
    site.let_go()
    status = site.settle(server)

    assert "DELETED" == status
    site.require_nothing_left(server)


@on_clusters(*unwinding(CREATE))
def test_an_unwinding_outlives_its_worker(site, move):
    site.hold_at(f"{CREATE} submit done")
    site.kill_at(move)
    server = site.client.create_server()
    site.await_held()

    site.client.delete_server(server)
    site.let_go()
    site.await_death()
    status = site.settle(server)

    assert "DELETED" == status
    site.require_nothing_left(server)


@on_clusters(*moves(DELETE))
def test_a_deletion_outlives_its_worker(site, server, move):
    site.kill_at(move)

    site.client.delete_server(server)
    site.await_death()
    status = site.settle(server)

    assert "DELETED" == status
    site.require_nothing_left(server)


@on_clusters(*moves(ACT))
def test_stopping_and_starting_outlive_their_worker(site, server, move):
    held = Counter(site.held())
    site.kill_at(move)
    site.client.act(server, "os-stop")
    site.await_death()

    assert "SHUTOFF" == site.settle(server)
    assert {"cyclades.cpu", "cyclades.ram"} == {*(held - Counter(site.held()))}

    site.kill_at(move)
    site.client.act(server, "os-start")
    site.await_death()

    assert "ACTIVE" == site.settle(server)
    assert (1, held) == (site.has(server), Counter(site.held()))
    site.client.delete_server(server)
    site.settle(server)
    site.require_nothing_left(server)
