# SPDX-License-Identifier: Apache-2.0
"""The networks of a cluster in memory, which has one group of nodes."""
# ruff: noqa: ARG002 (a cluster in memory answers at once: it heeds no deadlines)

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from ipaddress import ip_network

from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, NicSpec
from synnefo_core.contracts.networks import (
    ClusterNetwork,
    NetworkMissing,
    Networks,
    NetworkSpec,
)
from synnefo_core.testing.fakes.cluster import JobFailed, World


@dataclass(frozen=True)
class MemoryNetworks(Networks):
    """The facet; ``there`` holds what there is, by name."""

    world: World
    there: dict[str, ClusterNetwork] = field(default_factory=dict)

    def network(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> ClusterNetwork:
        with self.world.lock:
            self.world.answer()
            if name not in self.there:
                raise NetworkMissing(f"network {name!r} not known")
            return replace(self.there[name], instances=self._uses(name))

    def networks(
        self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> list[ClusterNetwork]:
        with self.world.lock:
            self.world.answer()
            return [self.network(name) for name in sorted(self.there) if name.startswith(prefix)]

    def bring(self, spec: NetworkSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> tuple[str, ...]:
        def effect() -> None:
            self._require(spec.name, is_there=False)
            self.there[spec.name] = _made_of(spec)

        return () if spec.name in self.there else self._submit("network_bring", effect)

    def withdraw(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> tuple[str, ...]:
        def effect() -> None:
            self._require(name)
            if self._uses(name):
                raise JobFailed(f"network {name!r} is in use")
            del self.there[name]

        return self._submit("network_withdraw", effect) if name in self.there else ()

    def reserve(
        self,
        name: str,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> tuple[str, ...]:
        more, fewer = frozenset(add), frozenset(remove)

        def effect() -> None:
            self._require(name)
            had = self.there[name]
            self.there[name] = replace(had, reserved=(had.reserved | more) - fewer)

        return self._submit("network_reserve", effect)

    def require_all(self, nics: Iterable[NicSpec]) -> None:
        """Refuse cards on networks that are not there."""
        for nic in nics:
            if nic.network:
                self._require(nic.network)

    def _submit(self, operation: str, effect: Callable[[], None]) -> tuple[str, ...]:
        return (self.world.submit(operation, "", effect),)

    def _require(self, name: str, *, is_there: bool = True) -> None:
        if (name in self.there) != is_there:
            raise JobFailed(f"network {name!r} " + ("not known" if is_there else "is there"))

    def _uses(self, name: str) -> int:
        kept = self.world.instances.values()
        return sum(any(nic.network == name for nic in each.nics) for each in kept)


def _made_of(spec: NetworkSpec) -> ClusterNetwork:
    whole = ip_network(spec.cidr)
    ends = {str(whole[0]), str(whole[-1]), *([spec.gateway] if spec.gateway else [])}
    return ClusterNetwork(
        name=spec.name,
        cidr=spec.cidr,
        gateway=spec.gateway,
        mac_prefix=spec.mac_prefix,
        tags=spec.tags,
        reserved=frozenset({*ends, *spec.reserved}),
    )
