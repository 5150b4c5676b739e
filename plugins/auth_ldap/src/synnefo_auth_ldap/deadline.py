# SPDX-License-Identifier: Apache-2.0
"""How long a login may take, and each of its steps."""

from __future__ import annotations

import time
from dataclasses import dataclass

from synnefo_core.contracts.auth import AuthUnavailable


@dataclass(frozen=True)
class Deadline:
    """When a login must be decided.

    Attributes:
        ends: By the monotonic clock.
        step_s: How long one answer of a server may take.
    """

    ends: float
    step_s: float

    @classmethod
    def after(cls, seconds: float, *, step_s: float) -> Deadline:
        """Return the deadline of a login that begins now."""
        return cls(time.monotonic() + seconds, step_s)

    def left(self) -> float:
        """Return how long the next step may take, in seconds.

        Raises:
            AuthUnavailable: The time is up.
        """
        seconds = min(self.step_s, self.ends - time.monotonic())
        if seconds <= 0:
            raise AuthUnavailable("no server of the directory answered in time")
        return seconds
