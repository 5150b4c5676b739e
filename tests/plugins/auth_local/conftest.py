# SPDX-License-Identifier: Apache-2.0
import pytest


@pytest.fixture
def cheap():
    """Return the settings of the cheapest hashes."""
    return {"time_cost": 1, "memory_kib": 8, "parallelism": 1}
