# SPDX-License-Identifier: Apache-2.0
"""Volumes as disks of Ganeti's template ``ext``, by the provider of ``synnefo-node-ganeti``.

Ganeti 3.0 can't attach an ext disk that it has detached. So a volume is attached by adding a
disk that says by its ticket which volume it is, and detached by removing that disk.
"""

from __future__ import annotations

import time

from synnefo_backend_ganeti import seeds, translation
from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.rapi import RapiClient, errors
from synnefo_core.contracts.compute import (
    DEFAULT_TIMEOUT_S,
    DiskSpec,
    InstanceMissing,
    RequestRefused,
)
from synnefo_core.contracts.devices import Volumes


class GanetiVolumes(Volumes):
    """Give instances volumes; those that run have them at once with the hypervisor KVM."""

    template = "ext"

    def __init__(self, client: RapiClient, *, is_default: bool) -> None:
        self._client, self.is_default = client, is_default

    def disk(self, name: str, *, size_mib: int, ticket: str) -> DiskSpec:
        # There is no block device on the node: QEMU speaks to the provider's server itself.
        parameters = {"provider": seeds.PROVIDER, "access": "userspace", "ticket": ticket}
        return DiskSpec(name, size_mib, parameters)

    def attach(self, name: str, disk: DiskSpec, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        new = translation.new_disk(disk)
        with in_contract_words():
            return str(self._client.add_disk(name, new, deadline=deadline))

    def detach(self, name: str, disk: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            return str(self._client.remove_disk(name, disk, deadline=deadline))

    def tell_size(
        self, name: str, disk: str, *, size_mib: int, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            number = self._number(name, disk, deadline)
            return str(
                self._client.grow_disk(name, disk=number, size_mib=size_mib, deadline=deadline)
            )

    def _number(self, name: str, disk: str, deadline: float) -> int:
        """Return which of all disks it is, a seed's counted."""
        try:
            found = self._client.instance(name, deadline=deadline)
        except errors.NotFound as error:
            raise InstanceMissing(f"the cluster has no instance {name}") from error
        names = [each.name for each in found.disks]
        if disk not in names:
            raise RequestRefused(f"instance {name} has no disk {disk}")
        return names.index(disk)
