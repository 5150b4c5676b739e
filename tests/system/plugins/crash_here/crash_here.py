# SPDX-License-Identifier: Apache-2.0
"""A plugin that kills or holds its worker at one move of a saga.

The directory ``CRASH_HERE`` of the environment says where: a file ``kill`` or ``hold`` with
the words "SAGA STEP PHASE". It strikes once. ``hold`` becomes ``held``, and the worker goes
on when that is removed. The phase ``finish``, of a saga's last step, is the moment before the
saga's end is committed.
"""

from __future__ import annotations

import itertools
import os
import signal
import threading
from pathlib import Path

from sqlalchemy import Engine, event

from synnefo_core.hookspecs import hookimpl


@hookimpl
def saga_step(saga: str, step: str, phase: str) -> None:
    """Strike when this is the move."""
    directory = Path(os.environ["CRASH_HERE"])
    if _take(directory / "kill", f"{saga} {step} {phase}"):
        _die()
    if phase == "done" and _take(directory / "kill", f"{saga} {step} finish"):
        _die_at_second_commit()
    if _take(directory / "hold", f"{saga} {step} {phase}"):
        held = directory / "held"
        held.touch()
        moment = threading.Event()
        while held.exists():
            moment.wait(0.01)


def _take(order: Path, move: str) -> bool:
    """Return whether the order is about this move; it is not given again."""
    try:
        is_mine = order.read_text() == move
    except FileNotFoundError:
        return False
    if is_mine:
        order.unlink()
    return is_mine


def _die() -> None:
    os.kill(os.getpid(), signal.SIGKILL)


def _die_at_second_commit() -> None:
    """The first one keeps the step's result, the second one ends the saga."""
    thread, commits = threading.get_ident(), itertools.count(1)

    @event.listens_for(Engine, "commit")
    def strike(_connection: object) -> None:
        if threading.get_ident() == thread and next(commits) == 2:
            _die()
