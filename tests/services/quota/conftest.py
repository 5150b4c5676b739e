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
from synnefo_core.contracts.quota import QuotaResource, Usage
from synnefo_core.hookspecs import hookimpl
from synnefo_core.plugins import Plugins

sys.path.insert(0, str(Path(__file__).parent))


class Owner:
    """Counts what its own rows say."""

    def __init__(self) -> None:
        self.rows: list[Usage] = []

    @hookimpl
    def quota_resources(self) -> Iterable[QuotaResource]:
        """Return the one resource."""
        return [QuotaResource("tests.vm", "Servers of tests", project_default=10)]

    @hookimpl
    def quota_usage(self, context: RequestContext) -> Iterable[Usage]:
        """Return the rows."""
        del context
        return self.rows


@pytest.fixture
def owner() -> Owner:
    """Return the plugin that owns tests.vm."""
    return Owner()


@pytest.fixture
def cloud(make_cloud: Callable[..., Cloud], owner: Owner, clock: Clock) -> Cloud:
    """Return a cloud with the owner in it."""
    return make_cloud(plugins_=Plugins({"owner": owner}), clock=clock)
