# SPDX-License-Identifier: Apache-2.0
"""What the core itself plugs in, through the same door as everyone else.

Nothing of the web or the database is imported before it is asked for, so that this module
loads on a Ganeti node.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from synnefo_core.hookspecs import hookimpl
from synnefo_core.options import SECTIONS

if TYPE_CHECKING:
    from oslo_config import cfg

    from synnefo_core.commands import CommandTable
    from synnefo_core.db.migrations import Branch
    from synnefo_core.timetable import Task


@hookimpl
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return the core's options."""
    return SECTIONS


@hookimpl
def migrations() -> Branch:
    """Return the core's own tables."""
    from synnefo_core.db.migrations import Branch  # not on a node
    from synnefo_core.db.models import Model  # not on a node

    return Branch("core", Path(__file__).parent / "migrations", Model.metadata)


@hookimpl
def tasks() -> Iterable[Task]:
    """Return the core's own housekeeping."""
    from synnefo_core.sagas import forget_ended  # not on a node
    from synnefo_core.timetable import Task  # not on a node

    return [Task("core.forget_ended", 3600.0, forget_ended)]


@hookimpl
def commands() -> CommandTable:
    """Return the core's own commands."""
    from synnefo_core.cli import COMMANDS  # not on a node

    return COMMANDS
