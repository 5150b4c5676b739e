# SPDX-License-Identifier: Apache-2.0
"""What is computed from measurements, and nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from statistics import median


def percentile(values: Sequence[float], share: float) -> float:
    """Return the smallest value that at least ``share`` of the values do not exceed.

    It is one of the values (nearest rank): nothing is made up between two of them.

    Args:
        values: At least one, in any order.
        share: Above 0, up to 1; 0.99 for the 99th percentile.
    """
    ordered = sorted(values)
    return ordered[max(1, math.ceil(share * len(ordered))) - 1]


def spread(values: Sequence[float]) -> float:
    """Return how far the values of the rounds lie apart: their range as a share of the median."""
    middle = median(values)
    return (max(values) - min(values)) / middle if middle else 0.0


def ratio(over: Sequence[float], under: Sequence[float]) -> float | None:
    """Return the median of the ratios of two series that were measured in the same rounds.

    Rounds are compared with themselves, so that a machine that slows down in the middle of a run
    slows down both sides of each ratio. None when a round of ``under`` is zero or rounds are missing.
    """
    if not under or len(over) != len(under) or not all(under):
        return None
    return median(a / b for a, b in zip(over, under, strict=True))
