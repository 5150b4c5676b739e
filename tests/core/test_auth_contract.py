# SPDX-License-Identifier: Apache-2.0
"""The login method in memory passes the suite that real ones must pass."""

import pytest

from synnefo_core.contracts.auth import PasswordLogin
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.testing.auth import PASSWORD, AuthMethodContract
from synnefo_core.testing.fakes import MemoryAuth


class TestMemoryAuth(AuthMethodContract):
    @pytest.fixture
    def method(self, tmp_path):
        return MemoryAuth(DriverSetup("memory", {}, tmp_path))


class TestMemoryAuthWithPeopleOfItsOwn(AuthMethodContract):
    @pytest.fixture
    def method(self, tmp_path):
        return MemoryAuth(DriverSetup("memory", {}, tmp_path))

    @pytest.fixture
    def login(self, method):
        method.add("jane", PASSWORD, subject="uid=jane")
        return PasswordLogin("jane", "default", None, PASSWORD)
