# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from collections.abc import Iterable

from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import RapiClient
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, Adoption


class GanetiAdoption(Adoption):
    """Make instances known as ours; a new name is not looked up in the DNS."""

    def __init__(self, client: RapiClient) -> None:
        self._client = client

    def tag(self, name: str, tags: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(self._client.tag_instance(name, tags, deadline=deadline))

    def rename(self, name: str, new_name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(self._client.rename_instance(name, new_name, deadline=deadline))
