# SPDX-License-Identifier: Apache-2.0
"""Pytest fixtures: laboratories that live as long as the session.

``pytest_plugins = ["labs.fixtures"]`` makes them known, with tests/system on the path. Where a
laboratory is not to be had its tests are skipped with the reason, or fail with it if the
environment has ``SYNNEFO_LABS_REQUIRED=1``.
"""

from __future__ import annotations

import contextlib
import os
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import TypeVar

import pytest

from . import (
    CephLab,
    GanetiLab,
    LabUnavailable,
    LdapLab,
    PostgresLab,
    RabbitLab,
    ShibbolethLab,
    guest,
    packages,
)
from .ganeti import Hypervisor
from .lab import Lab

SomeLab = TypeVar("SomeLab", bound=Lab)
GanetiLabs = Callable[..., list[GanetiLab]]
ShibbolethLabs = Callable[[str], ShibbolethLab]


@pytest.fixture(scope="session")
def postgres_lab() -> Iterator[PostgresLab]:
    """A PostgreSQL server; take a database of your own with ``create_database``."""
    with _started([PostgresLab()]) as labs:
        yield labs[0]


@pytest.fixture(scope="session")
def rabbit_lab() -> Iterator[RabbitLab]:
    """A RabbitMQ broker; take a virtual host of your own with ``ctl``."""
    with _started([RabbitLab()]) as labs:
        yield labs[0]


@pytest.fixture(scope="session")
def ldap_lab() -> Iterator[LdapLab]:
    """A directory of 10,000 people; leave it as it was."""
    with _started([LdapLab(people=10_000)]) as labs:
        yield labs[0]


@pytest.fixture(scope="session")
def ceph_lab() -> Iterator[CephLab]:
    """A Ceph cluster; take a namespace of your own in its pool."""
    with _started([CephLab()]) as labs:
        yield labs[0]


@pytest.fixture(scope="session")
def shibboleth_labs() -> Iterator[ShibbolethLabs]:
    """Put an organisation and Apache in front of a cloud: ``shibboleth_labs(cloud.url)``."""
    with contextlib.ExitStack() as session:

        def start(backend: str) -> ShibbolethLab:
            return session.enter_context(_started([ShibbolethLab(backend=backend)]))[0]

        yield start


@pytest.fixture(scope="session")
def ganeti_labs() -> Iterator[GanetiLabs]:
    """Start clusters: ``ganeti_labs(2)``, ``ganeti_labs(1, hypervisor="kvm")``; all new, for the session.

    ``build_guest`` is what the guests of ``kvm`` boot.
    """
    with contextlib.ExitStack() as session:

        def start(
            count: int,
            hypervisor: Hypervisor = "fake",
            build_guest: Callable[[], Path] = guest.build,
        ) -> list[GanetiLab]:
            labs = [GanetiLab(hypervisor=hypervisor, build_guest=build_guest) for _ in range(count)]
            return session.enter_context(_started(labs))

        yield start


@pytest.fixture(scope="session")
def ganeti_lab(ganeti_labs: GanetiLabs) -> GanetiLab:
    """One Ganeti cluster whose guests are not real."""
    return ganeti_labs(1)[0]


@contextlib.contextmanager
def _started(labs: list[SomeLab]) -> Iterator[list[SomeLab]]:
    """Start laboratories side by side, and stop them all, whatever happens to one."""
    with contextlib.ExitStack() as stack:
        for lab in labs:
            stack.callback(lab.stop)
        with or_skip(), ThreadPoolExecutor(len(labs)) as pool:
            list(pool.map(lambda lab: lab.start(), labs))
        yield labs


def require(*groups: str) -> None:
    """Install groups of packages; skip the tests that need them where that can't be."""
    with or_skip():
        for group in groups:
            packages.ensure(group)


@contextlib.contextmanager
def or_skip() -> Iterator[None]:
    """Skip the tests of what is not to be had here, with the reason, or fail where all is required."""
    try:
        yield
    except LabUnavailable as reason:
        if os.environ.get("SYNNEFO_LABS_REQUIRED") == "1":
            raise
        pytest.skip(str(reason))
