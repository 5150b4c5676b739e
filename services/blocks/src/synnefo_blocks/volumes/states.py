# SPDX-License-Identifier: Apache-2.0
"""Where each cluster of a volume is to be read from: one byte for each.

A byte and not a bit: Python searches and fills bytes at the speed of memory. 16 MiB for each TiB.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

BASE = 0
"""In the base, or nowhere behind its end."""
ZERO = 1
"""Nowhere: it reads as zeros."""
FIRST_SLOT = 2
"""From here on: in the overlay with this number."""
SLOTS = 256

_EQUAL = re.compile(rb"(.)\1*", re.DOTALL)
_MASKS = [bytes(state == each for each in range(256)) for state in range(256)]


def set_run(states: bytearray, first: int, stop: int, state: int) -> None:
    """Give the clusters from ``first`` to before ``stop`` a state."""
    stop = min(stop, len(states))
    if first < stop:
        states[first:stop] = bytes((state,)) * (stop - first)


def runs_of(
    states: bytes | bytearray, state: int, first: int, stop: int
) -> Iterator[tuple[int, int]]:
    """Yield the runs of clusters in one state within a range, as (first, stop)."""
    marks = bytes(states[first:stop]).translate(_MASKS[state])
    at = marks.find(1)
    while at >= 0:
        end = marks.find(0, at)
        end = len(marks) if end < 0 else end
        yield first + at, first + end
        at = marks.find(1, end)


def runs(states: bytes | bytearray) -> Iterator[tuple[int, int, int]]:
    """Yield (first, stop, state) of all runs of equal states."""
    for run in _EQUAL.finditer(states):
        yield run.start(), run.end(), run[1][0]
