# SPDX-License-Identifier: Apache-2.0
"""The account API over HTTP: one YAML file a resource."""

from __future__ import annotations

import sys
from typing import ClassVar

import pytest
from gabbi.driver import test_pytest  # noqa: F401  # the test that generate() fills

from synnefo_core.testing import http
from synnefo_core.testing.fixtures import Settings
from synnefo_core.testing.http import CloudFixture

__all__ = ["CloudFixture", "SignUpFixture"]


class SignUpFixture(CloudFixture):
    """A cloud in which people may register."""

    settings: ClassVar[Settings] = {("accounts", "sign_up"): True}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each request in ``gabbits``."""
    http.generate(metafunc, __file__, sys.modules[__name__])
