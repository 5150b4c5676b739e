# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from collections.abc import Mapping

from synnefo_backend_ganeti import lacking, translation
from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import RapiClient
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, NicSpec
from synnefo_core.contracts.devices import Cards


class GanetiCards(Cards):
    """Change the network cards of instances.

    Where the hypervisor can't plug into what runs, Ganeti changes only what it has written down:
    the next start makes it so.
    """

    def __init__(self, client: RapiClient) -> None:
        self._client = client

    def plug(self, name: str, nic: NicSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        new = translation.new_nic(nic)
        with in_contract_words():
            return str(self._client.add_nic(name, new, deadline=deadline))

    def unplug(self, name: str, nic: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(self._client.remove_nic(name, nic, deadline=deadline))

    def lacking(
        self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, frozenset[str]]:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return lacking.of_instances(self._client, prefix, deadline=deadline)
