# SPDX-License-Identifier: Apache-2.0
"""What stands for periods of grace where they are nothing.

They promise that no request lasts from one collection to the next but one.
"""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager


class Barrier:
    """Requests pass it side by side; who collects waits for those that have begun."""

    def __init__(self) -> None:
        self._inside: set[object] = set()
        self._left, self._count = threading.Condition(), 0

    @contextmanager
    def together(self) -> Iterator[None]:
        """Be inside for as long as the block lasts."""
        token = object()
        with self._left:
            self._inside.add(token)
        try:
            yield
        finally:
            with self._left:
                self._inside.remove(token)
                self._count += 1
                self._left.notify_all()

    def wait_for_all(self) -> None:
        """Wait until all that are inside now have left."""
        with self._left:
            waited_for = set(self._inside)
            self._left.wait_for(lambda: not waited_for & self._inside)

    def wait_for_more(self, than: int, within_s: float) -> int:
        """Wait until more than so many have left, but not for ever; return how many."""
        with self._left:
            self._left.wait_for(lambda: self._count > than, within_s)
            return self._count
