# SPDX-License-Identifier: Apache-2.0
"""The in-process bus passes the suite that the core ships."""

from __future__ import annotations

from pathlib import Path

import pytest

from synnefo_core.bus import LocalBus
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.testing.bus import BusContract


class TestLocalBus(BusContract):
    """The embedded default."""

    @pytest.fixture
    def bus(self, tmp_path: Path) -> LocalBus:
        """Return an empty bus."""
        return LocalBus(DriverSetup("local", {}, tmp_path))
