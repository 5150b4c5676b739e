# SPDX-License-Identifier: Apache-2.0
"""Many who take and give back addresses of one subnet at once, on PostgreSQL.

Each takes the next while others hold theirs; a third is given back on the way, so that gaps are
looked for as well. In the end everything is given back, and nothing may be left.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from sqlalchemy import func, select

import synnefo_network
from synnefo_core.cloud import Cloud, assemble
from synnefo_core.context import RequestContext
from synnefo_core.db import migrations
from synnefo_network import NetworkSpec, PortSpec, SubnetSpec
from synnefo_network.models import AddressRow
from tools.bench import clouds
from tools.bench.arithmetic import percentile
from tools.bench.databases import databases

Given = TypeVar("Given")
Made = TypeVar("Made")

CLIENTS, NUMBER = 64, 100_000
_GIVEN_BACK_EACH = 3


@dataclass(frozen=True)
class Outcome:
    """What came of it; rates are per second, times in milliseconds.

    Attributes:
        taken: How many addresses were taken in all.
        duplicates: How many of them somebody had at that time.
        left: How many rows of addresses there are when all were given back.
        leaks: What ``synnefo pool verify`` found while they were held, and afterwards.
    """

    taken: int
    duplicates: int
    left: int
    leaks: int
    taken_per_s: float
    taken_p99_ms: float
    freed_per_s: float

    def __str__(self) -> str:
        return (
            f"{self.taken} addresses taken, {self.taken_per_s:.0f} per s, p99"
            f" {self.taken_p99_ms:.1f} ms; given back {self.freed_per_s:.0f} per s;"
            f" {self.duplicates} twice, {self.left} left, {self.leaks} leaks"
        )


def measure(place: Path, *, clients: int = CLIENTS, number: int = NUMBER) -> Outcome:
    """Take and give back addresses on a PostgreSQL server of its own."""
    with ExitStack() as stack:
        database = stack.enter_context(databases("postgresql"))
        config = place / "bench.conf"
        config.write_text(clouds.configuration(database.url("addresses")))
        config.chmod(0o600)
        # Each client has a connection, as with several processes: who waits for one is not measured.
        pool = {("database", "pool_size"): clients}
        cloud = assemble(data_dir=place / "data", files=(config,), overrides=pool)
        stack.callback(cloud.close)
        migrations.upgrade(cloud.database, cloud.branches())
        return _measured(cloud, clients, number)


def _measured(cloud: Cloud, clients: int, number: int) -> Outcome:
    context = RequestContext(
        cloud=cloud, user_id="u", project_id="p", roles=frozenset({"member", "reader"})
    )
    network_id = synnefo_network.create_network(context, NetworkSpec()).id
    spec = SubnetSpec(network_id=network_id, cidr=_range(number))
    synnefo_network.create_subnet(context, spec)
    shares = [number // clients + (place < number % clients) for place in range(clients)]
    began = time.monotonic()
    parts = _at_once(lambda share: _take(context, network_id, share), shares)
    taken_s = time.monotonic() - began
    times = sorted(spent for part in parts for spent in part.times_s)
    held = [one for part in parts for one in part.held]
    duplicates = len(held) - len({ip for _, ip in held})
    leaks = len(synnefo_network.verify_addresses(context))
    began = time.monotonic()
    _at_once(lambda part: _free(context, part.held), parts)
    freed_s = time.monotonic() - began
    with context.reading() as session:
        left = session.scalar(select(func.count()).select_from(AddressRow)) or 0
    return Outcome(
        taken=len(times),
        duplicates=duplicates,
        left=left,
        leaks=leaks + len(synnefo_network.verify_addresses(context)),
        taken_per_s=len(times) / taken_s,
        taken_p99_ms=percentile(times, 0.99) * 1000,
        freed_per_s=len(held) / freed_s,
    )


def _range(number: int) -> str:
    """Return a range of which most is used when all are held: gaps are what is hard to find."""
    bits = max(8, (number * 11 // 10).bit_length())
    return f"10.0.0.0/{32 - bits}"


@dataclass(frozen=True)
class _Part:
    """What one client holds (port and address), and how long each took."""

    held: Sequence[tuple[str, str]]
    times_s: Sequence[float]


def _at_once(act: Callable[[Given], Made], parts: Sequence[Given]) -> list[Made]:
    with ThreadPoolExecutor(len(parts)) as pool:
        return list(pool.map(act, parts))


def _take(context: RequestContext, network_id: str, share: int) -> _Part:
    held, times_s = [], []
    for number in range(share):
        began = time.monotonic()
        port = synnefo_network.create_port(context, PortSpec(network_id=network_id))
        times_s.append(time.monotonic() - began)
        held.append((port.id, port.fixed_ips[0].ip))
        if number % _GIVEN_BACK_EACH == 0:
            synnefo_network.delete_port(context, held.pop()[0])
    return _Part(held, times_s)


def _free(context: RequestContext, held: Sequence[tuple[str, str]]) -> None:
    for port_id, _ in held:
        synnefo_network.delete_port(context, port_id)
