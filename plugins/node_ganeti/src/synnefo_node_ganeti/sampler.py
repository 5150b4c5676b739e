# SPDX-License-Identifier: Apache-2.0
"""What the instances of this node have used, as files tell it.

Ganeti notes under its run directory, for each instance that KVM runs::

    kvm-hypervisor/pid/NAME           the process
    kvm-hypervisor/nic/NAME/NUMBER    the tap of each card
    kvm-hypervisor/conf/NAME.runtime  JSON: words, cards, parameters, [[disk, link, URI], …]

The kernel counts the rest. A card receives what its tap sends. Disks that other processes serve (their
URI says where) are not read and written by QEMU: what ``synnefo-nbd`` serves it counts itself, and notes
beside its socket; of others nothing is known.
"""

from __future__ import annotations

import json
import logging
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from synnefo_core.contracts.figures import DEVICES, Card, Disk, Sample, used_at
from synnefo_core.contracts.reading import InvalidDocument

log = logging.getLogger(__name__)

_TICKS = os.sysconf("SC_CLK_TCK")
_PAGE_BYTES = os.sysconf("SC_PAGE_SIZE")
MIB = 2**20

_UTIME, _STIME, _STARTTIME = 11, 12, 19
"""Where they are in ``/proc/PID/stat`` behind the process' name (proc(5): 14, 15 and 22)."""
_RECEIVED, _SENT = 0, 8
"""Where a tap's counters begin in ``/proc/net/dev``: bytes, packets, errors, drops."""
_SERVED = re.compile(r"nbd:unix:(/[^:]+)")
_COUNTERS = ("read_bytes", "write_bytes", "reads", "writes")


class _Gone(Exception):
    """What a file names is no more, or is another."""


@dataclass(frozen=True)
class Sampler:
    """Sees what runs now.

    Attributes:
        node: This node's name.
        prefix: How the names of the cloud's instances begin.
        ganeti: Ganeti's run directory.
        cards: Returns the names of cards by the taps that are known.
        proc: Where the kernel tells of processes.
        interfaces: Where it tells of the interfaces of this network name space.
    """

    node: str
    prefix: str
    ganeti: Path
    cards: Callable[[], Mapping[str, str]]
    proc: Path = Path("/proc")
    interfaces: Path = Path("/proc/net/dev")

    def samples(self) -> list[Sample]:
        """Return a sample of each instance that runs, by name; who ends meanwhile has none."""
        pids = self.ganeti / "kvm-hypervisor" / "pid"
        try:
            found = sorted(path for path in pids.iterdir() if path.name.startswith(self.prefix))
            booted_at = self._booted_at()
            taps, cards = self._taps(), self.cards()
        except OSError as problem:
            log.debug("no figures: %s", problem)
            return []
        return list(self._samples(found, booted_at, _Wires(taps, cards)))

    def _samples(self, found: list[Path], booted_at: float, wires: _Wires) -> Iterator[Sample]:
        for path in found:
            try:
                yield self._sample(path, booted_at, wires)
            except (_Gone, OSError, ValueError, IndexError, InvalidDocument) as problem:
                log.debug("no figures of %s: %s", path.name, problem)

    def _sample(self, file: Path, booted_at: float, wires: _Wires) -> Sample:
        name, process = file.name, self.proc / file.read_text().strip()
        if name.encode() not in (process / "cmdline").read_bytes():
            raise _Gone("the process is another")
        # A process' own name may have spaces and brackets.
        stat = (process / "stat").read_text().rpartition(")")[2].split()
        return Sample(
            instance=name,
            at=time.time(),
            began_at=booted_at + int(stat[_STARTTIME]) / _TICKS,
            cpu_s=(int(stat[_UTIME]) + int(stat[_STIME])) / _TICKS,
            ram_mib=int((process / "statm").read_text().split()[1]) * _PAGE_BYTES // MIB,
            cards=tuple(wires.of(self.ganeti / "kvm-hypervisor" / "nic" / name))[:DEVICES],
            disks=tuple(self._disks(name, process))[:DEVICES],
            node=self.node,
        )

    def _disks(self, name: str, process: Path) -> Iterator[Disk]:
        served = self._served(name)
        if served is None or not all(served.values()):
            pairs = (line.split(":") for line in (process / "io").read_text().splitlines())
            told = {key: int(value) for key, value in pairs}
            yield Disk("", read_bytes=told["read_bytes"], write_bytes=told["write_bytes"])
        for disk, uri in (served or {}).items():
            found = _SERVED.fullmatch(uri)
            noted = _noted(disk, Path(found[1])) if found else None
            if noted is not None:
                yield noted

    def _served(self, name: str) -> dict[str, str] | None:
        """Return where disks are served, empty for those that QEMU opens; None if nobody says.

        Their names are those that Ganeti knows, or their numbers.
        """
        try:
            content = (self.ganeti / "kvm-hypervisor" / "conf" / f"{name}.runtime").read_text()
            disks = enumerate(json.loads(content)[3])
            return {disk.get("name") or str(n): str(uri or "") for n, (disk, _, uri) in disks}
        except (OSError, ValueError, TypeError, AttributeError, LookupError):
            return None

    def _booted_at(self) -> float:
        lines = (self.proc / "stat").read_text().splitlines()
        return float(next(line for line in lines if line.startswith("btime ")).split()[1])

    def _taps(self) -> dict[str, list[int]]:
        """Return the counters of all interfaces."""
        lines = self.interfaces.read_text().splitlines()[2:]
        pairs = (line.rpartition(":") for line in lines)
        return {name.strip(): [int(word) for word in words.split()] for name, _, words in pairs}


def _noted(name: str, socket: Path) -> Disk | None:
    """Return what who serves a disk has noted of it: None before a client came."""
    try:
        told = json.loads(used_at(socket).read_text())
        return Disk(name, **{each: int(told[each]) for each in _COUNTERS})
    except (OSError, ValueError, TypeError, LookupError, InvalidDocument) as problem:
        log.debug("nothing is known of the disk %s: %s", name, problem)
        return None


@dataclass(frozen=True)
class _Wires:
    """The counters of taps, and whose they are."""

    taps: Mapping[str, list[int]]
    cards: Mapping[str, str]

    def of(self, notes: Path) -> Iterator[Card]:
        """Yield the cards of an instance whose taps stand in a directory, by their numbers."""
        if not notes.is_dir():
            return
        for note in sorted(notes.iterdir(), key=lambda path: (len(path.name), path.name)):
            tap = note.read_text().strip()
            if tap not in self.taps:
                continue
            counters = self.taps[tap]
            received, sent = counters[_SENT : _SENT + 4], counters[_RECEIVED : _RECEIVED + 4]
            yield Card(
                name=self.cards.get(tap, note.name),
                rx_bytes=received[0],
                rx_packets=received[1],
                rx_drops=received[3],
                tx_bytes=sent[0],
                tx_packets=sent[1],
                tx_drops=sent[3],
            )
