# SPDX-License-Identifier: Apache-2.0
"""What the bus plugs in: the commands about dead letters."""

from __future__ import annotations

from typing import TYPE_CHECKING

from synnefo_core.hookspecs import hookimpl

if TYPE_CHECKING:
    from synnefo_core.commands import CommandTable


@hookimpl
def commands() -> CommandTable:
    """Return ``synnefo queue …``."""
    from synnefo_bus_amqp import commands as cli  # not on a node

    return {
        "queue list": cli.List,
        "queue purge": cli.Purge,
        "queue retry": cli.Retry,
        "queue show": cli.Show,
    }
