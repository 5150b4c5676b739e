# SPDX-License-Identifier: Apache-2.0
"""What simulated instances have used: the contract's facet ``Samples``.

Nothing is written down. Each instance has a pace of its own that rises and falls within some minutes,
and its counters are what that adds up to since it was made; so they never go back, whoever looks.
"""

from __future__ import annotations

import math
import zlib
from dataclasses import dataclass

from synnefo_backend_sim import instances
from synnefo_backend_sim.clusterfile import Turn
from synnefo_backend_sim.frontdoor import FrontDoor
from synnefo_backend_sim.inventory import LAST_CHARACTER
from synnefo_core.contracts.compute import DEFAULT_TIMEOUT_S, Instance, PowerState
from synnefo_core.contracts.figures import Card, Disk, Sample, Samples

_WAVE_S = 900.0
_DEPTH = 0.8

_RX_BYTES, _TX_BYTES, _PACKET_BYTES = 20_000.0, 8_000.0, 500
_READ_BYTES, _WRITE_BYTES, _OPERATION_BYTES = 40_000.0, 60_000.0, 16_384
"""Of a device in a second, on an average; and of a packet or an operation."""


@dataclass(frozen=True)
class SimSamples(Samples):
    """Counters of what runs."""

    door: FrontDoor

    def all(self, prefix: str = "", *, timeout_s: float = DEFAULT_TIMEOUT_S) -> list[Sample]:
        def seen(turn: Turn) -> list[Sample]:
            found = instances.select(turn.db, first=prefix, last=prefix + LAST_CHARACTER)
            return [_sample(each, turn.now) for each in found if each.power is PowerState.RUNNING]

        return self.door.ask(seen, timeout_s=timeout_s)


def _sample(instance: Instance, now: float) -> Sample:
    began_at = min(now, instance.created_at or 0.0)
    pace = _Pace(instance.name, now - began_at)
    return Sample(
        instance=instance.name,
        at=now,
        began_at=began_at,
        cpu_s=round(pace.sum("cpu", 0.3 * instance.vcpus), 2),
        ram_mib=int(instance.ram_mib * (0.5 + 0.4 * pace.share("ram"))),
        cards=tuple(_card(pace, nic.name or str(i)) for i, nic in enumerate(instance.nics)),
        disks=tuple(_disk(pace, disk.name or str(i)) for i, disk in enumerate(instance.disks)),
        node=instance.node,
    )


def _card(pace: _Pace, name: str) -> Card:
    rx, tx = int(pace.sum(f"rx{name}", _RX_BYTES)), int(pace.sum(f"tx{name}", _TX_BYTES))
    return Card(
        name=name,
        rx_bytes=rx,
        rx_packets=rx // _PACKET_BYTES,
        tx_bytes=tx,
        tx_packets=tx // _PACKET_BYTES,
    )


def _disk(pace: _Pace, name: str) -> Disk:
    read, written = pace.sum(f"read{name}", _READ_BYTES), pace.sum(f"write{name}", _WRITE_BYTES)
    return Disk(
        name=name,
        read_bytes=int(read),
        write_bytes=int(written),
        reads=int(read) // _OPERATION_BYTES,
        writes=int(written) // _OPERATION_BYTES,
    )


@dataclass(frozen=True)
class _Pace:
    """How busy an instance was until an age in seconds."""

    instance: str
    age_s: float

    def share(self, what: str) -> float:
        """Return a number from 0 to 1 that is this instance's for something."""
        return zlib.crc32(f"{self.instance}/{what}".encode()) / 2**32

    def sum(self, what: str, per_s: float) -> float:
        """Return what a rate adds up to that is so high on an average."""
        start, turn = 2 * math.pi * self.share(f"{what}/phase"), 2 * math.pi / _WAVE_S
        waves = (math.cos(start) - math.cos(start + turn * self.age_s)) * _DEPTH / turn
        return per_s * (0.5 + self.share(what)) * (self.age_s + waves)
