# SPDX-License-Identifier: Apache-2.0
"""What each laboratory wrote down about itself, so that anyone can take it away.

One JSON file a laboratory, in ``/run/synnefo-labs`` (root) or a private folder of the
temporary directory. The file is the claim on the name: who creates it has it.
"""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import tempfile
from dataclasses import asdict, dataclass, field
from pathlib import Path

from .errors import LabUnavailable
from .processes import Process


@dataclass
class Part:
    """A process to end, with its session.

    Attributes:
        process: The leader of the session.
        polite: The name of the signal it wants first, such as ``SIGINT``; None for SIGKILL at once.
    """

    process: Process
    polite: str | None


@dataclass
class Record:
    """All that must be undone for a laboratory to be gone.

    Attributes:
        name: Such as ``ganeti-3``; unique on the machine.
        directory: Where its files are.
        is_directory_ours: Whether we made the directory, and so remove it.
        owner: The process that uses the laboratory; None if it was started by hand, to stay.
        parts: What runs, in the order it was started.
        tree: The root directory of another system that the sandbox lives in; None for this one's.
        link: The network interface on the host's side, if any.
        facts: What a user needs to know (addresses, passwords).
    """

    name: str
    directory: str
    is_directory_ours: bool
    owner: Process | None = field(default_factory=lambda: Process.of(os.getpid()))
    parts: list[Part] = field(default_factory=list)
    tree: str | None = None
    link: str | None = None
    facts: dict[str, str] = field(default_factory=dict)

    def is_left_behind(self) -> bool:
        """Whether the run that used it died without taking it away."""
        return self.owner is not None and not self.owner.is_alive()

    def claim(self) -> None:
        """Take the name.

        Raises:
            LabUnavailable: Another run has it.
        """
        draft = self._write_draft()
        try:
            os.link(draft, self._path())
        except FileExistsError:
            raise LabUnavailable(
                f"{self.name} is taken by another run; `python -m labs status` shows it, "
                "`python -m labs down` clears what dead runs left"
            ) from None
        finally:
            draft.unlink()

    def save(self) -> None:
        """Write down what was added since."""
        self._write_draft().rename(self._path())

    def add(self, process: Process, polite: signal.Signals | None = None) -> None:
        """Write down a process as soon as it exists."""
        self.parts.append(Part(process, polite.name if polite else None))
        self.save()

    def undo(self) -> None:
        """Take the laboratory away; what is gone already is not an error."""
        for part in reversed(self.parts):
            part.process.end(signal.Signals[part.polite] if part.polite else None)
        if self.link is not None and Path("/sys/class/net", self.link).exists():
            # The kernel drops it by itself a little after its namespace: both may happen.
            subprocess.run(["ip", "link", "delete", self.link], capture_output=True, check=False)
        if self.is_directory_ours:
            shutil.rmtree(self.directory, ignore_errors=True)
        self._path().unlink(missing_ok=True)

    def _path(self) -> Path:
        return folder() / f"{self.name}.json"

    def _write_draft(self) -> Path:
        handle, draft = tempfile.mkstemp(dir=folder(), prefix=f".{self.name}-")
        with os.fdopen(handle, "w") as file:
            json.dump(asdict(self), file, indent=1)
        return Path(draft)


def folder() -> Path:
    """Where the records are; only we can read it."""
    if os.geteuid() == 0:
        path = Path("/run/synnefo-labs")
    else:
        path = Path(tempfile.gettempdir()) / f"synnefo-labs-{os.geteuid()}"
    path.mkdir(mode=0o700, exist_ok=True)
    return path


def find() -> list[Record]:
    """All laboratories that are written down, by name."""
    found = [_load(path) for path in sorted(folder().glob("[!.]*.json"))]
    return [record for record in found if record is not None]


def _load(path: Path) -> Record | None:
    """Read a record; None if its laboratory went away meanwhile."""
    try:
        fields = json.loads(path.read_text())
    except FileNotFoundError:
        return None
    fields["owner"] = Process(**fields["owner"]) if fields["owner"] else None
    fields["parts"] = [Part(Process(**part["process"]), part["polite"]) for part in fields["parts"]]
    return Record(**fields)
