# SPDX-License-Identifier: Apache-2.0
"""What the system tests share: laboratories, distributions beside the house, reports."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Generator
from pathlib import Path

import pytest

from tests.system.deployment import STARTED
from tests.system.labs.fixtures import (  # noqa: F401  # fixtures
    ceph_lab,
    ganeti_lab,
    ganeti_labs,
    or_skip,
    postgres_lab,
    rabbit_lab,
)
from tests.system.labs.wires import Wires
from tests.system.wired import World

PLUGINS = Path(__file__).parent / "plugins"

Install = Callable[[Path], Path]


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Show the logs of the clouds that run when a test fails."""
    report = yield
    if report.failed:
        for deployment in STARTED:
            report.sections += deployment.logs()
    return report


@pytest.fixture(scope="session")
def install(tmp_path_factory: pytest.TempPathFactory) -> Install:
    """Return a function that installs a distribution aside, into a folder of its own."""

    def install(project: Path) -> Path:
        target = tmp_path_factory.mktemp("installed")
        # --no-deps: what it needs is what runs this test.
        options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index"]
        done = subprocess.run(
            [sys.executable, "-m", "pip", "install", *options, "--target", target, project],
            env=os.environ | {"PYTHONDONTWRITEBYTECODE": "1"},
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
        )
        assert 0 == done.returncode, done.stderr
        return target

    return install


@pytest.fixture
def database(request: pytest.FixtureRequest, postgres_lab) -> str:  # noqa: F811
    """Return the URL of an empty PostgreSQL database of the test's own."""
    name = f"t{abs(hash(request.node.nodeid)):x}"
    return postgres_lab.create_database(name)


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory) -> Generator[World]:
    """Machines that are network namespaces, and cables between them."""
    with or_skip():
        wires = Wires()
    with wires:
        yield World(wires, tmp_path_factory.mktemp("wires"))
