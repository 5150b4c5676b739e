# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time

from synnefo_backend_ganeti import translation
from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import RapiClient
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S
from synnefo_core.contracts.node_state import NodeState, NodeStates


class GanetiNodeStates(NodeStates):
    """See the nodes; each call asks all of them for what is live."""

    def __init__(self, client: RapiClient) -> None:
        self._client = client

    def all(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> list[NodeState]:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            found = self._client.nodes(is_live=True, deadline=deadline)
        return [translation.node(each) for each in sorted(found, key=lambda each: each.name)]
