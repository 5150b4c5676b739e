# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from collections.abc import Iterable, Mapping

from synnefo_backend_ganeti import translation
from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import RapiClient, errors, queries
from synnefo_core.contracts.compute import (
    DEFAULT_TIMEOUT_S,
    Capacity,
    Instance,
    InstanceMissing,
    Inventory,
)


class GanetiInventory(Inventory):
    """See a cluster's instances and figures; each call asks the nodes for what is live."""

    def __init__(self, client: RapiClient) -> None:
        self._client = client

    def instance(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Instance:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            try:
                return translation.instance(self._client.instance(name, deadline=deadline))
            except errors.NotFound as error:
                raise InstanceMissing(f"the cluster has no instance {name}") from error

    def instances(
        self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> list[Instance]:
        deadline = time.monotonic() + timeout_s
        chosen = queries.starts_with("name", prefix) if prefix else None
        with in_contract_words():
            found = self._client.instances(chosen, deadline=deadline)
        return [translation.instance(one) for one in sorted(found, key=lambda one: one.name)]

    def some(
        self, names: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Instance]:
        deadline = time.monotonic() + timeout_s
        wanted = list(names)
        if not wanted:
            return {}
        with in_contract_words():
            found = self._client.instances(queries.one_of("name", wanted), deadline=deadline)
        return {one.name: translation.instance(one) for one in found}

    def capacity(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Capacity:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return translation.capacity(self._client.nodes(is_live=True, deadline=deadline))
