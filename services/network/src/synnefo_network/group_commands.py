# SPDX-License-Identifier: Apache-2.0
"""``synnefo security-group …``: what may reach ports."""

from __future__ import annotations

import argparse

from synnefo_core.commands import CloudLister, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_network import security_groups
from synnefo_network.command_forms import OfProjects
from synnefo_network.values import SecurityRule


class List(OfProjects):
    """List security groups."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--name", default="", help="only those of this name")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        listing = self.listing(parsed_args, name=parsed_args.name)
        found = security_groups.list_security_groups(for_worker(self.cloud), listing)
        rows = [(g.id, g.name, g.project_id, g.is_default, len(g.rules)) for g in found]
        return ("Id", "Name", "Project", "Default", "Rules"), rows


class Show(CloudLister):
    """List the rules of a security group."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add its id."""
        parser = super().get_parser(prog_name)
        parser.add_argument("id", metavar="ID")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each rule."""
        found = security_groups.show_security_group(for_worker(self.cloud), parsed_args.id)
        names = "Id", "Direction", "Version", "Protocol", "Ports", "Only with"
        return names, [
            (
                rule.id,
                rule.direction,
                rule.ethertype,
                rule.protocol or "any",
                _ports(rule),
                rule.remote_prefix or rule.remote_group_id or "any",
            )
            for rule in found.rules
        ]


def _ports(rule: SecurityRule) -> str:
    bounds = [str(bound) for bound in (rule.port_min, rule.port_max) if bound is not None]
    return "-".join(dict.fromkeys(bounds)) or "any"


COMMANDS: CommandTable = {"security-group list": List, "security-group show": Show}
