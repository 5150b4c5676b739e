# SPDX-License-Identifier: Apache-2.0
"""Ports of a cloud that has very many: made, shown, listed and deleted over HTTP, on PostgreSQL."""

from __future__ import annotations

import ipaddress
import uuid
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice, product
from pathlib import Path
from typing import Any

from sqlalchemy import insert, inspect, select

import synnefo_network
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext, for_claims
from synnefo_core.db.base import Base
from synnefo_network import NetworkSpec, PortSpec, SubnetSpec
from synnefo_network.models import AddressRow, PortGroupRow, PortRow
from tools.bench.asking import Client, Tell
from tools.bench.databases import analyze
from tools.bench.scale import serving

NUMBER, REQUESTS = 100_000, 1000
CONNECTIONS = (1, 16)
PATH = "/network/v2.0/ports"
GOAL_P99_MS, GOAL_PER_S = 50.0, 90.0
"""What creations at 16 connections should keep: ten times what Neutron makes a second."""
_AT_ONCE = 1000
_FIRST = ipaddress.IPv4Address("10.0.0.0")
_CIDR, _FIRST_POSITION = "10.0.0.0/14", 16


def measure(place: Path, number: int, tell: Tell) -> bool:
    """Measure each kind of request, and tell of it line by line; return whether goals are kept."""
    with serving(place) as (cloud, seeded, port, running):
        member = _member(cloud, seeded.token)
        network_id = synnefo_network.create_network(member, NetworkSpec()).id
        synnefo_network.create_subnet(member, SubnetSpec(network_id=network_id, cidr=_CIDR))
        ids = _fill(member, network_id, number)
        analyze(cloud.database.engine)
        client = Client(port, seeded.token)
        is_kept = True
        for kind, connections in product(_kinds(ids), CONNECTIONS):
            name, method, paths, status = kind
            # Who deletes, deletes others the second time.
            some = paths[connections > 1 :: 2] if method == "DELETE" else paths
            body = {"port": {"network_id": network_id}} if method == "POST" else None
            before = running["apis"].cpu_s()
            outcome = client.ask(method, some, REQUESTS, connections, body=body, status=status)
            cpu_ms = 1000 * (running["apis"].cpu_s() - before) / REQUESTS
            tell(f"{name}, {connections} connections: {outcome}, CPU {cpu_ms:.2f} ms")
            if method == "POST" and connections > 1:
                is_kept = is_kept and outcome.p99_ms < GOAL_P99_MS and outcome.per_s >= GOAL_PER_S
        return is_kept


def _kinds(ids: Sequence[str]) -> list[tuple[str, str, list[str], int]]:
    """Return what is asked: its name, method, paths and the answer's status."""
    ordered = sorted(ids)
    middle = ordered[len(ids) // 2]
    some = ordered[:: max(1, len(ids) // (2 * REQUESTS))][: 2 * REQUESTS]
    return [
        ("create", "POST", [PATH], 201),
        # The first time one of the two processes, at least, has never made a port.
        ("create again", "POST", [PATH], 201),
        ("show", "GET", [f"{PATH}/{each}" for each in some], 200),
        ("list the first 100", "GET", [f"{PATH}?limit=100"], 200),
        ("list 100 behind a marker", "GET", [f"{PATH}?limit=100&marker={middle}"], 200),
        ("delete", "DELETE", [f"{PATH}/{each}" for each in some], 204),
    ]


def _member(cloud: Cloud, token: str) -> RequestContext:
    claims = cloud.directory.claims(token) if cloud.directory else None
    if claims is None:
        raise RuntimeError("the token that was just issued is not valid")
    return for_claims(cloud, claims, "")


def _fill(member: RequestContext, network_id: str, number: int) -> list[str]:
    """Make one port as requests do, and copies of its rows with ids and addresses of their own."""
    first = synnefo_network.create_port(member, PortSpec(network_id=network_id))
    with member.reading() as session:
        pattern: dict[type[Base], dict[str, Any]] = {
            model: _values(session.scalars(select(model).where(of_port == first.id)).one())
            for model, of_port in (
                (PortRow, PortRow.id),
                (AddressRow, AddressRow.port_id),
                (PortGroupRow, PortGroupRow.port_id),
            )
        }
    synnefo_network.delete_port(member, first.id)
    copies = _copies(pattern, number)
    ids: list[str] = []
    while some := list(islice(copies, _AT_ONCE)):
        with member.unit_of_work() as session:
            for model in pattern:
                session.execute(insert(model), [rows[model] for rows in some])
        ids += [rows[PortRow]["id"] for rows in some]
    return ids


def _copies(
    pattern: Mapping[type[Base], Mapping[str, Any]], number: int
) -> Iterator[dict[type[Base], dict[str, Any]]]:
    prefix = str(pattern[PortRow]["mac"])[:8]
    for position in range(_FIRST_POSITION, _FIRST_POSITION + number):
        port_id = str(uuid.uuid4())
        own: dict[type[Base], dict[str, Any]] = {
            PortRow: {"id": port_id, "mac": _mac(prefix, position)},
            AddressRow: {
                "id": str(uuid.uuid4()),
                "port_id": port_id,
                "ip": str(_FIRST + position),
                "position": position,
            },
            PortGroupRow: {"port_id": port_id},
        }
        yield {model: {**pattern[model], **values} for model, values in own.items()}


def _mac(prefix: str, number: int) -> str:
    return ":".join([prefix, *(f"{byte:02x}" for byte in number.to_bytes(3, "big"))])


def _values(row: Base) -> dict[str, Any]:
    return {each.key: getattr(row, each.key) for each in inspect(type(row)).column_attrs}
