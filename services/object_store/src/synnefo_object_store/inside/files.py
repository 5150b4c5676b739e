# SPDX-License-Identifier: Apache-2.0
"""A file inside of a disk, read by range."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain

from synnefo_object_store.inside.conversation import Disk
from synnefo_object_store.inside.values import Question, Run

_ZEROS = bytes(1024**2)
_COPIED_BYTES = 16 * 1024**2


class InnerFile:
    """A file inside of a disk; may be used for one range at a time."""

    def __init__(
        self,
        disk: Disk,
        path: str,
        *,
        size_bytes: int,
        modified_at: int,
        runs: Sequence[Run] | None,
    ) -> None:
        """Remember where it is.

        Args:
            disk: Where it is in.
            path: The number of a part, then the path in it.
            size_bytes: Its length.
            modified_at: When it was changed, in seconds since the epoch.
            runs: All of it; None: a process makes it out, piece by piece.
        """
        self.size_bytes, self.modified_at = size_bytes, modified_at
        self._disk, self._path, self._runs = disk, path, runs

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return the bytes from ``start`` to before ``stop``.

        The first piece is read before this returns, so what can't be had is known before anything
        is sent.
        """
        stop = self.size_bytes if stop is None else stop
        if self._runs is None:
            pieces = self._made_out(start, stop)
        else:
            pieces = self._found(self._runs, start, stop)
        return chain([next(pieces, b"")], pieces)

    def _found(self, runs: Sequence[Run], start: int, stop: int) -> Iterator[bytes]:
        for run in runs:
            begin, end = max(start, run.start), min(stop, run.stop)
            if begin >= end:
                continue
            if run.place is None:
                yield from _zeros(end - begin)
            else:
                place = run.place + begin - run.start
                yield from self._disk.content.read(place, place + end - begin)

    def _made_out(self, start: int, stop: int) -> Iterator[bytes]:
        for begin in range(start, stop, _COPIED_BYTES):
            end = min(begin + _COPIED_BYTES, stop)
            piece = self._disk.ask_bytes(Question(self._path, span=(begin, end)))
            # What a damaged file system has no bytes for is zeros, as its length was told before.
            yield piece[: end - begin].ljust(end - begin, b"\0")


def _zeros(length: int) -> Iterator[bytes]:
    whole, rest = divmod(length, len(_ZEROS))
    for _ in range(whole):
        yield _ZEROS
    yield _ZEROS[:rest]
