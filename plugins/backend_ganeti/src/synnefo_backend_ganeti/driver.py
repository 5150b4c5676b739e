# SPDX-License-Identifier: Apache-2.0
"""The driver: one Ganeti cluster as a compute backend."""

from __future__ import annotations

import time
from typing import TYPE_CHECKING

from synnefo_backend_ganeti import options, translation
from synnefo_backend_ganeti.adoption import GanetiAdoption
from synnefo_backend_ganeti.attached import GanetiVolumes
from synnefo_backend_ganeti.cards import GanetiCards
from synnefo_backend_ganeti.consoles import GanetiConsoles
from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.inventory import GanetiInventory
from synnefo_backend_ganeti.job_queue import GanetiJobs
from synnefo_backend_ganeti.lifecycle import GanetiLifecycle
from synnefo_backend_ganeti.migration import GanetiMigration
from synnefo_backend_ganeti.moving import GanetiMovable
from synnefo_backend_ganeti.networks import GanetiNetworks
from synnefo_backend_ganeti.node_state import GanetiNodeStates
from synnefo_backend_ganeti.rescue import GanetiRescue
from synnefo_backend_ganeti.reshape import GanetiReshape
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, Capabilities, ComputeBackend
from synnefo_core.contracts.driver import DriverSetup

if TYPE_CHECKING:
    from oslo_config import cfg


class GanetiBackend(ComputeBackend):
    """A Ganeti cluster, spoken to through its remote API.

    It keeps nothing but its settings: any number of processes may serve one cluster.
    """

    @classmethod
    def options(cls) -> list[cfg.Opt]:
        return list(options.OPTIONS)

    def __init__(self, setup: DriverSetup) -> None:
        self._client = options.client(setup.settings)
        self._defaults = options.defaults(setup.settings)
        self.lifecycle = GanetiLifecycle(self._client, self._defaults)
        self.job_queue = GanetiJobs(self._client)
        self.inventory = GanetiInventory(self._client)
        self.reshape = GanetiReshape(self._client)
        self.adoption = GanetiAdoption(self._client)
        self.migration = GanetiMigration(self._client)
        self.cards = GanetiCards(self._client)
        are_usual = self._defaults.disk_template == GanetiVolumes.template
        self.volumes = GanetiVolumes(self._client, is_default=are_usual)
        shared = setup.settings["shared_disks"]
        self.movable = GanetiMovable(self._client, self._defaults, shared)
        self.networks = GanetiNetworks(self._client)
        self.node_states = GanetiNodeStates(self._client)
        self.rescue = GanetiRescue(self._client, options.rescue_media(setup.settings))
        self.consoles = GanetiConsoles(self._client)

    def capabilities(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Capabilities:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            info = self._client.info(deadline=deadline)
        return translation.capabilities(info, defaults=self._defaults)
