# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time

from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import RapiClient
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S
from synnefo_core.contracts.moving import Migration


class GanetiMigration(Migration):
    """Move instances, live or not.

    Mirrored disks can only move to the node of the mirror, and without a name; shared ones
    anywhere, by the cluster's allocator unless a node is named; local ones not at all.
    """

    def __init__(self, client: RapiClient) -> None:
        self._client = client

    def migrate(self, name: str, *, node: str = "", timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(self._client.migrate_instance(name, node=node or None, deadline=deadline))

    def failover(self, name: str, *, node: str = "", timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(self._client.failover_instance(name, node=node or None, deadline=deadline))
