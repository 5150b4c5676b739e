# SPDX-License-Identifier: Apache-2.0
"""The login method in memory passes the suite that real ones must pass."""

import pytest

from synnefo_core.contracts.auth import PasswordLogin
from synnefo_core.contracts.driver import DriverSetup
from synnefo_core.testing.auth import PASSWORD, AuthMethodContract, BrowserLoginContract
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


class TestMemoryBrowser(BrowserLoginContract):
    @pytest.fixture
    def method(self, tmp_path):
        return MemoryAuth(DriverSetup("memory", {}, tmp_path))

    @pytest.fixture
    def visits(self, browser):
        return [browser.visit(browser.admit(subject)) for subject in ("jane", "john")]

    @pytest.fixture
    def forgeries(self, browser):
        return [browser.visit("a ticket of my own")]

    @pytest.fixture
    def nobodies(self, browser):
        return [browser.visit(browser.admit(""))]
