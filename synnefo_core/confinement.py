# SPDX-License-Identifier: Apache-2.0
"""Run programs over what strangers made where they can do no harm.

The words before a program take network, other processes and the means to take more than is allowed
from it. Where the machine does not allow this nothing is run.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterable
from dataclasses import dataclass

from synnefo_core.errors import Unbuilt

NOBODY = 65534
"""User and group who own nothing."""

_PROGRAMS = ("prlimit", "unshare")


@dataclass(frozen=True)
class Bounds:
    """What a run may take."""

    memory_bytes: int
    time_s: int
    written_bytes: int


def require(what: str, programs: Iterable[str] = ()) -> None:
    """Refuse what can't be confined here.

    Args:
        what: What is to be done, for the message.
        programs: What is needed besides that which confines.

    Raises:
        Unbuilt: Names the programs that are not there.
    """
    missing = [name for name in (*_PROGRAMS, *programs) if shutil.which(name) is None]
    if missing:
        raise Unbuilt(f"{what}, which needs {', '.join(missing)},")


def words(bounds: Bounds, *, user: str = "--map-current-user") -> list[str]:
    """Return the words before a program that confine it.

    It is in name spaces of its own, without network, and ends with who started it. It still has the
    files and the user of who started it: to give these up is the program's affair.

    Args:
        bounds: What it may take; its processor time is bounded as its time.
        user: Who it is in its name space of users, where we are not root and it has one.
    """
    limits = [
        f"--as={bounds.memory_bytes}",
        f"--cpu={bounds.time_s}",
        f"--fsize={bounds.written_bytes}",
        "--nofile=64",
        "--core=0",
    ]
    spaces = ["--net", "--ipc", "--uts", "--pid", "--fork", "--kill-child"]
    if os.geteuid() != 0:
        spaces = ["--user", user, *spaces]
    return ["prlimit", *limits, "unshare", *spaces]


def environment(language: str) -> dict[str, str]:
    """Return all that a confined program finds in its environment.

    Its threads share one heap. By itself glibc has one for each, which takes 64 MiB of addresses, and
    128 for a moment: a dozen threads had no room for another one's stack in a GiB.

    Args:
        language: The locale of its messages.
    """
    path = os.environ.get("PATH", os.defpath)
    return {"PATH": path, "LC_ALL": language, "MALLOC_ARENA_MAX": "1"}
