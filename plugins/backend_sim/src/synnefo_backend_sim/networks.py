# SPDX-License-Identifier: Apache-2.0
"""The networks of a simulated cluster, all of whose nodes are one group."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from ipaddress import ip_network
from typing import Any

from synnefo_core.contracts.networks import ClusterNetwork, NetworkSpec


def make_table(db: sqlite3.Connection) -> None:
    """Make the table in a cluster that has none yet."""
    db.execute(
        "CREATE TABLE IF NOT EXISTS network (name TEXT PRIMARY KEY, spec TEXT NOT NULL,"
        " reserved TEXT NOT NULL, is_connected INTEGER NOT NULL)"
    )


def request_of(spec: NetworkSpec) -> Mapping[str, Any]:
    """Return what a job has to remember of a network."""
    return asdict(spec)


def put(db: sqlite3.Connection, spec: Mapping[str, Any]) -> None:
    """Make a network, connected; one that is there is connected and else stays as it is."""
    whole = ip_network(spec["cidr"])
    ends = [str(whole[0]), str(whole[-1]), *([spec["gateway"]] if spec["gateway"] else [])]
    db.execute(
        "INSERT INTO network VALUES (?, ?, ?, 1) ON CONFLICT (name) DO UPDATE SET is_connected = 1",
        (spec["name"], json.dumps(spec), json.dumps([*ends, *spec["reserved"]])),
    )


def drop(db: sqlite3.Connection, name: str) -> None:
    """Remove a network."""
    db.execute("DELETE FROM network WHERE name = ?", (name,))


def disconnect(db: sqlite3.Connection, name: str) -> None:
    """Take a network from the nodes."""
    db.execute("UPDATE network SET is_connected = 0 WHERE name = ?", (name,))


def reserve(
    db: sqlite3.Connection, name: str, *, add: Iterable[str], remove: Iterable[str]
) -> None:
    """Reserve addresses of a network, or do so no more."""
    row = db.execute("SELECT reserved FROM network WHERE name = ?", (name,)).fetchone()
    reserved = {*json.loads(row["reserved"]), *add} - {*remove}
    db.execute(
        "UPDATE network SET reserved = ? WHERE name = ?", (json.dumps(sorted(reserved)), name)
    )


def named(db: sqlite3.Connection, name: str) -> ClusterNetwork | None:
    """Return a network."""
    found = [each for each in beginning(db, name) if each.name == name]
    return found[0] if found else None


def beginning(db: sqlite3.Connection, prefix: str) -> list[ClusterNetwork]:
    """Return the networks whose names begin so, by name."""
    rows = db.execute(
        "SELECT *, (SELECT count(DISTINCT instance.name) FROM instance, json_each(instance.nics) AS nic"
        " WHERE json_extract(nic.value, '$.network') = network.name) AS instances"
        " FROM network WHERE substr(name, 1, length(?)) = ? ORDER BY name",
        (prefix, prefix),
    )
    return [_shown(row) for row in rows]


def missing(db: sqlite3.Connection, nics: Iterable[Mapping[str, Any]]) -> list[str]:
    """Return the networks of some cards on which none can be."""
    wanted = {nic["network"] for nic in nics} - {""}
    there = {each.name for each in beginning(db, "") if each.is_connected} if wanted else set()
    return sorted(wanted - there)


def _shown(row: sqlite3.Row) -> ClusterNetwork:
    spec = json.loads(row["spec"])
    return ClusterNetwork(
        name=row["name"],
        cidr=spec["cidr"],
        gateway=spec["gateway"],
        mac_prefix=spec["mac_prefix"],
        tags=tuple(spec["tags"]),
        reserved=frozenset(json.loads(row["reserved"])),
        unconnected=() if row["is_connected"] else ("default",),
        instances=row["instances"],
    )
