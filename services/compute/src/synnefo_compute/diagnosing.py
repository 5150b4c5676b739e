# SPDX-License-Identifier: Apache-2.0
"""What a server's cluster says of it now, for those who look for what is wrong with it."""

from __future__ import annotations

import logging
from dataclasses import dataclass

import synnefo_backends
from synnefo_compute import names
from synnefo_compute.rows import owned
from synnefo_core.context import RequestContext
from synnefo_core.contracts.compute import (
    BackendError,
    ComputeBackend,
    Instance,
    InstanceMissing,
    PowerState,
)
from synnefo_core.errors import Conflict, InvalidState, Unavailable

log = logging.getLogger(__name__)

_ANSWER_S = 10.0


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
    """

    driver: str
    power: PowerState
    vcpus: int
    ram_mib: int
    disks_mib: tuple[int, ...]
    macs: tuple[str, ...]
    has_config_drive: bool


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
    return Diagnosis(
        driver=synnefo_backends.find(context, backend_id).driver,
        power=instance.power,
        vcpus=instance.vcpus,
        ram_mib=instance.ram_mib,
        disks_mib=tuple(disk.size_mib for disk in instance.disks),
        macs=tuple(nic.mac for nic in instance.nics),
        has_config_drive=has_config_drive,
    )


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
