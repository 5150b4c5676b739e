# SPDX-License-Identifier: Apache-2.0
from __future__ import annotations

import time
from collections.abc import Mapping

from synnefo_backend_ganeti import seeds
from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import RapiClient, errors
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, InstanceMissing, Reshape
from synnefo_core.contracts.seed import Seed


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

    def hand_seed(
        self, name: str, seed: Seed, *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str | None:
        """Put it into the instance's private parameters, which a reinstallation uses and empties.

        The remote API's reinstallation takes no secret ones. Private ones are in no record of a
        job, but in the cluster's configuration until then. An instance of before there were seeds
        has no disk for one, and an OS definition that takes none.
        """
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            try:
                disks = self._client.instance(name, deadline=deadline).disks
            except errors.NotFound as error:
                raise InstanceMissing(f"the cluster has no instance {name}") from error
            has_disk = any(seeds.is_ours(disk.name or "") for disk in disks)
            seeds.require_disk(seed, has_disk=has_disk)
            if not has_disk:
                return None
            parameters = seeds.parameters(seed)
            return str(self._client.set_private_parameters(name, parameters, deadline=deadline))

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
