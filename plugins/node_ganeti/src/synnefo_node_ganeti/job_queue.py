# SPDX-License-Identifier: Apache-2.0
"""Ganeti's job queue on disk: a directory of jobs, and the archive of what has ended."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from pathlib import Path

_JOB_FILE = re.compile(r"^job-(\d+)$")
_JOBS_OF_A_FOLDER = 10_000


def job_of(name: str) -> int | None:
    """Return the number of the job that a file is named after, if it is a job's."""
    found = _JOB_FILE.match(name)
    return int(found[1]) if found else None


class JobQueue:
    """The queue directory of a node."""

    def __init__(self, directory: Path) -> None:
        self.directory = directory
        self._archive = directory / "archive"

    def content(self, job: int) -> bytes | None:
        """Return a job's file, from the archive if it has moved there, or None if it is gone."""
        name = f"job-{job}"
        folder = self._archive / str(job // _JOBS_OF_A_FOLDER)
        # It may move there between two looks, never back.
        for path in (self.directory / name, folder / name):
            try:
                return path.read_bytes()
            except FileNotFoundError:
                continue
        return None

    def jobs(self, since: float) -> list[int]:
        """Return the jobs that changed after a moment, in the order of their numbers."""
        found = set(_changed(self.directory, since))
        for folder in _folders(self._archive):
            found.update(_changed(folder, since))
        return sorted(found)


def _folders(archive: Path) -> list[Path]:
    return [Path(entry.path) for entry in _entries(archive) if entry.is_dir()]


def _changed(directory: Path, since: float) -> Iterator[int]:
    for entry in _entries(directory):
        job = job_of(entry.name)
        if job is not None and _modified_at(entry) >= since:
            yield job


def _entries(directory: Path) -> list[os.DirEntry[str]]:
    try:
        with os.scandir(directory) as entries:
            return list(entries)
    except FileNotFoundError:
        return []


def _modified_at(entry: os.DirEntry[str]) -> float:
    try:
        return entry.stat().st_mtime
    except FileNotFoundError:
        return float("inf")  # archived just now
