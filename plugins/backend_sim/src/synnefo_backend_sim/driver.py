# SPDX-License-Identifier: Apache-2.0
"""The driver class that the entry point ``sim`` names."""

from __future__ import annotations

from oslo_config import cfg

from synnefo_backend_sim import options
from synnefo_backend_sim.adoption import SimAdoption
from synnefo_backend_sim.attached import SimVolumes
from synnefo_backend_sim.cards import SimCards
from synnefo_backend_sim.clusterfile import ClusterFile
from synnefo_backend_sim.consoles import SimConsoles
from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_backend_sim.inventory import SimInventory
from synnefo_backend_sim.job_queue import SimJobs
from synnefo_backend_sim.lifecycle import DISK_TEMPLATES, HYPERVISORS, SimLifecycle
from synnefo_backend_sim.migration import SimMigration
from synnefo_backend_sim.moving import SimMovable
from synnefo_backend_sim.node_state import SimNodeStates
from synnefo_backend_sim.rescue import SimRescue
from synnefo_backend_sim.reshape import SimReshape
from synnefo_backend_sim.samples import SimSamples
from synnefo_backend_sim.wiring import SimNetworks
from synnefo_core.clock import Clock
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, Capabilities, ComputeBackend
from synnefo_core.contracts.driver import DriverSetup


class SimBackend(ComputeBackend):
    """A simulated cluster that lives in a file.

    Attributes:
        cluster: The file, for :mod:`~synnefo_backend_sim.faults` and
            :mod:`~synnefo_backend_sim.operator`.
    """

    def __init__(self, setup: DriverSetup, *, clock: Clock | None = None) -> None:
        path, layout = options.read(setup)
        self.cluster = ClusterFile(path, layout=layout, clock=clock)
        self._door = FrontDoor(self.cluster)
        self.lifecycle = SimLifecycle(self._door)
        self.job_queue = SimJobs(self._door)
        self.inventory = SimInventory(self._door)
        self.reshape = SimReshape(self._door)
        self.adoption = SimAdoption(self._door)
        self.migration = SimMigration(self._door)
        self.cards = SimCards(self._door)
        self.volumes = SimVolumes(self._door, options.has_volumes_by_default(setup))
        self.rescue = SimRescue(self._door, options.media(setup))
        self.node_states = SimNodeStates(self._door)
        self.samples = SimSamples(self._door)
        self.movable = SimMovable(self._door)
        self.networks = SimNetworks(self._door)
        self.consoles = self._screens = SimConsoles(self._door, self.cluster)

    @classmethod
    def options(cls) -> list[cfg.Opt]:
        return options.declare()

    def capabilities(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Capabilities:
        able = Capabilities(
            disk_templates=DISK_TEMPLATES, hypervisors=HYPERVISORS, has_hotplug=True
        )
        return self._door.ask(lambda _turn: able, timeout_s=timeout_s)

    def close(self) -> None:
        self._screens.close()
        self.cluster.close()
