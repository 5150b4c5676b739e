# SPDX-License-Identifier: Apache-2.0
"""Waiting for a condition instead of for a time."""

from __future__ import annotations

import time
from collections.abc import Callable
from typing import TypeVar

Value = TypeVar("Value")


def eventually(condition: Callable[[], Value], *, within_s: float = 10.0) -> Value:
    """Return the first true value of a condition, asking again and again.

    Raises:
        AssertionError: It was still false after ``within_s`` seconds.
    """
    give_up = time.monotonic() + within_s
    while not (value := condition()):
        assert time.monotonic() < give_up, f"not within {within_s} s: {condition}"
        time.sleep(0.01)
    return value
