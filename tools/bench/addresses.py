# SPDX-License-Identifier: Apache-2.0
"""Many who take and give back addresses of one subnet at once, from several processes, on PostgreSQL.

Each takes the next while others hold theirs; a third is given back on the way, so that gaps are
looked for as well. In the end everything is given back, and nothing may be left.
"""

from __future__ import annotations

import multiprocessing
import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any, TypeVar

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

CLIENTS, NUMBER, PROCESSES = 64, 100_000, 4
_GIVEN_BACK_EACH = 3
_END_S = 120.0


@dataclass(frozen=True)
class Outcome:
    """What came of it; rates are per second, times in milliseconds.

    Attributes:
        taken: How many addresses were taken in all.
        duplicates: How many of them somebody had at that time.
        left: How many rows of addresses there are when all were given back.
        leaks: What ``synnefo pool verify`` found while they were held, and afterwards.
        cpu_ms: Processor time of the clients for one that is taken and given back.
        database_cpu_ms: PostgreSQL's for the same.
    """

    taken: int
    duplicates: int
    left: int
    leaks: int
    taken_per_s: float
    taken_p99_ms: float
    freed_per_s: float
    cpu_ms: float
    database_cpu_ms: float

    def __str__(self) -> str:
        return (
            f"{self.taken} addresses taken, {self.taken_per_s:.0f} per s, p99"
            f" {self.taken_p99_ms:.1f} ms; given back {self.freed_per_s:.0f} per s;"
            f" {self.duplicates} twice, {self.left} left, {self.leaks} leaks;"
            f" CPU {self.cpu_ms:.2f} ms each, PostgreSQL's {self.database_cpu_ms:.2f} ms"
        )


def measure(
    place: Path, *, clients: int = CLIENTS, number: int = NUMBER, processes: int = PROCESSES
) -> Outcome:
    """Take and give back addresses on a PostgreSQL server of its own."""
    with ExitStack() as stack:
        database = stack.enter_context(databases("postgresql"))
        config = place / "bench.conf"
        config.write_text(clouds.configuration(database.url("addresses")))
        config.chmod(0o600)
        cloud = _cloud(place, 2)
        stack.callback(cloud.close)
        migrations.upgrade(cloud.database, cloud.branches())
        context = _member(cloud)
        network_id = synnefo_network.create_network(context, NetworkSpec()).id
        spec = SubnetSpec(network_id=network_id, cidr=_range(number))
        synnefo_network.create_subnet(context, spec)
        shares = [number // clients + (each < number % clients) for each in range(clients)]
        parts = [shares[each::processes] for each in range(min(processes, clients))]
        lines = [stack.enter_context(_process(place, network_id, part)) for part in parts]
        return _measured(context, lines, database.cpu_s)


def _cloud(place: Path, clients: int) -> Cloud:
    # Each client has a connection: who waits for one is not measured.
    pool = {("database", "pool_size"): clients}
    return assemble(data_dir=place / "data", files=(place / "bench.conf",), overrides=pool)


def _member(cloud: Cloud) -> RequestContext:
    roles = frozenset({"member", "reader"})
    return RequestContext(cloud=cloud, user_id="u", project_id="p", roles=roles)


def _measured(
    context: RequestContext, lines: Sequence[Connection], database_cpu_s: Callable[[], float]
) -> Outcome:
    _heard(lines)  # all are ready
    cpu_s, began = database_cpu_s(), time.monotonic()
    parts = [part for some in _told(lines) for part in some]
    taken_s = time.monotonic() - began
    times = sorted(spent for part in parts for spent in part.times_s)
    held = [ip for part in parts for _, ip in part.held]
    leaks = len(synnefo_network.verify_addresses(context))
    began = time.monotonic()
    clients_cpu_s = sum(_told(lines))
    freed_s, cpu_s = time.monotonic() - began, database_cpu_s() - cpu_s
    with context.reading() as session:
        left = session.scalar(select(func.count()).select_from(AddressRow)) or 0
    return Outcome(
        taken=len(times),
        duplicates=len(held) - len(set(held)),
        left=left,
        leaks=leaks + len(synnefo_network.verify_addresses(context)),
        taken_per_s=len(times) / taken_s,
        taken_p99_ms=percentile(times, 0.99) * 1000,
        freed_per_s=len(held) / freed_s,
        cpu_ms=1000 * clients_cpu_s / len(times),
        database_cpu_ms=1000 * cpu_s / len(times),
    )


def _told(lines: Sequence[Connection]) -> list[Any]:
    """Have all processes go on at once; return what each comes back with."""
    for line in lines:
        line.send(None)
    return _heard(lines)


def _heard(lines: Sequence[Connection]) -> list[Any]:
    return [line.recv() for line in lines]


@contextmanager
def _process(place: Path, network_id: str, shares: Sequence[int]) -> Iterator[Connection]:
    """Keep a process with a client for each share; yield the line to it, which ends with the process."""
    spawning = multiprocessing.get_context("spawn")
    here, there = spawning.Pipe()
    process = spawning.Process(target=_run, args=(there, place, network_id, shares), daemon=True)
    process.start()
    there.close()
    try:
        yield here
    finally:
        here.close()
        process.join(_END_S)


def _run(line: Connection, place: Path, network_id: str, shares: Sequence[int]) -> None:
    """Take all shares at once when told, and give them back when told again."""
    cloud = _cloud(place, len(shares))
    try:
        context = _member(cloud)
        line.send(None)
        line.recv()
        cpu_s = time.process_time()
        parts = _at_once(lambda share: _take(context, network_id, share), shares)
        cpu_s = time.process_time() - cpu_s
        line.send(parts)
        line.recv()
        cpu_s -= time.process_time()
        _at_once(lambda part: _free(context, part.held), parts)
        line.send(cpu_s + time.process_time())
    finally:
        cloud.close()


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
