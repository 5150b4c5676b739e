# SPDX-License-Identifier: Apache-2.0
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tools.members import ROOT, members

NOT_SOURCE = shutil.ignore_patterns("build", "*.egg-info", "__pycache__")


class Environment:
    """A virtual environment with nothing of the checkout in it."""

    def __init__(self, folder: Path, wheels: Path) -> None:
        self.folder = folder
        self._wheels = wheels
        self._run("uv", "venv", "--quiet", str(folder))

    def install(self, *requirements: str) -> None:
        self._run(
            *("uv", "pip", "install", "--quiet", "--python", str(self.folder)),
            *("--find-links", str(self._wheels), "--constraint", str(ROOT / "constraints.txt")),
            *requirements,
        )

    def run(self, *command: str, cwd: Path | None = None) -> str:
        """Run one of the environment's programs outside the checkout; return what it printed."""
        program, *arguments = command
        return self._run(str(self.folder / "bin" / program), *arguments, cwd=cwd)

    def _run(self, *command: str, cwd: Path | None = None) -> str:
        done = subprocess.run(
            command, cwd=cwd or self.folder.parent, capture_output=True, text=True, check=False
        )
        assert 0 == done.returncode, f"{' '.join(command)}\n{done.stdout}\n{done.stderr}"
        return done.stdout


def copy_source(folder: Path, target: Path) -> Path:
    """Copy what a distribution is built from, so that building leaves no traces in the checkout."""
    names = ["setup.cfg", "pyproject.toml", "README.rst", "src"]
    if folder == ROOT:
        names[-1] = "synnefo_core"
    target.mkdir()
    for name in names:
        if (folder / name).is_dir():
            shutil.copytree(folder / name, target / name, ignore=NOT_SOURCE)
        elif (folder / name).exists():
            shutil.copy(folder / name, target)
    return target


def build(folder: Path, target: Path) -> None:
    # Without isolation: the setuptools of the environment that these tests run in.
    command = ["uv", "build", "--wheel", "--quiet", "--no-build-isolation"]
    command += ["--python", sys.executable, "--out-dir", str(target), str(folder)]
    subprocess.run(command, check=True)


@pytest.fixture(scope="session")
def wheels(tmp_path_factory):
    """Return a folder with the wheel of the core and of every member."""
    target = tmp_path_factory.mktemp("wheels")
    sources = tmp_path_factory.mktemp("sources")
    build(copy_source(ROOT, sources / "core"), target)
    for member in members():
        build(copy_source(member.path, sources / member.package), target)
    return target


@pytest.fixture
def environment(tmp_path, wheels):
    return Environment(tmp_path / "venv", wheels)
