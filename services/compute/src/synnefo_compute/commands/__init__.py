# SPDX-License-Identifier: Apache-2.0
"""What operators do with servers, flavors and keypairs from a terminal, one module a noun."""

from __future__ import annotations

from synnefo_compute.commands import (
    balancing,
    flavor,
    keypair,
    moving,
    reconcile,
    server,
    statistics,
    suspending,
)
from synnefo_core.commands import CommandTable

COMMANDS: CommandTable = {
    "backend evacuate": balancing.Evacuate,
    "backend rebalance": balancing.Rebalance,
    "flavor create": flavor.Create,
    "flavor delete": flavor.Delete,
    "flavor list": flavor.List,
    "flavor set": flavor.Set,
    "flavor show": flavor.Show,
    "keypair delete": keypair.Delete,
    "keypair list": keypair.List,
    "keypair show": keypair.Show,
    "reconcile servers": reconcile.Reconcile,
    "server import": server.Import,
    "server list": server.List,
    "server modify": suspending.Modify,
    "server move": moving.Move,
    "server show": server.Show,
    "server statistics": statistics.Statistics,
}
