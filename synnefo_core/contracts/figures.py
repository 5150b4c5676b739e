# SPDX-License-Identifier: Apache-2.0
"""What instances have used so far: processor time, memory, bytes and operations of their devices.

Nodes publish them on :data:`FIGURES`; clusters whose nodes don't are asked, if their driver has the
facet :class:`Samples`, which is a part of :mod:`synnefo_core.contracts.compute`. All are counters since
the instance's process began: who hears them bears that a round is lost or comes twice, and that
counters begin again.
"""

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S
from synnefo_core.contracts.reading import InvalidDocument, read, require

FIGURES = "compute.figures"
"""The topic. A message is ``{"node": its name, "samples": [sample, …]}``, each one an object with the
names of :class:`Sample`'s attributes, the node left out."""

AT_ONCE = 100
"""So many instances are told of in one message at most."""

DEVICES = 64
"""So many cards, and so many disks, of an instance are told of."""

_NAME = re.compile(r"[0-9A-Za-z][0-9A-Za-z_.:-]{0,254}")
_MOST = 2**63


@dataclass(frozen=True)
class Card:
    """What a network card has received and sent, as its guest sees it.

    Attributes:
        name: The card's in its cluster; its number where it has none.
        rx_bytes: Received.
        rx_packets: Likewise.
        rx_drops: What did not reach the guest.
        tx_bytes: Sent.
        tx_packets: Likewise.
        tx_drops: What did not leave.
    """

    name: str
    rx_bytes: int = 0
    rx_packets: int = 0
    rx_drops: int = 0
    tx_bytes: int = 0
    tx_packets: int = 0
    tx_drops: int = 0

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True)
class Disk:
    """What was read from a disk and written to it; operations are None where nobody counts them.

    Attributes:
        name: The disk's in its cluster; empty for all of an instance's disks that are not told of
            by themselves.
    """

    name: str
    read_bytes: int = 0
    write_bytes: int = 0
    reads: int | None = None
    writes: int | None = None

    def __post_init__(self) -> None:
        _check(self)


@dataclass(frozen=True)
class Sample:
    """What an instance has used since its process began.

    Attributes:
        instance: Its name.
        at: When this was seen, in seconds since the epoch.
        began_at: When the process began that counts, likewise.
        cpu_s: Processor time in seconds, of all its processors and of what serves them.
        ram_mib: Memory that the process has now.
        cards: Its network cards.
        disks: Its disks.
        node: Where it runs.
    """

    instance: str
    at: float
    began_at: float
    cpu_s: float
    ram_mib: int
    cards: tuple[Card, ...] = ()
    disks: tuple[Disk, ...] = ()
    node: str = ""

    def __post_init__(self) -> None:
        require(bool(_NAME.fullmatch(self.instance)), "instance")
        require(len(self.node) <= 255 and self.node.isprintable(), "node")
        for name in ("at", "began_at", "cpu_s", "ram_mib"):
            require(0 <= getattr(self, name) < _MOST, name)
        for name in ("cards", "disks"):
            devices = getattr(self, name)
            require(len(devices) <= DEVICES, name)
            require(len({each.name for each in devices}) == len(devices), name)


def used_at(socket: Path) -> Path:
    """Return the file in which a process that serves a disk at a unix socket says how much it was used.

    JSON with the counters of :class:`Disk`, by its names, since the first of the clients that there
    are came; it is there as long as there are any, and some seconds old.
    """
    return socket.with_name(f"{socket.name}.used")


class Samples(ABC):
    """See what instances have used: for clusters whose nodes don't publish it."""

    @abstractmethod
    def all(self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S) -> list[Sample]:
        """Return a sample of each running instance whose name begins so, in the order of names."""


def messages(node: str, samples: Sequence[Sample]) -> Iterator[Mapping[str, Any]]:
    """Yield what a node publishes of a round, in parts of bounded size."""
    for start in range(0, len(samples), AT_ONCE):
        yield {"node": node, "samples": [_told(each) for each in samples[start : start + AT_ONCE]]}


def _told(sample: Sample) -> dict[str, Any]:
    told = asdict(sample)
    del told["node"]
    # As JSON has them: a bus within a process passes messages on as they are.
    return {**told, "cards": list(told["cards"]), "disks": list(told["disks"])}


def sampled(payload: Mapping[str, Any]) -> list[Sample]:
    """Read a message.

    Raises:
        InvalidDocument: It is none.
    """
    node, told = payload.get("node"), payload.get("samples")
    if not isinstance(node, str) or not isinstance(told, list) or len(told) > AT_ONCE:
        raise InvalidDocument("node or samples")
    for each in told:
        require(isinstance(each, dict) and "node" not in each, "samples")
    return [read(Sample, {**each, "node": node}, "sample") for each in told]


def _check(device: Card | Disk) -> None:
    require(not device.name or bool(_NAME.fullmatch(device.name)), "name")
    counters = (value for name, value in vars(device).items() if name != "name")
    require(all(value is None or 0 <= value < _MOST for value in counters), "counters")
