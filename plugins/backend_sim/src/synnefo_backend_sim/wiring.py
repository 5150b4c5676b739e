# SPDX-License-Identifier: Apache-2.0
"""Submit the jobs of the contract's facet ``Networks``."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from synnefo_backend_sim import networks
from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S
from synnefo_core.contracts.networks import (
    ClusterNetwork,
    NetworkMissing,
    Networks,
    NetworkSpec,
)


@dataclass(frozen=True)
class SimNetworks(Networks):
    """Make and remove simulated networks; each takes one job."""

    door: FrontDoor

    def network(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> ClusterNetwork:
        found = self._find(name, timeout_s)
        if found is None:
            raise NetworkMissing(f"network {name!r} not known")
        return found

    def networks(
        self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> list[ClusterNetwork]:
        return self.door.ask(lambda turn: networks.beginning(turn.db, prefix), timeout_s=timeout_s)

    def bring(self, spec: NetworkSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> tuple[str, ...]:
        found = self._find(spec.name, timeout_s)
        if found is not None and found.is_connected:
            return ()
        request = {"spec": networks.request_of(spec)}
        return self._submit("network_bring", spec.name, request, timeout_s)

    def withdraw(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> tuple[str, ...]:
        if self._find(name, timeout_s) is None:
            return ()
        return self._submit("network_withdraw", name, {}, timeout_s)

    def reserve(
        self,
        name: str,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> tuple[str, ...]:
        request = {"add": list(add), "remove": list(remove)}
        return self._submit("network_reserve", name, request, timeout_s)

    def _find(self, name: str, timeout_s: float) -> ClusterNetwork | None:
        return self.door.ask(lambda turn: networks.named(turn.db, name), timeout_s=timeout_s)

    def _submit(
        self, operation: str, name: str, request: Mapping[str, Any], timeout_s: float
    ) -> tuple[str, ...]:
        return (self.door.submit(operation, name, request, timeout_s=timeout_s),)
