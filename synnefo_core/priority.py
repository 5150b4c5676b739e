# SPDX-License-Identifier: Apache-2.0
"""Which processes go first where there are fewer processors than work (ADR 0028)."""

from __future__ import annotations

import os
from contextlib import suppress
from pathlib import Path

_OF_SESSION = Path("/proc/self/autogroup")
"""Linux may schedule each session of processes (setsid(2)) as one; niceness then counts within it only."""


def give_way(nice: int) -> None:
    """Have this process go behind those that are less nice; one that is nicer already stays so.

    Its threads that begin from now on do, and its children.

    Args:
        nice: As ``nice(2)`` takes it, 0 to 19.
    """
    if os.getpriority(os.PRIO_PROCESS, 0) < nice:
        os.setpriority(os.PRIO_PROCESS, 0, nice)
    if os.getsid(0) != os.getpid():
        return  # a shell leads it, or another service that has processes of its own in it
    with suppress(OSError, IndexError, ValueError):  # the kernel may not have this, or not use it
        if int(_OF_SESSION.read_text().split()[-1]) < nice:
            _OF_SESSION.write_text(str(nice))
