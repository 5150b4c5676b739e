# SPDX-License-Identifier: Apache-2.0
"""What all laboratories have in common."""

from __future__ import annotations

import contextlib
import subprocess
import tempfile
from abc import ABC, abstractmethod
from pathlib import Path
from typing import Self

from .errors import LabFailed
from .processes import Process, tail
from .records import Record


class Lab(ABC):
    """Something real that is started for tests and gone after them.

    ``with SomeLab() as lab:`` starts and stops it; ``start`` and ``stop`` do it by hand.
    """

    def __init__(self, directory: Path | None = None) -> None:
        """Prepare without starting anything.

        Args:
            directory: Where its files go; must exist. None: a new one that ``stop`` removes.
        """
        self._given = directory
        self._record: Record | None = None
        self._children: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        """Start it and return when it answers.

        Raises:
            LabUnavailable: It cannot exist here; says why.
            LabFailed: It did not come up. Nothing is left of it.
        """
        with contextlib.ExitStack() as on_failure:
            on_failure.callback(self.stop)
            self._start()
            on_failure.pop_all()

    def stop(self) -> None:
        """Take it away with all it made; a second call does nothing."""
        if self._record is not None:
            self._record.undo()
        for child in self._children:
            child.wait(timeout=20)
        self._record, self._children = None, []

    @property
    def name(self) -> str:
        """The name it is written down by."""
        return self.record.name

    @property
    def directory(self) -> Path:
        """Where its files are."""
        return Path(self.record.directory)

    @property
    def record(self) -> Record:
        """What is written down about it.

        Raises:
            LabFailed: It is not started.
        """
        if self._record is None:
            raise LabFailed(f"{type(self).__name__} is not started")
        return self._record

    def __enter__(self) -> Self:
        self.start()
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()

    @abstractmethod
    def _start(self) -> None:
        """Start it; what was made is undone by ``stop`` if this raises."""

    def _claim(self, name: str) -> None:
        """Take a name and a directory."""
        directory = self._given
        if directory is None:
            directory = Path(tempfile.mkdtemp(prefix=f"snf-{name}-"))
            directory.chmod(0o711)  # a server that is not root must pass through
        record = Record(name, str(directory), is_directory_ours=self._given is None)
        with contextlib.ExitStack() as on_failure:
            if record.is_directory_ours:
                on_failure.callback(directory.rmdir)
            record.claim()
            on_failure.pop_all()
        self._record = record

    def _watch(self, child: subprocess.Popen[bytes], log: Path) -> None:
        """Raise if a child ended while we wait for it."""
        if child.poll() is not None:
            raise LabFailed(f"{self.name} ended with {child.returncode}:\n{tail(log)}")

    def _adopt(self, child: subprocess.Popen[bytes]) -> Process:
        self._children.append(child)
        return Process.of(child.pid)
