# SPDX-License-Identifier: Apache-2.0
"""One cloud with its default settings for all clients, and a desk for each test."""

from __future__ import annotations

import contextlib
import re
from collections.abc import Iterator

import pytest

from tests.system.deployment import Deployment, deployed
from tests.system.labs.fixtures import require
from tests.system.object_clients import desk as desks
from tests.system.object_clients.desk import Desk

WARNING = re.compile(r"^[\d:]{8} (WARNING|ERROR|CRITICAL) |^Traceback")


@pytest.fixture(scope="session")
def programs() -> None:
    """The clients that the distribution has."""
    require("clients")


@pytest.fixture(scope="session")
def object_cloud(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployment]:
    """A cloud in one process, on SQLite and a directory."""
    with deployed(tmp_path_factory.mktemp("object-clients")) as deployment:
        deployment.run()
        yield deployment


@pytest.fixture(scope="session")
def credential(object_cloud) -> dict[str, str]:
    """The environment of who logs in with an application credential."""
    return desks.credential(object_cloud)


@pytest.fixture
def desk(object_cloud, tmp_path) -> Iterator[Desk]:
    """A folder with files, of a user who logs in with a password."""
    with quiet(object_cloud):
        yield Desk(object_cloud, tmp_path, desks.password(object_cloud))


@pytest.fixture
def credential_desk(object_cloud, credential, tmp_path) -> Iterator[Desk]:
    """The same with an application credential."""
    with quiet(object_cloud):
        yield Desk(object_cloud, tmp_path, credential)


@contextlib.contextmanager
def quiet(cloud: Deployment) -> Iterator[None]:
    """See that nothing is logged that an operator would have to look at."""
    before = len(log(cloud))
    yield
    assert [] == [line for line in log(cloud)[before:] if WARNING.search(line)]


def log(cloud: Deployment) -> list[str]:
    """Return what a cloud has said."""
    return [line for daemon in cloud.daemons for line in daemon.said()]
