# SPDX-License-Identifier: Apache-2.0
"""``synnefo router|pool …``, and the room's other commands: what there is, and whether it adds up."""

from __future__ import annotations

import argparse
from typing import Any

from synnefo_core.commands import CloudLister, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_network import (
    floating_commands,
    group_commands,
    history_commands,
    network_commands,
    port_commands,
    reconcile_commands,
    routers,
    subnet_commands,
    subnet_pools,
)
from synnefo_network.command_forms import OfProjects
from synnefo_network.verification import verify_addresses


class ListRouters(OfProjects):
    """List routers."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        found = routers.list_routers(for_worker(self.cloud), self.listing(parsed_args))
        rows = [(r.id, r.name, r.project_id, r.gateway and r.gateway.network_id) for r in found]
        return ("Id", "Name", "Project", "Gateway"), rows


class ListPools(OfProjects):
    """List subnet pools."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        found = subnet_pools.list_subnet_pools(for_worker(self.cloud), self.listing(parsed_args))
        rows = [(p.id, p.name, p.project_id, " ".join(p.prefixes)) for p in found]
        return ("Id", "Name", "Project", "Prefixes"), rows


class Verify(CloudLister):
    """Look for addresses, prefixes and ranges that are taken and not used; fails if there are."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        leaks = verify_addresses(for_worker(self.cloud))
        self.is_right = not leaks
        return ("Kind", "Id", "Problem"), [(leak.kind, leak.id, leak.problem) for leak in leaks]

    def run(self, parsed_args: Any) -> int:
        """Run, and fail when anything is wrong."""
        return super().run(parsed_args) or int(not getattr(self, "is_right", True))


COMMANDS: CommandTable = {
    **network_commands.COMMANDS,
    **reconcile_commands.COMMANDS,
    **history_commands.COMMANDS,
    **subnet_commands.COMMANDS,
    **port_commands.COMMANDS,
    **floating_commands.COMMANDS,
    **group_commands.COMMANDS,
    "router list": ListRouters,
    "pool list": ListPools,
    "pool verify": Verify,
}
