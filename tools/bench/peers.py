# SPDX-License-Identifier: Apache-2.0
"""What ours is compared with: each in an environment of its own beside this one, made at the first use."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from tests.system.labs import packages
from tests.system.labs.errors import LabFailed
from tests.system.labs.processes import as_user
from tools.bench import processes
from tools.bench.processes import Served


@dataclass(frozen=True)
class Installed:
    """A peer's own environment."""

    name: str
    programs: Path

    def versions(self, reported: Sequence[str]) -> dict[str, str]:
        """Return the versions of some of its packages."""
        listing = run_program([self.programs / "pip", "list", "--format=json"], {})
        found = {each["name"]: each["version"] for each in json.loads(listing)}
        return {f"{self.name}'s {name}": found[name] for name in reported if name in found}


def install(name: str) -> Installed:
    """Make the environment of NAME.txt beside this module, unless it is there."""
    requirements = Path(__file__).with_name(f"{name}.txt")
    place = Path(sys.prefix) / name
    done = place / "installed"
    if not done.exists() or done.read_text() != requirements.read_text():
        run_program([sys.executable, "-m", "venv", place], {})
        run_program([place / "bin/pip", "install", "--quiet", "-r", requirements], {})
        done.write_text(requirements.read_text())
    return Installed(name, place / "bin")


@contextmanager
def running_memcached(directory: Path, port: int) -> Iterator[Served]:
    """Serve memcached on 127.0.0.1."""
    packages.ensure("memcached")
    command = [
        *(*as_user("nobody"), "/usr/bin/memcached"),
        *("-l", "127.0.0.1", "-p", str(port), "-U", "0"),
    ]
    with processes.served({"memcached": command}, directory=directory) as started:
        started["memcached"].await_connection(port)
        yield started["memcached"]


def run_program(command: Sequence[object], environment: Mapping[str, str]) -> str:
    """Run a program to its end; return what it wrote.

    Raises:
        LabFailed: It failed.
    """
    done = subprocess.run(
        [str(word) for word in command],
        env={**os.environ, **environment},
        capture_output=True,
        text=True,
        timeout=900,
        check=False,
    )
    if done.returncode != 0:
        raise LabFailed(f"{' '.join(map(str, command))} failed:\n{done.stderr[-3000:]}")
    return done.stdout
