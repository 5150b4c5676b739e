# SPDX-License-Identifier: Apache-2.0
"""A cloud in which somebody counts tests.vm, of which a project has 10."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterable
from pathlib import Path

import pytest

from synnefo_core.clock import Clock
from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Limit, QuotaResource, Relief, Severity, Thing, Usage
from synnefo_core.hookspecs import hookimpl
from synnefo_core.plugins import Plugins
from synnefo_core.testing.fakes.directory import DirectoryPlugin, MemoryDirectory

sys.path.insert(0, str(Path(__file__).parent))


class Owner:
    """Counts what its own rows say."""

    def __init__(self) -> None:
        self.rows: list[Usage] = []
        self.offers: list[Relief] = []
        self.limits: list[Limit] = []
        self.asked: list[Severity] = []

    @hookimpl
    def quota_resources(self) -> Iterable[QuotaResource]:
        """Return the one resource."""
        return [QuotaResource("tests.vm", "Servers of tests", project_default=10)]

    @hookimpl
    def quota_usage(self, context: RequestContext) -> Iterable[Usage]:
        """Return the rows."""
        del context
        return self.rows

    @hookimpl
    def quota_things(self, resource: str, project_id: str) -> Iterable[Thing]:
        """Return a thing for each row."""
        for number, row in enumerate(self.rows):
            if (row.resource, row.project_id) == (resource, project_id):
                yield Thing(project_id, row.user_id, resource, row.amount, "row", str(number))

    @hookimpl
    def quota_limits(self) -> Iterable[Limit]:
        """Return what a test says."""
        return self.limits

    @hookimpl
    def quota_relief(self, resource: str, project_id: str, severity: Severity) -> Iterable[Relief]:
        """Return what a test offers."""
        self.asked.append(severity)
        return [o for o in self.offers if o.project_id == project_id and resource in o.frees]


@pytest.fixture
def owner() -> Owner:
    """Return the plugin that owns tests.vm."""
    return Owner()


@pytest.fixture
def directory() -> MemoryDirectory:
    """Return a directory that knows nobody yet."""
    return MemoryDirectory()


@pytest.fixture
def cloud(
    make_cloud: Callable[..., Cloud], owner: Owner, directory: MemoryDirectory, clock: Clock
) -> Cloud:
    """Return a cloud with the owner in it."""
    plugins = Plugins({"owner": owner, "directory": DirectoryPlugin(directory)})
    return make_cloud(plugins_=plugins, clock=clock)
