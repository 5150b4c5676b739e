# SPDX-License-Identifier: Apache-2.0
"""Local passwords pass the suite of login methods."""

import pytest

from synnefo_auth_local import LocalAuth
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.testing.auth import AuthMethodContract


class TestLocalAuth(AuthMethodContract):
    @pytest.fixture
    def method(self, cloud, tmp_path, cheap):
        return LocalAuth(DriverSetup("local", cheap, tmp_path, cloud.database, cloud.offload))


class TestCostlyLocalAuth(AuthMethodContract):
    """With hashes that take much longer than a statement, the times can be compared closely."""

    slowest_ratio = 1.5

    @pytest.fixture
    def method(self, cloud, tmp_path):
        settings = {"time_cost": 2, "memory_kib": 19456}
        return LocalAuth(DriverSetup("local", settings, tmp_path, cloud.database))
