# SPDX-License-Identifier: Apache-2.0
"""A volume over NBD beside a clone in qcow2: the same client, the same disk, in turn.

Both are clones of 256 MiB of random bytes, made anew in each round. What counts are the ratios of
a round and the server's processor time for each request; rates depend on what else runs.
"""

from __future__ import annotations

import json
import os
import subprocess
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import product
from pathlib import Path
from statistics import median

from synnefo_blocks import Reader, volumes, write
from synnefo_blocks.nbd.protocol import Command
from synnefo_blocks.references import Reference
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.contracts.storage import CLUSTER_BYTES
from synnefo_core.offload import ThreadOffload
from synnefo_storage_nfs.driver import NfsStorage
from tests.services.blocks.nbd_client import NbdClient
from tests.system.labs import packages
from tests.system.labs.waiting import until
from tools.bench import processes
from tools.bench.arithmetic import ratio
from tools.bench.promises import MISSED

MIB = 1024 * 1024
SIZE_BYTES = 256 * MIB
OURS, PEER = "synnefo-nbd", "qemu-nbd"
FIRST = "first write"
_FIRST_BYTES = 4096


@dataclass(frozen=True)
class Case:
    """One load.

    Attributes:
        name: How it is called.
        kind: What fio calls it.
        block_bytes: How much a request is about.
        depth: How many requests are under way.
        least: How many times qcow2's our rate is to be; None where nothing was promised.
        is_own: Whether both have written all of the disk before.
    """

    name: str
    kind: str
    block_bytes: int
    depth: int
    least: float | None = None
    is_own: bool = False


CASES = [
    Case("read-4m", "read", 4 * MIB, 4, 2.5),
    Case("randread-4k-d1", "randread", 4096, 1),
    Case("randread-4k-d32", "randread", 4096, 32, 2),
    Case("randwrite-4k-d1", "randwrite", 4096, 1),
    Case("randwrite-4k-d32", "randwrite", 4096, 32, 2),
    Case("write-4m", "write", 4 * MIB, 4, 2),
    Case("own-randread-4k-d32", "randread", 4096, 32, is_own=True),
    Case("own-randwrite-4k-d32", "randwrite", 4096, 32, 1, is_own=True),
]
"""In this order: those about own data come after all of it was written."""


@dataclass(frozen=True)
class Sample:
    """What one server did in one round: requests per second, and its time for each in µs."""

    per_s: float
    cpu_us: float


@dataclass(frozen=True)
class Side:
    """A server that is measured.

    Attributes:
        name: How it is called.
        command: Makes a fresh clone and returns the command that serves it at a socket.
    """

    name: str
    command: Callable[[Path], Sequence[str]]


def measure(
    place: Path,
    tell: Callable[[str], None],
    *,
    rounds: int,
    seconds: float,
    chosen: Sequence[Case] = CASES,
) -> bool:
    """Measure, and tell; return whether all that was promised is so."""
    packages.ensure("nbd")
    packages.ensure("fio")
    found: dict[tuple[str, str], list[Sample]] = {}
    with _sides(place) as sides:
        for _, side in product(range(rounds), sides):
            for name, sample in _round(side, place, chosen, seconds):
                found.setdefault((name, side.name), []).append(sample)
    lines = [
        _line(name, found[name, OURS], found[name, PEER], least=least, most=most)
        for name, least, most in [(FIRST, None, 1.5), *((c.name, c.least, None) for c in chosen)]
    ]
    tell(f"{'':24}{OURS + '/s':>16}{PEER + '/s':>16}{'ratio':>8}{'ours us':>10}{'its us':>10}")
    for line in lines:
        tell(line)
    return not any(MISSED in line for line in lines)


def _line(
    name: str,
    ours: Sequence[Sample],
    peer: Sequence[Sample],
    *,
    least: float | None,
    most: float | None,
) -> str:
    """Return rates, processor time for each request, and what was promised.

    Args:
        name: Of the case.
        ours: One sample each round.
        peer: The same of the other one.
        least: How many times its rate ours is at least.
        most: How many times its time for one ours is at most.
    """
    found = ratio([s.per_s for s in ours], [s.per_s for s in peer]) or 0
    rates = f"{median(s.per_s for s in ours):16.0f}{median(s.per_s for s in peer):16.0f}"
    cost = f"{median(s.cpu_us for s in ours):10.1f}{median(s.cpu_us for s in peer):10.1f}"
    line = f"{name:24}{rates}{found:8.2f}{cost}"
    if least is not None:
        return f"{line}  {'kept' if found >= least else MISSED}: at least {least:g}"
    if most is not None:
        return f"{line}  {'kept' if found * most >= 1 else MISSED}: at most {most:g} times as long"
    return line


