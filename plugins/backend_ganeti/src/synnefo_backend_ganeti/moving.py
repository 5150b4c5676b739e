# SPDX-License-Identifier: Apache-2.0
"""Hand instances to another cluster: without disks, on block devices, and on volumes of the cloud.

Ganeti 3.0 makes an instance of disks that are there (``adopt``) only of logical volumes and of block
devices under ``/dev/disk``. It removes the former with their instance; the latter it leaves. Of
all others (file, sharedfile, gluster, rbd, ext, drbd) it names the volumes itself, anew with
each instance. What a disk of the template ``ext`` is, though, its provider says, and ours goes by
the ticket: it makes nothing that is there, and removes nothing that is kept.
"""

from __future__ import annotations

import time
from collections.abc import Iterable, Mapping
from dataclasses import replace

from synnefo_backend_ganeti import placement, seeds, translation
from synnefo_backend_ganeti.failures import in_contract_words
from synnefo_backend_ganeti.options import Defaults
from synnefo_backend_ganeti.rapi import Instance, RapiClient, errors, queries
from synnefo_core.contracts.compute import (
    DEFAULT_TIMEOUT_S,
    DiskSpec,
    InstanceMissing,
    InstanceSpec,
    RequestRefused,
)
from synnefo_core.contracts.moving import Baggage, Lodging, Movable, MovingDisk

DISKLESS, DEVICES, VOLUMES = "diskless", "blockdev", "ext"
VOLUME_STORE = "volumes"
"""Where volumes lie unless the operator says otherwise: whoever serves some reaches all stores."""


class GanetiMovable(Movable):
    """Take instances in and give them up.

    Attributes:
        shared: The store of a template's disks that other clusters reach, too, as the operator says.
    """

    def __init__(self, client: RapiClient, defaults: Defaults, shared: Mapping[str, str]) -> None:
        self._client, self._defaults = client, defaults
        self.shared = {VOLUMES: VOLUME_STORE, **shared}

    def stores(self, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> frozenset[str]:
        del timeout_s  # nobody is asked
        return frozenset(self.shared.values())

    def lodgings(
        self, names: Iterable[str], *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> Mapping[str, Lodging]:
        deadline, wanted = time.monotonic() + timeout_s, list(names)
        if not wanted:
            return {}
        with in_contract_words():
            found = self._client.instances(queries.one_of("name", wanted), deadline=deadline)
        return {each.name: self._lodging(each) for each in found}

    def _lodging(self, found: Instance) -> Lodging:
        template = found.disk_template
        if template == DISKLESS:
            return Lodging()
        if template not in (DEVICES, VOLUMES):
            return Lodging(problem=f"Ganeti takes over no disks of the template {template}")
        if template not in self.shared:
            return Lodging(problem="its block devices are not said to be shared (shared_disks)")
        return Lodging(self.shared[template])

    def baggage(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> Baggage:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            found = self._movable(name, deadline)
            if found.disk_template == DISKLESS:
                return Baggage(disk_template=DISKLESS)
            if found.disk_template == VOLUMES:
                return Baggage(self._lodging(found).store, VOLUMES, _volumes(found))
            devices = self._client.devices(name, deadline=deadline)
        disks = tuple(
            MovingDisk(disk.name or "", disk.size_mib, {"adopt": device})
            for disk, device in zip(found.disks, devices, strict=True)
        )
        return Baggage(self._lodging(found).store, found.disk_template, disks)

    def _movable(self, name: str, deadline: float) -> Instance:
        """Return an instance whose disks outlive it."""
        try:
            found = self._client.instance(name, deadline=deadline)
        except errors.NotFound as error:
            raise InstanceMissing(f"the cluster has no instance {name}") from error
        if problem := self._lodging(found).problem:
            raise RequestRefused(problem)
        return found

    def take_in(
        self, spec: InstanceSpec, baggage: Baggage, *, timeout_s: float = DEFAULT_TIMEOUT_S
    ) -> str:
        deadline = time.monotonic() + timeout_s
        if baggage.store not in ("", *self.stores()):
            raise RequestRefused(f"the disks lie in {baggage.store}, which is out of reach")
        made_of = replace(
            spec,
            disk_template=baggage.disk_template,
            disks=_disks(baggage),
            is_started=False,
        )
        with in_contract_words():
            new = translation.new_instance(
                made_of, defaults=self._defaults, placement=self._placement(deadline)
            )
            new = replace(new, is_installed=False)
            return str(self._client.create_instance(new, deadline=deadline))

    def _placement(self, deadline: float) -> placement.Placement:
        """Name a node: Ganeti's allocators don't place what is adopted."""
        if self._defaults.node:
            return placement.Placement(node=self._defaults.node)
        return placement.emptiest(self._client.nodes(is_live=True, deadline=deadline))

    def give_up(self, name: str, *, timeout_s: float = DEFAULT_TIMEOUT_S) -> str:
        deadline = time.monotonic() + timeout_s
        with in_contract_words():
            found = self._movable(name, deadline)
            if translation.runs(found.status):
                raise RequestRefused(f"instance {name} runs")
            return str(self._client.delete_instance(name, shutdown_timeout_s=0, deadline=deadline))


def _volumes(found: Instance) -> tuple[MovingDisk, ...]:
    """Return the disks of an instance on volumes, the first-boot seed among them."""
    return tuple(
        MovingDisk(disk.name or "", disk.size_mib, is_volume=not seeds.is_ours(disk.name or ""))
        for disk in found.disks
    )


def _disks(baggage: Baggage) -> tuple[DiskSpec, ...]:
    """Return what goes along as disks of a new instance.

    Raises:
        RequestRefused: A volume has no ticket.
    """
    tickets = [disk.parameters for disk in baggage.disks if disk.is_volume]
    if not all(map(seeds.is_volume, tickets)):
        raise RequestRefused("a disk is a volume, and comes without a ticket")
    if not tickets:
        return tuple(DiskSpec(d.name, d.size_mib, d.parameters) for d in baggage.disks)
    # The seed lies beside the disk that the guest starts from, which is the first.
    beside = seeds.beside(tickets[0])
    return tuple(
        DiskSpec(d.name, d.size_mib, d.parameters if d.is_volume else beside) for d in baggage.disks
    )
