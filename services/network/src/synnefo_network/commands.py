# SPDX-License-Identifier: Apache-2.0
"""``synnefo router|floating-ip|pool|ip-history …``: what there is, and whether it adds up."""

from __future__ import annotations

import argparse
from typing import Any

from synnefo_core.commands import CloudLister, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_network import (
    floating_ips,
    history_commands,
    network_commands,
    reconcile_commands,
    routers,
    subnet_pools,
)
from synnefo_network.values import Listing
from synnefo_network.verification import verify_addresses


class _OfProjects(CloudLister):
    """A list that can be narrowed to a project."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--project", default="", metavar="ID", help="only this project's")
        return parser

    def listing(self, parsed_args: argparse.Namespace) -> Listing:
        """Return which are wanted."""
        named = parsed_args.project
        return Listing({"project_id": [named]} if named else {})


class ListRouters(_OfProjects):
    """List routers."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        found = routers.list_routers(for_worker(self.cloud), self.listing(parsed_args))
        rows = [(r.id, r.name, r.project_id, r.gateway and r.gateway.network_id) for r in found]
        return ("Id", "Name", "Project", "Gateway"), rows


class ListFloatingIps(_OfProjects):
    """List floating IPs."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        found = floating_ips.list_floating_ips(for_worker(self.cloud), self.listing(parsed_args))
        rows = [(f.id, f.ip, f.project_id, f.status, f.target and f.target.fixed_ip) for f in found]
        return ("Id", "Address", "Project", "Status", "For"), rows


class ListPools(_OfProjects):
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
    "router list": ListRouters,
    "floating-ip list": ListFloatingIps,
    "pool list": ListPools,
    "pool verify": Verify,
}
