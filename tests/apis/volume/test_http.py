# SPDX-License-Identifier: Apache-2.0
"""The Block Storage API over HTTP: one YAML file a resource."""

from __future__ import annotations

import pytest
from gabbi.driver import test_pytest  # noqa: F401  # the test that generate() fills

from synnefo_core.testing import http


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Make a test of each request in ``gabbits``."""
    http.generate(metafunc, __file__)
