# SPDX-License-Identifier: Apache-2.0
"""What the storage engine plugs in where there is a cloud: settings, upkeep and commands.

What needs a database or a command line is imported when it is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import TYPE_CHECKING

from oslo_config import cfg

from synnefo_blocks import options as settings
from synnefo_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from synnefo_core.commands import CommandTable
    from synnefo_core.timetable import Task


@hookimpl
def options() -> Mapping[str, Iterable[cfg.Opt]]:
    """Return the section [blocks]."""
    return settings.SECTIONS


@hookimpl
def commands() -> CommandTable:
    """Return ``synnefo store …``."""
    from synnefo_blocks import commands as table

    return {
        "store list": table.List,
        "store status": table.Status,
        "store gc": table.Collect,
        "store scrub": table.Scrub,
        "store fsck": table.Check,
        "store fsck-volumes": table.CheckVolumes,
        "store migrate": table.Migrate,
        "store forget": table.Forget,
    }


@hookimpl
def tasks() -> Iterable[Task]:
    """Return what collects garbage every now and then."""
    from synnefo_blocks.collection import upkeep
    from synnefo_core.timetable import Task

    return [Task("blocks.collect", upkeep.LOOK_EVERY_S, upkeep.collect_what_is_due)]
