# SPDX-License-Identifier: Apache-2.0
"""The cluster and its nodes, as they tell of themselves."""

from __future__ import annotations

from dataclasses import dataclass

from synnefo_backend_ganeti.rapi.records import Record

NODE_FIELDS = ("name", "offline", "drained", "vm_capable")
NODE_LIVE_FIELDS = (
    *NODE_FIELDS,
    "role",
    "ctotal",
    "mtotal",
    "mfree",
    "dtotal",
    "dfree",
    "pinst_cnt",
)


@dataclass(frozen=True)
class ClusterInfo:
    """A cluster's settings; cards that say nothing else have its mode and link."""

    name: str
    software_version: str
    master: str
    default_hypervisor: str
    enabled_hypervisors: tuple[str, ...]
    enabled_disk_templates: tuple[str, ...]
    nic_mode: str
    nic_link: str


@dataclass(frozen=True)
class Node:
    """A node; figures are None when they were not asked for or the node does not answer.

    Attributes:
        is_usable: Whether new instances may be placed on it.
        is_offline: Whether an operator, or a failure, has taken it out.
        is_drained: Whether it is to get no instances.
        role: "M" for the master, "C", "R", "D" or "O"; None when it was not asked for.
        disk_mib: Of the storage that the cluster's first disk template uses.
        instances: How many have it as their primary node.
    """

    name: str
    is_usable: bool
    is_offline: bool
    is_drained: bool
    role: str | None
    cpus: int | None
    ram_mib: int | None
    free_ram_mib: int | None
    disk_mib: int | None
    free_disk_mib: int | None
    instances: int | None


def info_from(record: Record) -> ClusterInfo:
    """Read a cluster's settings."""
    nics = record.record("nicparams").record("default")
    return ClusterInfo(
        name=record.text("name"),
        software_version=record.text("software_version"),
        master=record.text("master"),
        default_hypervisor=record.text("default_hypervisor"),
        enabled_hypervisors=record.texts("enabled_hypervisors"),
        enabled_disk_templates=record.texts("enabled_disk_templates"),
        nic_mode=nics.text("mode"),
        nic_link=nics.text("link"),
    )


def node_from(record: Record) -> Node:
    """Read a node out of a row of a query."""
    is_offline, is_drained = record.claim("offline"), record.claim("drained")
    return Node(
        name=record.text("name"),
        is_usable=record.claim("vm_capable") and not (is_offline or is_drained),
        is_offline=is_offline,
        is_drained=is_drained,
        role=record.maybe_text("role"),
        cpus=record.maybe_integer("ctotal"),
        ram_mib=record.maybe_integer("mtotal"),
        free_ram_mib=record.maybe_integer("mfree"),
        disk_mib=record.maybe_integer("dtotal"),
        free_disk_mib=record.maybe_integer("dfree"),
        instances=record.maybe_integer("pinst_cnt"),
    )
