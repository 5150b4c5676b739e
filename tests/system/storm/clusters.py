# SPDX-License-Identifier: Apache-2.0
"""Simulated clusters that tell of their jobs through a broker, not quite as it was."""

from __future__ import annotations

import random
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from synnefo_backend_sim import SimBackend, faults
from synnefo_backend_sim.faults import Fault, FaultKind
from synnefo_core.contracts.compute import Instance
from synnefo_core.contracts.driver import DriverSetup
from tests.plugins.bus_amqp.brokers import CLUSTERS, Broker, url
from tests.system.deployment import PROGRAMS, Daemon, Deployment, Settings

NAMESPACE = "synnefo-storm"
SHARE = 0.02
"""So large a part of the notices is lost, as large a one doubled, and one reordered."""

LAYOUT = {
    "nodes": "30",
    "jobs_at_once": "50",
    "job_delay_min_s": "0.05",
    "job_delay_max_s": "0.5",
}

CONFIGURATION = """\
[DEFAULT]
path = {path}
every_s = 0.05
heartbeat_s = 1
lost = {share}
doubled = {share}
reordered = {share}
seed = {seed}

[bus]
urls = {url}
namespace = {namespace}
"""


@dataclass(frozen=True)
class Cluster:
    """A cluster as its own administrator sees it."""

    name: str
    backend: SimBackend

    def instances(self) -> list[Instance]:
        """Return what there is."""
        return self.backend.inventory.instances()

    def spoil(self, chance: random.Random) -> None:
        """Have the next job go wrong, in whatever way."""
        kind = chance.choice(list(FaultKind))
        slower_s = 1.0 if kind is FaultKind.SLOW else 0.0
        faults.inject(self.backend.cluster, Fault(kind, slower_s=slower_s))


def settings(broker: Broker) -> Settings:
    """Return what a cloud must know of the broker."""
    urls = ",".join(url(broker, "cloud", name) for name in CLUSTERS)
    return {
        "bus": {"driver": "amqp"},
        "bus_amqp": {"driver": "amqp", "urls": urls, "namespace": NAMESPACE, "reconnect_max_s": 1},
    }


@contextmanager
def clusters(deployment: Deployment, broker: Broker, seed: int) -> Iterator[list[Cluster]]:
    """Give a cloud that has a database its clusters; they tell of themselves when it listens."""
    made = []
    for name in CLUSTERS:
        path = deployment.directory / f"{name}.sqlite"
        words = [
            word
            for key, value in {"path": path, **LAYOUT}.items()
            for word in ("--set", f"{key}={value}")
        ]
        deployment.synnefo("backend", "add", name, "--driver", "sim", *words)
        deployment.daemons.append(_eventd(deployment, broker, name, path, seed))
        setup = DriverSetup(name, {"path": str(path), **_paced()}, deployment.directory)
        made.append(Cluster(name, SimBackend(setup)))
    try:
        yield made
    finally:
        for cluster in made:
            cluster.backend.close()


def _paced() -> dict[str, float]:
    """Return the pace, which whoever opens a cluster gives it."""
    return {name: type_(LAYOUT[name]) for name, type_ in _TYPES.items()}


_TYPES = {"jobs_at_once": int, "job_delay_min_s": float, "job_delay_max_s": float}


def _eventd(deployment: Deployment, broker: Broker, name: str, path: Path, seed: int) -> Daemon:
    file = deployment.directory / f"{name}.conf"
    told = {"path": path, "share": SHARE, "seed": seed, "namespace": NAMESPACE}
    file.write_text(CONFIGURATION.format(url=url(broker, name, name), **told))
    file.chmod(0o600)
    command = [str(PROGRAMS / "synnefo-sim-eventd"), "--config", str(file)]
    return Daemon(deployment, command, f"eventd-{name}")
