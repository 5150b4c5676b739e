# SPDX-License-Identifier: Apache-2.0
"""How what a server used is shown: rates in a second, to be drawn."""

from __future__ import annotations

from collections.abc import Collection
from typing import Any

from synnefo_compute import Point, Series
from synnefo_core.clock import iso

METRICS = {
    "cpu": ("cpu",),
    "memory": ("memory_mib",),
    "network": ("rx_bytes", "rx_packets", "rx_drops", "tx_bytes", "tx_packets", "tx_drops"),
    "disk": ("read_bytes", "reads", "write_bytes", "writes"),
}
"""What can be asked for, and the columns that it is."""


def full(found: Series, metrics: Collection[str]) -> dict[str, Any]:
    """Show some metrics of a series."""
    columns = [column for name in METRICS if name in metrics for column in METRICS[name]]
    return {
        "stats": {
            "step": found.step_s,
            "since": iso(found.since),
            "columns": ["at", "seconds", *columns],
            "points": [_row(point, columns) for point in found.points],
        }
    }


def _row(point: Point, columns: Collection[str]) -> list[Any]:
    values = {**point.rates, "memory_mib": point.ram_mib}
    return [iso(point.at), point.seconds, *(values[column] for column in columns)]
