# SPDX-License-Identifier: Apache-2.0
import pytest

from synnefo_core.clock import Clock
from synnefo_core.testing.plugins import core_and


@pytest.fixture
def house(make_cloud):
    """Return a function that makes a cloud of the core and the given plugins alone."""

    def make(*plugins, settings=None, clock=None, like=None):
        return make_cloud(settings, plugins_=core_and(*plugins), clock=clock or Clock(), like=like)

    return make
