# SPDX-License-Identifier: Apache-2.0
"""Notice which jobs change, as it happens."""

from __future__ import annotations

import logging
from pathlib import Path

from inotify_simple import INotify, flags

from synnefo_node_ganeti.job_queue import job_of

log = logging.getLogger(__name__)

_CHANGES = flags.MOVED_TO | flags.DELETE_SELF | flags.MOVE_SELF
_GONE = flags.IGNORED | flags.DELETE_SELF | flags.MOVE_SELF


class Watch:
    """Follows one directory, also when it comes and goes."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._inotify = INotify()
        self._watch: int | None = None

    def fileno(self) -> int:
        """Return what becomes readable when something changed."""
        return int(self._inotify.fileno())

    @property
    def is_blind(self) -> bool:
        """Whether the directory could not be watched when it was last looked at."""
        return self._watch is None

    def changed(self) -> set[int] | None:
        """Return the jobs that changed since the last call; None if that is not known."""
        if self._watch is None:
            self._begin()
            return None
        jobs: set[int] = set()
        is_known = True
        for event in self._inotify.read(timeout=0):
            if event.mask & flags.Q_OVERFLOW:
                is_known = False
            elif event.wd != self._watch:
                continue  # the last word about a directory that was left
            elif event.mask & _GONE:
                is_known = False
                self._lose(event.mask)
            elif (job := job_of(event.name)) is not None:
                jobs.add(job)
        return jobs if is_known else None

    def close(self) -> None:
        self._inotify.close()

    def _begin(self) -> None:
        try:
            self._watch = self._inotify.add_watch(self._directory, _CHANGES)
        except OSError as problem:
            log.warning("the job queue can't be watched: %s", problem)

    def _lose(self, mask: int) -> None:
        """Forget a directory that went away."""
        if mask & flags.MOVE_SELF:
            self._inotify.rm_watch(self._watch)  # it would still be followed, elsewhere
        self._watch = None
