# SPDX-License-Identifier: Apache-2.0
"""From counters to rates: what a server used between two samples, at several steps.

Counters of a process begin at nothing, so one that went back, or whose process is another, counts
whole (a reboot, a move to another node, a card that was plugged in anew). What was used is added up in
``totals`` that never go back; for each step it is remembered what they were when a point was last
written, and the next point is the difference. So no earlier point is ever read or written again, and
rounds that were lost are spread over the time that they took.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from synnefo_core.contracts.figures import Sample

DAY_S = 86400


@dataclass(frozen=True)
class Step:
    """Points so many seconds apart, kept for ``kept_s``; a row has those of ``chunk_s``."""

    step_s: int
    kept_s: int

    @property
    def chunk_s(self) -> int:
        return 20 * self.step_s

    def chunk_of(self, at: float) -> int:
        """Return when the row begins that a moment's point is in."""
        return int(at) // self.chunk_s * self.chunk_s


STEPS = (Step(60, DAY_S // 4), Step(600, 4 * DAY_S), Step(7200, 60 * DAY_S))

COUNTED = (
    "cpu",
    "rx_bytes",
    "rx_packets",
    "rx_drops",
    "tx_bytes",
    "tx_packets",
    "tx_drops",
    "read_bytes",
    "write_bytes",
    "reads",
    "writes",
)
"""What a point has beside the memory; all of them in a second."""

_EARLY_S = 6.0
"""A point is written so much before its step is over: rounds come a little early, too."""
_SAME_S = 5.0
"""Processes that began so close to each other are one: clocks are corrected."""


@dataclass(frozen=True)
class Point:
    """What a server used on an average in the ``seconds`` before a moment.

    Attributes:
        at: The moment.
        seconds: Before it.
        ram_mib: The memory that it had at the end.
        rates: By the names of :data:`COUNTED`, in a second; processor time is in seconds, too.
    """

    at: float
    seconds: float
    ram_mib: int
    rates: Mapping[str, float]

    def line(self) -> str:
        """Return it as a line of text."""
        rates = (f"{self.rates[name]:.4g}" for name in COUNTED)
        return " ".join([f"{self.at:.0f} {self.seconds:.0f} {self.ram_mib}", *rates]) + "\n"


def point_of(line: str) -> Point:
    """Read what :meth:`Point.line` wrote."""
    at, seconds, ram_mib, *rates = line.split()
    told = dict(zip(COUNTED, map(float, rates), strict=True))
    return Point(float(at), float(seconds), int(ram_mib), told)


@dataclass(frozen=True)
class Anchor:
    """What the totals were when a step's last point was written."""

    at: float
    totals: tuple[float, ...]


@dataclass(frozen=True)
class Account:
    """A server's last sample, what it has used in all, and where each step's points stand."""

    sample: Sample
    totals: tuple[float, ...]
    anchors: Mapping[int, Anchor]


def opened(sample: Sample) -> Account:
    """Return the account of a server that is seen for the first time: rates begin from here."""
    nothing = (0.0,) * len(COUNTED)
    anchor = Anchor(sample.at, nothing)
    return Account(sample, nothing, {step.step_s: anchor for step in STEPS})


@dataclass(frozen=True)
class Progress:
    """An account after one more sample, what that added, and the points that are due."""

    account: Account
    used: tuple[float, ...]
    points: Mapping[Step, Point]


def advanced(before: Account, sample: Sample) -> Progress:
    """Add a later sample to an account."""
    is_new = _is_other_process(before.sample, sample)
    used = _used(None if is_new else before.sample, sample)
    totals = tuple(each + more for each, more in zip(before.totals, used, strict=True))
    anchors, points = dict(before.anchors), {}
    for step in STEPS:
        anchor = anchors.get(step.step_s) or Anchor(before.sample.at, before.totals)
        if is_new and sample.began_at - anchor.at > 2 * step.step_s:
            # It did not run before: that is no low use, that is none.
            anchor = replace(anchor, at=sample.began_at)
        if sample.at - anchor.at >= step.step_s - _EARLY_S:
            points[step] = _point(anchor, sample, totals)
            anchor = Anchor(sample.at, totals)
        anchors[step.step_s] = anchor
    return Progress(Account(sample, totals, anchors), used, points)


def _is_other_process(before: Sample, now: Sample) -> bool:
    return before.node != now.node or abs(now.began_at - before.began_at) > _SAME_S


def _point(anchor: Anchor, sample: Sample, totals: Sequence[float]) -> Point:
    seconds = sample.at - anchor.at
    rates = {
        name: (after - before) / seconds
        for name, before, after in zip(COUNTED, anchor.totals, totals, strict=True)
    }
    return Point(sample.at, seconds, sample.ram_mib, rates)


def _used(before: Sample | None, now: Sample) -> tuple[float, ...]:
    cards = _by_name(before.cards if before else ())
    disks = _by_name(before.disks if before else ())
    sums = dict.fromkeys(COUNTED, 0.0)
    sums["cpu"] = _grown(before.cpu_s if before else 0.0, now.cpu_s)
    for device, known in [(c, cards) for c in now.cards] + [(d, disks) for d in now.disks]:
        was = known.get(device.name, {})
        for name, value in vars(device).items():
            if name != "name":
                sums[name] += _grown(was.get(name) or 0, value or 0)
    return tuple(sums.values())


def _by_name(devices: Iterable[Any]) -> dict[str, dict[str, Any]]:
    return {device.name: vars(device) for device in devices}


def _grown(before: float, now: float) -> float:
    return now - before if now >= before else now
