# SPDX-License-Identifier: Apache-2.0
"""The time, as something that tests can hold still."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime
from functools import lru_cache
from math import floor


class Clock:
    """Wall-clock time: seconds since the epoch, UTC."""

    def now(self) -> float:
        """Return seconds since the epoch."""
        return time.time()

    def monotonic(self) -> float:
        """Return seconds since some moment; they never go back."""
        return time.monotonic()

    def wait(self, seconds: float) -> None:
        """Return after so many seconds; other green threads go on meanwhile."""
        threading.Event().wait(seconds)

    def utc(self) -> datetime:
        """Return the time as an aware datetime."""
        return datetime.fromtimestamp(self.now(), UTC)


def iso(moment: float) -> str:
    """Return ``2026-01-31T12:00:00Z`` for seconds since the epoch."""
    return _iso(floor(moment))


@lru_cache(maxsize=4096)  # lists have hundreds of moments, and many of them are the same
def _iso(moment: int) -> str:
    year, month, day, hour, minute, second, *_ = time.gmtime(moment)
    # A third of what strftime takes.
    return f"{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}Z"


def iso_micro(moment: float) -> str:
    """Return ``2026-01-31T12:00:00.000000Z`` for seconds since the epoch (Keystone's form)."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%fZ")


def iso_naive(moment: float) -> str:
    """Return ``2026-01-31T12:00:00.000000`` for seconds since the epoch (Cinder's form)."""
    return datetime.fromtimestamp(moment, UTC).strftime("%Y-%m-%dT%H:%M:%S.%f")
