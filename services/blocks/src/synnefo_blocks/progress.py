# SPDX-License-Identifier: Apache-2.0
"""How far a long piece of work is, told to whoever wants to know, and as a bar on a terminal."""

from __future__ import annotations

import time
from typing import Protocol, TextIO

WIDTH = 24
EVERY_S = 0.2


class Tell(Protocol):
    """Told often; must be quick."""

    def __call__(self, stage: str, done: int, share: float | None = None) -> None:
        """Learn what is being done, how many are done, and which share of all (0 to 1)."""


def silent(stage: str, done: int, share: float | None = None) -> None:
    """Tell nobody."""


def share_of(name: bytes) -> float:
    """Return how far a walk through all names is: digests are spread evenly."""
    return int.from_bytes(name[:6]) / 2**48


class Bar:
    """A progress bar on one line of a terminal; elsewhere one line when a stage is done."""

    def __init__(self, stream: TextIO) -> None:
        """Draw on a stream."""
        self._stream, self._is_terminal = stream, stream.isatty()
        self._stage, self._last = "", ""
        self._began_at = self._drawn_at = 0.0

    def __call__(self, stage: str, done: int, share: float | None = None) -> None:
        """Draw the bar, at most five times a second."""
        now = time.monotonic()
        if stage != self._stage:
            self.end()
            self._stage, self._began_at, self._drawn_at = stage, now, 0.0
        self._last = f"{stage}: {done:,}"
        if self._is_terminal and now - self._drawn_at >= EVERY_S:
            self._drawn_at = now
            took_s = max(now - self._began_at, EVERY_S)
            self._stream.write(
                f"\r{self._last}{_drawn(share, took_s)}  {done / took_s:,.0f}/s \033[K"
            )
            self._stream.flush()

    def end(self) -> None:
        """Leave the last figure of the stage on a line of its own."""
        if self._stage:
            self._stream.write(
                f"\r{self._last}\033[K\n" if self._is_terminal else f"{self._last}\n"
            )
            self._stage = ""


def _drawn(share: float | None, took_s: float) -> str:
    if share is None:
        return ""
    full = int(share * WIDTH)
    left_s = took_s / share - took_s if share > 0 else 0
    bar = "#" * full + "-" * (WIDTH - full)
    return f"  [{bar}] {share:4.0%}, {left_s // 60:.0f}:{left_s % 60:02.0f} left"