def _round(
    side: Side, place: Path, chosen: Sequence[Case], seconds: float
) -> Iterator[tuple[str, Sample]]:
    socket = place / "disk.sock"
    socket.unlink(missing_ok=True)
    command = side.command(socket)
    os.sync()  # else what was just copied is written while the first case is measured
    server = processes.Served(command, directory=place, log=f"{side.name}.log")
    try:
        until(socket.exists, side.name, within_s=60)
        yield FIRST, _first_writes(socket, server)
        is_own = False
        for case in chosen:
            if case.is_own and not is_own:
                _fio(socket, Case("fill", "write", 4 * MIB, 4), None)
                is_own = True
            began = server.cpu_s()
            requests, took_s = _fio(socket, case, seconds)
            cpu_us = (server.cpu_s() - began) / requests * 1e6
            yield case.name, Sample(requests / took_s, cpu_us)
    finally:
        server.stop()


def _first_writes(socket: Path, server: processes.Served) -> Sample:
    """Write 4 KiB into clusters that the clone shares, one after the other."""
    client = NbdClient(socket)
    client.go()
    data, took, began = os.urandom(_FIRST_BYTES), [], server.cpu_s()
    places = range(8192, SIZE_BYTES, 16 * CLUSTER_BYTES)
    for offset in places:
        begun = time.perf_counter()
        assert client.call(Command.WRITE, offset, data=data) == 0
        took.append(time.perf_counter() - begun)
    client.send(client.request(Command.DISCONNECT))
    client.close()
    return Sample(1 / median(took), (server.cpu_s() - began) / len(places) * 1e6)


def _fio(socket: Path, case: Case, seconds: float | None) -> tuple[int, float]:
    """Run fio; return how many requests were answered, and in how many seconds."""
    told = {
        "name": case.name,
        "ioengine": "nbd",
        "uri": f"nbd+unix:///?socket={socket}",
        "rw": case.kind,
        "bs": case.block_bytes,
        "iodepth": case.depth,
        "size": SIZE_BYTES,
        "randrepeat": 0,
        "norandommap": 1,
        "output-format": "json",
    }
    if seconds is not None:
        told |= {"time_based": 1, "runtime": f"{int(seconds * 1000)}ms"}
    command = ["fio", *(f"--{name}={value}" for name, value in told.items())]
    done = subprocess.run(command, capture_output=True, text=True, check=True, timeout=120)
    (job,) = json.loads(done.stdout[done.stdout.index("{") :])["jobs"]
    figures = job["write" if "write" in case.kind else "read"]
    return figures["total_ios"], figures["runtime"] / 1000


@contextmanager
def _sides(place: Path) -> Iterator[Sequence[Side]]:
    """Make what is cloned, on both sides."""
    raw, base = place / "base.raw", place / "base.qcow2"
    with raw.open("wb") as file:
        for _ in range(SIZE_BYTES // MIB):
            file.write(os.urandom(MIB))
    _run("qemu-img", "convert", "-q", "-O", "qcow2", str(raw), str(base))
    storage = NfsStorage(DriverSetup("nfs", {"path": str(place / "store")}, place))
    offload = ThreadOffload(4)
    config = place / "nbd.conf"
    config.write_text(f"[store]\ndriver = nfs\npath = {place}/store\n")
    try:
        with raw.open("rb") as file:
            reference = write(storage, offload, file.read).reference
        # Both have what is beneath in memory: blocks are written past it.
        for _ in Reader(storage, offload, reference).read():
            continue
        yield (
            Side(PEER, lambda socket: _qcow2(place, base, socket)),
            Side(OURS, lambda socket: _volume(storage, reference, config, socket)),
        )
    finally:
        offload.close()
        storage.close()


def _volume(storage: NfsStorage, base: Reference, config: Path, socket: Path) -> Sequence[str]:
    volumes.delete(storage, "disk")
    volumes.create(storage, "disk", SIZE_BYTES, base=base)
    told = ["--socket", str(socket), "--epoch", "2", "--config", str(config)]
    return processes.python("synnefo_blocks.nbd.main", "disk", *told)


def _qcow2(place: Path, base: Path, socket: Path) -> Sequence[str]:
    clone = place / "clone.qcow2"
    clone.unlink(missing_ok=True)
    _run("qemu-img", "create", "-q", "-f", "qcow2", "-b", str(base), "-F", "qcow2", str(clone))
    told = ["-k", str(socket), "-t", "-e", "8", "--cache=writeback", "-f", "qcow2"]
    return ["qemu-nbd", *told, str(clone)]


def _run(*command: str) -> None:
    subprocess.run(command, check=True, capture_output=True, timeout=300)
