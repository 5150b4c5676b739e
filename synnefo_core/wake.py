# SPDX-License-Identifier: Apache-2.0
"""A bell that rings in this process when there is work, so that nobody waits for a poll."""

from __future__ import annotations

import threading
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from synnefo_core.cloud import Cloud


class Bell:
    """Rung after a commit that made work; other processes find the work by polling."""

    def __init__(self) -> None:
        """Make a bell that has not rung."""
        self._event = threading.Event()

    def ring(self) -> None:
        """Wake who waits."""
        self._event.set()

    def wait(self, timeout_s: float) -> None:
        """Return when it rings or the time is over; what rang before counts."""
        self._event.wait(timeout_s)
        self._event.clear()


def bell(cloud: Cloud) -> Bell:
    """Return the bell of this process."""
    return cloud.shared("core.bell", Bell)
