# SPDX-License-Identifier: Apache-2.0
"""Instances: as the cluster has them, and as it is asked to make them."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from synnefo_backend_ganeti.rapi.records import Json, Record, texts

INSTANCE_FIELDS = (
    "name",
    "uuid",
    "status",
    "pnode",
    "beparams",
    "disk_template",
    "disk.names",
    "disk.sizes",
    "nic.names",
    "nic.macs",
    "nic.ips",
    "nic.links",
    "nic.networks.names",
    "tags",
    "ctime",
    "custom_hvparams",
)


@dataclass(frozen=True)
class Disk:
    """A disk of an instance; without a name when it was made without one."""

    name: str | None
    size_mib: int


@dataclass(frozen=True)
class Nic:
    """A network card of an instance; without a name when it was made without one."""

    name: str | None
    mac: str
    ip: str | None
    link: str | None
    network: str | None


@dataclass(frozen=True)
class Instance:
    """An instance as the cluster has it.

    Attributes:
        status: ``running``, ``ADMIN_down``, ``ERROR_nodedown``, …; None when unknown.
        node: Its primary node.
        ram_mib: The most that it may use.
        created_at: Seconds since the epoch.
        own_parameters: Those of the hypervisor that it has for itself.
    """

    name: str
    uuid: str
    status: str | None
    node: str
    vcpus: int
    ram_mib: int
    disk_template: str
    disks: tuple[Disk, ...]
    nics: tuple[Nic, ...]
    tags: tuple[str, ...]
    created_at: float | None
    own_parameters: Record


@dataclass(frozen=True)
class NewInstance:
    """An instance to be made.

    Attributes:
        os_type: ``name+variant``; an instance without disks needs one too.
        disk_template: None for the first that the cluster has enabled.
        disks: For each ``size`` (MiB), ``name``, and what the template allows.
        nics: For each ``mac``, ``name``, ``ip``, and ``network`` or ``mode`` and ``link``.
        node: The primary node; exactly one of this and ``iallocator`` is given.
        iallocator: The allocator that finds a node; ``hail`` finds none on a
            cluster of one node.
        osparams_secret: Known to this job only, and stored nowhere.
        is_installed: Whether the OS definition writes on its disks; else it is not started either.
    """

    name: str
    os_type: str
    vcpus: int
    ram_mib: int
    disk_template: str | None = None
    disks: tuple[dict[str, Json], ...] = ()
    nics: tuple[dict[str, Json], ...] = ()
    node: str | None = None
    iallocator: str | None = None
    hypervisor: str | None = None
    hvparams: Mapping[str, str | int | bool] = field(default_factory=dict)
    osparams: Mapping[str, str] = field(default_factory=dict)
    osparams_secret: Mapping[str, str] = field(default_factory=dict, repr=False)
    tags: tuple[str, ...] = ()
    is_started: bool = True
    is_installed: bool = True

    def body(self) -> dict[str, Json]:
        """Return the body of the request that makes it.

        Names and addresses are not checked (they are ours to give), and the job
        does not wait for mirrored disks to be in sync.
        """
        body: dict[str, Json] = {
            "__version__": 1,
            "mode": "create",
            "instance_name": self.name,
            "os_type": self.os_type,
            "disk_template": self.disk_template,
            "disks": list(self.disks),
            "nics": list(self.nics),
            "pnode": self.node,
            "iallocator": self.iallocator,
            "hypervisor": self.hypervisor,
            "hvparams": dict(self.hvparams),
            "beparams": {
                "vcpus": self.vcpus,
                "minmem": self.ram_mib,
                "maxmem": self.ram_mib,
                "auto_balance": True,
            },
            "osparams": dict(self.osparams),
            "tags": list(self.tags),
            "start": self.is_started,
            "name_check": False,
            "ip_check": False,
            "conflicts_check": False,
            "wait_for_sync": False,
        }
        if not self.is_installed:
            body["no_install"] = True
        if self.osparams_secret:
            body["osparams_secret"] = dict(self.osparams_secret)
        return {name: value for name, value in body.items() if value is not None}


def instance_from(record: Record) -> Instance:
    """Read an instance: a row of a query or the answer to a GET, which name fields alike."""
    backend = record.record("beparams")
    return Instance(
        name=record.text("name"),
        uuid=record.text("uuid"),
        status=record.maybe_text("status"),
        node=record.maybe_text("pnode") or "",
        vcpus=backend.integer("vcpus"),
        ram_mib=backend.integer("maxmem"),
        disk_template=record.maybe_text("disk_template") or "",
        disks=tuple(
            Disk(disk.maybe_text("name"), disk.integer("size"))
            for disk in _columns(record, name="disk.names", size="disk.sizes")
        ),
        nics=tuple(
            Nic(
                nic.maybe_text("name"),
                nic.text("mac"),
                nic.maybe_text("ip"),
                nic.maybe_text("link"),
                nic.maybe_text("network"),
            )
            for nic in _columns(
                record,
                name="nic.names",
                mac="nic.macs",
                ip="nic.ips",
                link="nic.links",
                network="nic.networks.names",
            )
        ),
        tags=record.texts("tags"),
        created_at=record.maybe_number("ctime"),
        own_parameters=record.record("custom_hvparams"),
    )


def _columns(record: Record, **fields: str) -> list[Record]:
    """Turn parallel lists (``nic.macs``, ``nic.ips``) into one record for each thing."""
    lists = [record.items(field) for field in fields.values()]
    return [Record(dict(zip(fields, row, strict=True))) for row in zip(*lists, strict=True)]


def devices_from(result: Json, name: str) -> list[str]:
    """Read where the block devices of an instance are, out of the result of a job that tells of it."""
    disks = Record.of(result).record(name).items("disks")
    return [texts(Record.of(disk).items("logical_id"))[-1] for disk in disks]
