# SPDX-License-Identifier: Apache-2.0
"""What the console proxy plugs in."""

from __future__ import annotations

from collections.abc import Iterable

from synnefo_api_console.command import Console
from synnefo_core.commands import CommandTable
from synnefo_core.hookspecs import hookimpl


@hookimpl
def commands() -> CommandTable:
    """Return ``synnefo console``."""
    return {"console": Console}


@hookimpl
def companions() -> Iterable[str]:
    """Have it run wherever the whole cloud does."""
    return ["console"]
