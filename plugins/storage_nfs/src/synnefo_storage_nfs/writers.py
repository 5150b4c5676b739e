# SPDX-License-Identifier: Apache-2.0
"""The heads that this process writes."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress

from synnefo_storage_nfs.headwriter import HeadWriter
from synnefo_storage_nfs.lent import Loan

KEPT = 64
"""How many writers with nothing to flush stay open; each has three files open."""


class Writers:
    """Keeps one writer for each head, and closes it when nobody uses it any more.

    There must not be two for one head: each would know only its own writes.
    """

    def __init__(self, open_writer: Callable[[str], HeadWriter]) -> None:
        self._open_writer = open_writer
        self._writers: dict[str, HeadWriter] = {}
        # What is lent is given back when Python removes it, which may be at any moment.
        self._lock = threading.RLock()
        self._opening = threading.Lock()

    @contextmanager
    def known(self, name: str) -> Iterator[HeadWriter | None]:
        """Lend the writer of a head, or None when this process has none."""
        writer = self._borrow(name)
        try:
            yield writer
        finally:
            if writer is not None:
                self._take_back(writer)

    @contextmanager
    def opened(self, name: str, check: Callable[[], None]) -> Iterator[HeadWriter]:
        """Lend the writer of a head; open one if there is none and ``check`` raises nothing."""
        writer = self._borrow(name) or self._open(name, check)
        try:
            yield writer
        finally:
            self._take_back(writer)

    def lend(self, name: str, check: Callable[[], None]) -> Loan:
        """Lend a writer as :meth:`opened` does, until nobody refers to the loan."""
        return Loan(self._borrow(name) or self._open(name, check), self._take_back)

    def all(self) -> list[HeadWriter]:
        with self._lock:
            return list(self._writers.values())

    def retire(self, writer: HeadWriter) -> None:
        """Lend this writer no more; to whom it is lent it says that it is outdated."""
        with self._lock:
            writer.is_retired = True
            if self._writers.get(writer.head.name) is writer:
                del self._writers[writer.head.name]
                self._close_if_unused(writer)

    def _borrow(self, name: str) -> HeadWriter | None:
        with self._lock:
            writer = self._writers.get(name)
            if writer is not None:
                writer.users += 1
            return writer

    def _open(self, name: str, check: Callable[[], None]) -> HeadWriter:
        with self._opening:
            writer = self._borrow(name)
            if writer is None:
                check()
                writer = self._open_writer(name)
                writer.users = 1
                with self._lock:
                    self._writers[name] = writer
                    self._forget_idle()
            return writer

    def _take_back(self, writer: HeadWriter) -> None:
        with self._lock:
            writer.users -= 1
            if self._writers.get(writer.head.name) is not writer:
                self._close_if_unused(writer)

    def _forget_idle(self) -> None:
        for name, writer in list(self._writers.items()):
            if len(self._writers) <= KEPT:
                return
            if not writer.users and not writer.is_unflushed:
                del self._writers[name]
                _close(writer)

    def _close_if_unused(self, writer: HeadWriter) -> None:
        if not writer.users:
            _close(writer)


def _close(writer: HeadWriter) -> None:
    # What a late error tells is known: nothing is unflushed, or somebody took over.
    with suppress(OSError):
        writer.close()
