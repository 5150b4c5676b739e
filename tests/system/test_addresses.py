# SPDX-License-Identifier: Apache-2.0
"""Addresses of one subnet taken and given back by many at once, on PostgreSQL: none is given twice.

16 clients take 5,000; ``SCALE=full`` has 64 take 100,000.
"""

import os

import pytest

from tools.bench import addresses

pytestmark = pytest.mark.system

IS_FULL = os.environ.get("SCALE", "ci") == "full"
CLIENTS, NUMBER = (64, 100_000) if IS_FULL else (16, 5_000)


def test_no_address_is_given_twice_and_none_is_lost(tmp_path, record_property):
    outcome = addresses.measure(tmp_path, clients=CLIENTS, number=NUMBER)

    record_property("figures", str(outcome))
    assert NUMBER == outcome.taken
    assert (0, 0, 0) == (outcome.duplicates, outcome.left, outcome.leaks)
