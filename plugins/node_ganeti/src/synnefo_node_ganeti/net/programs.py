# SPDX-License-Identifier: Apache-2.0
"""Run the programs that change the network of this node."""

from __future__ import annotations

import subprocess
from collections.abc import Sequence

ENVIRONMENT = {"PATH": "/usr/sbin:/usr/bin:/sbin:/bin", "LC_ALL": "C.UTF-8"}
_TIMEOUT_S = 60


class ProgramFailed(Exception):
    """A program did not do what it was asked for; says what it said."""


def run(words: Sequence[str], *, text: str | None = None) -> str:
    """Return what a program writes.

    Args:
        words: The program and its arguments.
        text: What it reads.

    Raises:
        ProgramFailed: It failed, is not there, or took too long.
    """
    try:
        done = subprocess.run(
            words,
            input=text,
            stdin=subprocess.DEVNULL if text is None else None,
            env=ENVIRONMENT,
            capture_output=True,
            text=True,
            timeout=_TIMEOUT_S,
            check=False,
        )
    except (OSError, subprocess.TimeoutExpired) as cause:
        raise ProgramFailed(f"{words[0]}: {cause}") from cause
    if done.returncode != 0:
        raise ProgramFailed(f"`{' '.join(words)}`: {done.stderr.strip()[:2000]}")
    return done.stdout


def ip(line: str) -> str:
    """Run ``ip`` with the words of a line; see :func:`run`."""
    return run(["ip", *line.split()])
