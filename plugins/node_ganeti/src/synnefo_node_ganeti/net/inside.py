# SPDX-License-Identifier: Apache-2.0
"""Make sockets in other network name spaces: they stay where they were made."""

from __future__ import annotations

import ctypes
import os
import threading
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

_CLONE_NEWNET = 0x40000000

_Made = TypeVar("_Made")


def inside(name_space: Path, make: Callable[[], _Made]) -> _Made:
    """Return what a function makes in a network name space.

    Raises:
        OSError: There is none, or the function raised it.
    """
    made: list[_Made] = []
    problems: list[OSError] = []

    def enter_and_make() -> None:
        # A thread is in a name space of its own choice.
        try:
            _enter(name_space)
            made.append(make())
        except OSError as problem:
            problems.append(problem)

    thread = threading.Thread(target=enter_and_make)
    thread.start()
    thread.join()
    if problems:
        raise problems[0]
    return made[0]


def _enter(name_space: Path) -> None:
    libc = ctypes.CDLL(None, use_errno=True)
    with name_space.open() as file:
        if libc.setns(file.fileno(), _CLONE_NEWNET) != 0:
            number = ctypes.get_errno()
            raise OSError(number, os.strerror(number))
