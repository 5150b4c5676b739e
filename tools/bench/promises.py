# SPDX-License-Identifier: Apache-2.0
"""What a comparison with a peer must show."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

OURS = "eventlet"
"""The runtime that is compared."""
MISSED = "MISSED"


@dataclass(frozen=True)
class Promise:
    """What a comparison must show.

    Attributes:
        case: In which case.
        figure: Of which figure.
        least: How many times the peer's ours is at least.
        most: What ours is at most.
        share: How many times the peer's ours is at most.
    """

    case: str
    figure: str
    least: float | None = None
    most: float | None = None
    share: float | None = None

    def line(
        self,
        results: Sequence[Mapping[str, Any]],
        ratios: Sequence[Mapping[str, Any]],
        peer: str,
    ) -> str:
        """Return the promise and whether it is kept; empty when it was not measured."""
        if self.most is not None:
            of_case = [r for r in results if r["case"] == self.case and r["runtime"] == OURS]
            found = [each["median"][self.figure] for each in of_case]
        else:
            found = [each["ratios"][self.figure] for each in ratios if each["case"] == self.case]
        if not found or found[0] is None:
            return ""
        words, is_kept = self._judged(found[0], peer)
        return f"{'kept' if is_kept else MISSED}: {self.case} {self.figure} {words}: {found[0]:.3g}"

    def _judged(self, found: float, peer: str) -> tuple[str, bool]:
        if self.least is not None:
            return f"at least {self.least:g} x {peer.capitalize()}'s", found >= self.least
        if self.share is not None:
            return f"at most {self.share:g} x {peer.capitalize()}'s", found <= self.share
        return f"at most {self.most:g}", found <= (self.most or 0)


def verdict(
    promises: Sequence[Promise],
    results: Sequence[Mapping[str, Any]],
    ratios: Sequence[Mapping[str, Any]],
    peer: str,
) -> list[str]:
    """Return what was promised, a line each, and whether it is kept."""
    lines = [promise.line(results, ratios, peer) for promise in promises]
    return [line for line in lines if line]
