# SPDX-License-Identifier: Apache-2.0
"""Files that stay open for those who ask often.

They are closed when nobody refers to them any more, and not before: another thread may be reading,
and the number of a closed file is soon that of another one.
"""

from __future__ import annotations

import os
from collections.abc import Callable

from synnefo_core.contracts.storage import Fenced, HeadStore, LentHead, LentThing, RememberedThing
from synnefo_storage_nfs.faults import explained
from synnefo_storage_nfs.files import Location, is_remembered
from synnefo_storage_nfs.headview import HeadView
from synnefo_storage_nfs.headwriter import HeadWriter, Outdated


class LentFile(LentThing, RememberedThing):
    """An immutable thing as an open file."""

    def __init__(self, path: Location) -> None:
        self._descriptor = os.open(path, os.O_RDONLY)
        self.size_bytes = os.fstat(self._descriptor).st_size

    def read(self, offset: int, length: int) -> bytes:
        try:
            return os.pread(self._descriptor, length, offset)
        except OSError as fault:
            raise explained(fault, "a block was not read") from fault

    def read_at_once(self, offset: int, length: int) -> bytes | None:
        try:
            if is_remembered(self._descriptor, offset, min(length, self.size_bytes - offset)):
                return os.pread(self._descriptor, length, offset)
        except OSError:
            pass  # who waits is told why
        return None

    @property
    def descriptor(self) -> int:
        return self._descriptor

    def __del__(self) -> None:
        if hasattr(self, "_descriptor"):
            os.close(self._descriptor)


class LentView(LentHead):
    """A head as it was when it was lent, for reading."""

    def __init__(self, view: HeadView, writer: HeadView | None) -> None:
        """Take an opened view; a writer knows what is there and in no file yet."""
        self._view = view
        view.keep(writer.all_states() if writer else None)

    def read(self, offset: int, length: int) -> bytes:
        try:
            return self._view.read(offset, length)
        except OSError as fault:
            raise explained(fault, f"head {self._view.head.name} was not read") from fault

    def write(self, offset: int, data: bytes | memoryview) -> None:  # noqa: ARG002
        raise Fenced(f"head {self._view.head.name} was lent for reading")

    def __del__(self) -> None:
        if hasattr(self, "_view"):
            self._view.close()


class Loan:
    """A writer that is borrowed until nobody refers to this."""

    def __init__(self, writer: HeadWriter, give_back: Callable[[HeadWriter], None]) -> None:
        self.writer, self._give_back = writer, give_back

    def __del__(self) -> None:
        self._give_back(self.writer)


class LentWriter(LentHead):
    """The writer of a head; when it is outdated the store is asked, and then the next one is taken."""

    def __init__(
        self, heads: HeadStore, name: str, epoch: int, *, borrow: Callable[[], Loan]
    ) -> None:
        self._heads, self._name, self._epoch = heads, name, epoch
        self._borrow = borrow
        self._loan = borrow()

    def read(self, offset: int, length: int) -> bytes:
        loan = self._loan
        try:
            if not loan.writer.is_retired:
                return loan.writer.read(offset, length)
        except OSError:
            pass  # the store tries again, and tells
        return self._heads.read(self._name, offset, length)

    def write(self, offset: int, data: bytes | memoryview) -> None:
        # Whoever replaces the loan meanwhile does not close it under this thread.
        loan = self._loan
        try:
            loan.writer.write_on(self._epoch, offset, data)
        except (Outdated, OSError):
            self._heads.write(self._name, self._epoch, offset, data)
            self._loan = self._borrow()
