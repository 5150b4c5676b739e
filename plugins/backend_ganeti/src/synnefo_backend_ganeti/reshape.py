# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from collections.abc import Mapping

from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import RapiClient
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, Reshape


class GanetiReshape(Reshape):
    """Change what instances are made of.

    Ganeti takes other processors and memory for an instance that runs too, but only its next start
    uses them.
    """

    def __init__(self, client: RapiClient) -> None:
        self._client = client

    def resize(
        self, name: str, *, vcpus: int, ram_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(
                self._client.resize_instance(name, vcpus=vcpus, ram_mib=ram_mib, deadline=deadline)
            )

    def grow_disk(
        self, name: str, *, disk: int, size_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(
                self._client.grow_disk(name, disk=disk, size_mib=size_mib, deadline=deadline)
            )

    def reinstall(
        self,
        name: str,
        *,
        os: str = "",
        os_parameters: Mapping[str, str] | None = None,
        is_started: bool = True,
        timeout_s: float = DEFAULT_TIMEOUT_S,
    ) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(
                self._client.reinstall_instance(
                    name,
                    os_type=os or None,
                    osparams=os_parameters,
                    is_started=is_started,
                    deadline=deadline,
                )
            )
