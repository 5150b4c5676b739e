# SPDX-License-Identifier: Apache-2.0
"""What a server's cluster says of it now, for those who look for what is wrong with it."""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import TypeVar

import synnefo_backends
from synnefo_compute import names
from synnefo_compute.figures import series
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import (
    BackendError,
    ComputeBackend,
    Instance,
    InstanceMissing,
    PowerState,
)
from synnefo_core.contracts.figures import Card, Disk, Sample
from synnefo_core.errors import Conflict, InvalidState, Unavailable

log = logging.getLogger(__name__)

_ANSWER_S = 10.0

_Device = TypeVar("_Device", Card, Disk)


@dataclass(frozen=True)
class Diagnosis:
    """A server as its cluster has it.

    Attributes:
        driver: The kind of its cluster.
        power: Whether it runs; its node may not say.
        vcpus: Its processors.
        ram_mib: Its memory.
        disks_mib: The sizes of its disks, in their order.
        macs: The addresses of its network cards, in their order.
        has_config_drive: Whether it was asked for with one.
        used: What was last heard of what it used, None if that was never or long ago.
        cards: What each card received and sent, in the order of ``macs``; None for unknown.
        disks: What was read from each disk and written to it, in the order of ``disks_mib``.
    """

    driver: str
    power: PowerState
    vcpus: int
    ram_mib: int
    disks_mib: tuple[int, ...]
    macs: tuple[str, ...]
    has_config_drive: bool
    used: Sample | None
    cards: tuple[Card | None, ...]
    disks: tuple[Disk | None, ...]


def diagnose_server(context: RequestContext, server_id: str) -> Diagnosis:
    """Ask a server's cluster for it.

    Raises:
        NotFound: The caller has none of this id.
        InvalidState: It was not made yet, or never.
        Conflict: Its cluster has no instance of it.
        Unavailable: Its cluster does not answer.
    """
    with context.reading() as session:
        row = owned(context, session, server_id)
        if not row.launched_at:
            noun, action = "server", "diagnostics"
            raise InvalidState(noun, row.vm_state, action)
        backend_id, has_config_drive = row.backend_id, row.has_config_drive
    instance = _instance(context, backend_id, server_id)
    used = series.latest(context, server_id) if instance.power is PowerState.RUNNING else None
    return Diagnosis(
        driver=synnefo_backends.find(context, backend_id).driver,
        power=instance.power,
        vcpus=instance.vcpus,
        ram_mib=instance.ram_mib,
        disks_mib=tuple(disk.size_mib for disk in instance.disks),
        macs=tuple(nic.mac for nic in instance.nics),
        has_config_drive=has_config_drive,
        used=used,
        cards=_counted((nic.name for nic in instance.nics), used.cards if used else ()),
        disks=_of_disks(instance, used.disks if used else ()),
    )


def _counted(device_names: Iterable[str], told: Iterable[_Device]) -> tuple[_Device | None, ...]:
    """Return what is known of each device: by its name, or its number where it has none."""
    known = {device.name: device for device in told}
    return tuple(known.get(name or str(number)) for number, name in enumerate(device_names))


def _of_disks(instance: Instance, told: Sequence[Disk]) -> tuple[Disk | None, ...]:
    """Return likewise what is known of disks; what is known of all together is that of an only one."""
    if len(instance.disks) == 1 and [disk.name for disk in told] == [""]:
        return tuple(told)
    return _counted((disk.name for disk in instance.disks), told)


def _instance(context: RequestContext, backend_id: str, server_id: str) -> Instance:
    name = names.of_instance(context.cloud, server_id)

    def find(backend: ComputeBackend) -> Instance:
        return backend.inventory.instance(name, timeout_s=_ANSWER_S)

    try:
        return synnefo_backends.call(context, backend_id, find)
    except InstanceMissing as cause:
        msg = "the cluster has no instance of this server"
        raise Conflict(msg) from cause
    except BackendError as cause:
        log.warning("a server can't be seen", extra={"server": server_id, "problem": str(cause)})
        msg = "the server's cluster does not answer"
        raise Unavailable(msg) from cause
