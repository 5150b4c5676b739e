# SPDX-License-Identifier: Apache-2.0
"""Be told to end while waiting for something else."""

from __future__ import annotations

import os
import signal
from contextlib import suppress


class Ending:
    """Becomes readable when the process is told to end."""

    def __init__(self) -> None:
        self.is_told = False
        self._reader, self._writer = os.pipe2(os.O_NONBLOCK | os.O_CLOEXEC)

    def fileno(self) -> int:
        return self._reader

    def tell(self) -> None:
        """Have it end after its turn."""
        self.is_told = True
        with suppress(BlockingIOError):  # full of signals
            os.write(self._writer, b"\0")

    def heed_signals(self) -> None:
        """Be told by SIGTERM and SIGINT."""
        # A handler alone does not wake who has just begun to wait; bytes in a pipe are there.
        signal.set_wakeup_fd(self._writer, warn_on_full_buffer=False)
        for ending in (signal.SIGTERM, signal.SIGINT):
            signal.signal(ending, lambda _number, _frame: self.tell())
