# SPDX-License-Identifier: Apache-2.0
"""Wait for a condition, with a deadline."""

from __future__ import annotations

import socket
import time
from collections.abc import Callable

from .errors import LabFailed

POLL_S = 0.05


def until(
    condition: Callable[[], bool],
    what: str,
    *,
    within_s: float,
    watch: Callable[[], None] | None = None,
) -> None:
    """Return as soon as a condition holds.

    Args:
        condition: Asked every ``POLL_S`` seconds.
        what: The condition in words, for the error.
        within_s: The deadline.
        watch: Asked as often; raises when waiting longer is of no use.

    Raises:
        LabFailed: The deadline passed.
    """
    deadline = time.monotonic() + within_s
    while not condition():
        if watch is not None:
            watch()
        if time.monotonic() > deadline:
            raise LabFailed(f"waited {within_s:g} s in vain for {what}")
        time.sleep(POLL_S)


def accepts(address: str, port: int) -> bool:
    """Whether something accepts TCP connections there."""
    try:
        socket.create_connection((address, port), timeout=1).close()
    except OSError:
        return False
    return True


def free_port() -> int:
    """A loopback TCP port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
