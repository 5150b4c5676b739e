# SPDX-License-Identifier: Apache-2.0
"""The instances of a cluster as rows, and the node that a new one goes to."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from typing import Any

from synnefo_backend_sim import media, seeds
from synnefo_core.contracts.compute import (
    Disk,
    Instance,
    InstanceSpec,
    Nic,
    NicSpec,
    PowerState,
)

EXCLUSION = "synnefo:group:"
"""How tags begin that no two instances of a node have."""


def request_of(spec: InstanceSpec) -> dict[str, Any]:
    """Return what a create job has to remember of a specification.

    No secret is part of it but the seed, which :func:`insert` keeps where the guest reads it.
    """
    return {
        "vcpus": spec.vcpus,
        "ram_mib": spec.ram_mib,
        "disks": [{"name": disk.name, "size_mib": disk.size_mib} for disk in spec.disks],
        "nics": [card_of(nic) for nic in spec.nics],
        "tags": list(spec.tags),
        "is_started": spec.is_started,
        "seed": spec.seed.pack() if spec.seed else "",
    }


def card_of(nic: NicSpec) -> dict[str, Any]:
    """Return what is remembered of a network card."""
    return asdict(Nic(name=nic.name, mac=nic.mac, ip=nic.ip, link=nic.link, network=nic.network))


def tightest_node(
    db: sqlite3.Connection, *, ram_mib: int, disk_mib: int, tags: Iterable[str] = ()
) -> int | None:
    """Return the online node that keeps the least memory free once it holds this, if any fits.

    As Ganeti's allocator does where ``htools:iextags:synnefo:group`` is set on the cluster, it leaves
    out nodes that have an instance with one of the tags of a group.
    """
    apart = [tag for tag in tags if tag.startswith(EXCLUSION)]
    row = db.execute(
        """
        SELECT id FROM node
        WHERE is_online AND ram_mib - used_ram_mib >= ? AND disk_mib - used_disk_mib >= ?
        AND NOT EXISTS (
            SELECT 1 FROM instance, json_each(instance.tags) AS own, json_each(?) AS unwanted
            WHERE instance.node = node.id AND own.value = unwanted.value
        )
        ORDER BY ram_mib - used_ram_mib, id LIMIT 1
        """,
        (ram_mib, disk_mib, json.dumps(apart)),
    ).fetchone()
    return None if row is None else int(row["id"])


def other_node(db: sqlite3.Connection, instance: sqlite3.Row, *, named: str = "") -> int | None:
    """Return the online node with most memory free that this can move to; of this name, if any."""
    row = db.execute(
        """
        SELECT id FROM node
        WHERE is_online AND id <> ? AND ram_mib - used_ram_mib >= ?
        AND disk_mib - used_disk_mib >= ? AND ? IN ('', name)
        ORDER BY ram_mib - used_ram_mib DESC, id LIMIT 1
        """,
        (instance["node"], instance["ram_mib"], instance["disk_mib"], named),
    ).fetchone()
    return None if row is None else int(row["id"])


def insert(
    db: sqlite3.Connection, name: str, request: Mapping[str, Any], *, node: int, at: float
) -> None:
    """Put a stopped instance on a node."""
    db.execute(
        "INSERT INTO instance (name, node, power, vcpus, ram_mib, disk_mib, disks, nics, tags,"
        " created_at) VALUES (?, ?, 'stopped', ?, ?, ?, ?, ?, ?, ?)",
        (
            name,
            node,
            request["vcpus"],
            request["ram_mib"],
            disk_mib_of(request),
            json.dumps(request["disks"]),
            json.dumps(request["nics"]),
            json.dumps(request["tags"]),
            at,
        ),
    )
    if request.get("seed"):
        seeds.tell(db, name, request["seed"])


def disk_mib_of(request: Mapping[str, Any]) -> int:
    """Return the space that all disks of a request take."""
    return sum(disk["size_mib"] for disk in request["disks"])


def remove(db: sqlite3.Connection, name: str) -> bool:
    """Remove an instance; return whether it was there."""
    seeds.forget(db, name)
    media.forget(db, name)
    return db.execute("DELETE FROM instance WHERE name = ?", (name,)).rowcount == 1


def set_power(db: sqlite3.Connection, name: str, power: PowerState) -> bool:
    """Switch an instance; return whether it is there."""
    changed = db.execute("UPDATE instance SET power = ? WHERE name = ?", (power.value, name))
    return changed.rowcount == 1


_SELECT = """
    SELECT instance.*, node.name AS node_name, node.is_online, boot.words AS boot
    FROM instance JOIN node ON node.id = instance.node
    LEFT JOIN boot ON boot.instance = instance.name
"""


def select(db: sqlite3.Connection, *, first: str, last: str) -> list[Instance]:
    """Return the instances whose names are between two names, both included, by name.

    On a node that is offline nobody knows whether an instance runs.
    """
    chosen = "WHERE instance.name BETWEEN ? AND ? ORDER BY instance.name"
    return [_shown(row) for row in db.execute(f"{_SELECT} {chosen}", (first, last))]


def named(db: sqlite3.Connection, names: Iterable[str]) -> list[Instance]:
    """Return the instances that have one of these names."""
    chosen = "WHERE instance.name IN (SELECT value FROM json_each(?))"
    return [_shown(row) for row in db.execute(f"{_SELECT} {chosen}", (json.dumps(list(names)),))]


def _shown(row: sqlite3.Row) -> Instance:
    return Instance(
        name=row["name"],
        power=PowerState(row["power"]) if row["is_online"] else PowerState.UNKNOWN,
        vcpus=row["vcpus"],
        ram_mib=row["ram_mib"],
        node=row["node_name"],
        disks=tuple(Disk(**disk) for disk in json.loads(row["disks"])),
        nics=tuple(Nic(**nic) for nic in json.loads(row["nics"])),
        tags=tuple(json.loads(row["tags"])),
        created_at=row["created_at"],
        boot=json.loads(row["boot"]) if row["boot"] else media.DISK,
    )
