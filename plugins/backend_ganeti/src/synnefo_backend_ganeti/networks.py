# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from collections.abc import Iterable

from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import Network, NewNetwork, RapiClient, queries
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S
from synnefo_core.contracts.networks import (
    ClusterNetwork,
    NetworkMissing,
    Networks,
    NetworkSpec,
)


class GanetiNetworks(Networks):
    """Make networks and connect them to the groups of nodes, by jobs that wait for one another.

    Ganeti connects and disconnects what is so already without an error. It removes no network that
    is connected, and disconnects none that has cards there.
    """

    def __init__(self, client: RapiClient) -> None:
        self._client = client

    def network(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> ClusterNetwork:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            found = self._find(name, deadline)
            if found is None:
                raise NetworkMissing(f"the cluster has no network {name}")
            return _shown(found, self._client.groups(deadline=deadline))

    def networks(
        self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> list[ClusterNetwork]:
        deadline = time.monotonic() + timeout_s
        chosen = queries.starts_with("name", prefix) if prefix else None
        with in_contract_words():
            found = self._client.networks(chosen, deadline=deadline)
            groups = self._client.groups(deadline=deadline)
        return [_shown(one, groups) for one in sorted(found, key=lambda one: one.name)]

    def bring(self, spec: NetworkSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> tuple[str, ...]:
        deadline, jobs = time.monotonic() + timeout_s, list[int]()
        with in_contract_words():
            found = self._find(spec.name, deadline)
            wanted = self._client.groups(deadline=deadline)
            missing = [group for group in wanted if found is None or group not in found.groups]
            mode, link = spec.mode, spec.link
            if missing and not (mode and link):
                info = self._client.info(deadline=deadline)
                mode, link = mode or info.nic_mode, link or info.nic_link
            if found is None:
                jobs.append(self._client.create_network(_new(spec), deadline=deadline))
            after = tuple(jobs)
            for group in missing:
                job_id = self._client.connect_network(
                    spec.name, group=group, mode=mode, link=link, after=after, deadline=deadline
                )
                jobs.append(job_id)
        return tuple(map(str, jobs))

    def withdraw(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> tuple[str, ...]:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            found = self._find(name, deadline)
            if found is None:
                return ()
            jobs = [
                self._client.disconnect_network(name, group=group, deadline=deadline)
                for group in found.groups
            ]
            last = self._client.delete_network(name, after=jobs, deadline=deadline)
        return tuple(map(str, [*jobs, last]))

    def reserve(
        self,
        name: str,
        *,
        add: Iterable[str] = (),
        remove: Iterable[str] = (),
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> tuple[str, ...]:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            job_id = self._client.reserve_addresses(name, add=add, remove=remove, deadline=deadline)
        return (str(job_id),)

    def _find(self, name: str, deadline: float) -> Network | None:
        # By an expression: Ganeti fails where it is asked for a name that is not there.
        found = self._client.networks(queries.one_of("name", [name]), deadline=deadline)
        return found[0] if found else None


def _new(spec: NetworkSpec) -> NewNetwork:
    return NewNetwork(
        name=spec.name,
        cidr=spec.cidr,
        gateway=spec.gateway,
        cidr6=spec.cidr6,
        gateway6=spec.gateway6,
        mac_prefix=spec.mac_prefix,
        tags=spec.tags,
        reserved=spec.reserved,
    )


def _shown(found: Network, groups: Iterable[str]) -> ClusterNetwork:
    return ClusterNetwork(
        name=found.name,
        cidr=found.cidr,
        gateway=found.gateway,
        mac_prefix=found.mac_prefix or "",
        tags=found.tags,
        reserved=frozenset(found.reserved),
        unconnected=tuple(group for group in groups if group not in found.groups),
        instances=found.instances,
    )
