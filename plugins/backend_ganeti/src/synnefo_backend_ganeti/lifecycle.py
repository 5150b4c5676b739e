# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time

from synnefo_backend_ganeti import placement, translation
from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.options import Defaults
from synnefo_backend_ganeti.rapi import RapiClient
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, InstanceSpec, Lifecycle


class GanetiLifecycle(Lifecycle):
    """Make, run and remove instances, one Ganeti job for each call."""

    def __init__(self, client: RapiClient, defaults: Defaults) -> None:
        self._client, self._defaults = client, defaults

    def create(self, spec: InstanceSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            new = translation.new_instance(
                spec, defaults=self._defaults, placement=self._placement(deadline)
            )
            return str(self._client.create_instance(new, deadline=deadline))

    def _placement(self, deadline: float) -> placement.Placement:
        """Ask for the nodes anew each time: they come, go and are drained."""
        if self._defaults.node:
            return placement.Placement(node=self._defaults.node)
        return placement.choose(self._client.nodes(deadline=deadline), defaults=self._defaults)

    def delete(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(self._client.delete_instance(name, shutdown_timeout_s=0, deadline=deadline))

    def start(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(self._client.start_instance(name, deadline=deadline))

    def stop(
        self, name: str, *, grace_s: int | None = None, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(self._client.stop_instance(name, timeout_s=grace_s, deadline=deadline))

    def reboot(
        self, name: str, *, is_hard: bool = False, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        """Soft and hard differ in the time that the guest has to shut down by itself.

        Ganeti's own "soft" type does not ask the guest either.
        """
        deadline = time.monotonic() + timeout_s
        grace_s = 0 if is_hard else None
        with in_contract_words():
            return str(
                self._client.reboot_instance(name, shutdown_timeout_s=grace_s, deadline=deadline)
            )
