# SPDX-License-Identifier: Apache-2.0
"""What operators do with servers from a terminal."""

from __future__ import annotations

from synnefo_compute.commands import reconcile, server
from synnefo_core.commands import CommandTable

COMMANDS: CommandTable = {
    "reconcile servers": reconcile.Reconcile,
    "server import": server.Import,
    "server list": server.List,
    "server show": server.Show,
}
