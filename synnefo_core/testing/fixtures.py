# SPDX-License-Identifier: Apache-2.0
"""Pytest fixtures: a cloud of the installed plugins, small and quick.

``pytest_plugins = ["synnefo_core.testing.fixtures"]`` in a conftest. Override
``cloud_settings`` in a module to configure the cloud, ``clock`` to hold time still.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING, Any

import pytest

from synnefo_core.clock import Clock
from synnefo_core.cloud import Cloud, assemble
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.plugins import Plugins
from synnefo_core.testing.database import Templates
from synnefo_core.testing.short_lived import short_lived
from synnefo_core.worker import Worker
from synnefo_core.wsgi import compose

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIApplication

Settings = Mapping[tuple[str, str], Any]

QUICK: Settings = {("worker", "poll_s"): 0.02, ("worker", "lease_s"): 2.0}
"""Settings that make any cloud fit for tests; plugins add theirs in their conftest."""


URL = ("database", "url")
NO_DATABASE: Settings = {URL: "sqlite:////nowhere/of-this-name"}
"""Settings of a cloud whose database is never looked at, so none is made."""


class StillClock(Clock):
    """A clock that goes on only when it is told to."""

    def __init__(self, now: float = 1_800_000_000.0) -> None:
        """Begin at a moment: seconds since the epoch."""
        self.moment = now

    def now(self) -> float:
        """Return the moment."""
        return self.moment

    def monotonic(self) -> float:
        """Return the same moment."""
        return self.moment

    def wait(self, seconds: float) -> None:
        """Let the time pass at once."""
        self.advance(seconds)

    def advance(self, seconds: float) -> None:
        """Let time pass."""
        self.moment += seconds


class HastyClock(Clock):
    """Real time, of which most of what is waited for is left out.

    What polls for things that take no time in tests need not stand still for them.
    """

    def __init__(self) -> None:
        """Begin at real time."""
        self.ahead_s = 0.0

    def now(self) -> float:
        """Return seconds since the epoch, and what was left out."""
        return super().now() + self.ahead_s

    def monotonic(self) -> float:
        """Return real seconds, and what was left out."""
        return super().monotonic() + self.ahead_s

    def wait(self, seconds: float) -> None:
        """Wait for a part of so many seconds."""
        waited_s = seconds / 16
        super().wait(waited_s)
        self.ahead_s += seconds - waited_s


@pytest.fixture(autouse=True)
def _log_handlers() -> Iterator[None]:
    """Leave no handler behind that logs to the standard error of a test that is over."""
    root = logging.getLogger()
    before = {*root.handlers}
    yield
    for handler in {*root.handlers} - before:
        root.removeHandler(handler)


@pytest.fixture(scope="session", autouse=True)
def _short_lived_databases() -> Iterator[None]:
    with short_lived():
        yield


@pytest.fixture(scope="session")
def plugins() -> Plugins:
    """Return the installed plugins."""
    return Plugins()


@pytest.fixture(scope="session")
def database_templates(
    tmp_path_factory: pytest.TempPathFactory, plugins: Plugins
) -> Iterator[Templates]:
    """Make databases for the whole session."""
    templates = Templates(tmp_path_factory.mktemp("databases"), plugins)
    yield templates
    templates.close()


@pytest.fixture
def cloud_settings() -> Settings:
    """Return settings by (section, option) on top of the quick ones."""
    return {}


@pytest.fixture
def clock() -> Clock:
    """Return the cloud's clock: real time, but for what is waited for."""
    return HastyClock()


@pytest.fixture
def make_cloud(
    tmp_path_factory: pytest.TempPathFactory, database_templates: Templates, plugins: Plugins
) -> Iterator[Callable[..., Cloud]]:
    """Return a function that makes a cloud with an empty, current database.

    Called with ``like=cloud`` it makes another process' view of the same cloud.
    """
    made: list[Cloud] = []
    urls: list[str] = []

    def make(
        settings: Settings | None = None,
        *,
        clock: Clock | None = None,
        plugins_: Plugins | None = None,
        like: Cloud | None = None,
    ) -> Cloud:
        directory = like.data_dir if like else tmp_path_factory.mktemp("cloud")
        if like is None:
            urls.append(database_templates.new())
        url = like.config.database.url if like else urls[-1]
        overrides = {**QUICK, ("database", "url"): url, **(settings or {})}
        cloud = assemble(
            data_dir=directory,
            overrides=overrides,
            plugins=plugins_ or plugins,
            clock=clock or (like.clock if like else None),
        )
        made.append(cloud)
        return cloud

    yield make
    for cloud in made:
        cloud.close()
    for url in urls:
        database_templates.give_back(url)


@pytest.fixture
def cloud(make_cloud: Callable[..., Cloud], cloud_settings: Settings, clock: Clock) -> Cloud:
    """Return an empty cloud: migrated, not bootstrapped."""
    return make_cloud(cloud_settings, clock=clock)


@pytest.fixture
def context(cloud: Cloud) -> RequestContext:
    """Return an administrator's context in an empty cloud."""
    return for_worker(cloud)


@pytest.fixture
def member(cloud: Cloud) -> RequestContext:
    """Return the context of a member ``u1`` of a project ``p1``, without asking identity."""
    return RequestContext(
        cloud=cloud,
        user_id="u1",
        project_id="p1",
        roles=frozenset({"member", "reader"}),
    )


@pytest.fixture
def worker(cloud: Cloud) -> Worker:
    """Return a worker that has not been started: ``worker.drain()`` does what is due."""
    return Worker(cloud)


@pytest.fixture
def application(cloud: Cloud) -> WSGIApplication:
    """Return the cloud's WSGI application."""
    return compose.application(cloud)
