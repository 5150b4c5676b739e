# SPDX-License-Identifier: Apache-2.0
"""``synnefo floating-ip …``: addresses outside, and what they stand for (CYC-088)."""

from __future__ import annotations

import argparse

from synnefo_core.commands import CloudCommand, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_network import floating_ips, reassigning
from synnefo_network.command_forms import OfOne, OfOneAndProject, OfProjects, ShowOne
from synnefo_network.floating_values import FloatingIpChanges, FloatingIpSpec


class Create(CloudCommand):
    """Take a floating IP for a project."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("project", metavar="PROJECT")
        parser.add_argument("--network", metavar="ID", help="of this network; else of any")
        parser.add_argument("--address", metavar="IP", help="this one; else any")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Take it and say which one it is."""
        spec = FloatingIpSpec(
            network_id=parsed_args.network,
            project_id=parsed_args.project,
            ip=parsed_args.address,
        )
        made = floating_ips.create_floating_ip(for_worker(self.cloud), spec)
        self.say(f"floating IP {made.id} made: {made.ip}")


class List(OfProjects):
    """List floating IPs."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--network", default="", metavar="ID", help="only this network's")
        parser.add_argument("--address", default="", metavar="IP", help="only this one")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        listing = self.listing(parsed_args, network_id=parsed_args.network, ip=parsed_args.address)
        found = floating_ips.list_floating_ips(for_worker(self.cloud), listing)
        rows = [(f.id, f.ip, f.project_id, f.status, f.target and f.target.fixed_ip) for f in found]
        return ("Id", "Address", "Project", "Status", "For"), rows


class Show(ShowOne):
    """Show a floating IP."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        found = floating_ips.show_floating_ip(for_worker(self.cloud), parsed_args.id)
        target = found.target
        fields = {
            "id": found.id,
            "address": found.ip,
            "network": found.network_id,
            "project": found.project_id,
            "status": found.status,
            "port": target.port_id if target else "",
            "for": target.fixed_ip if target else "",
            "router": target.router_id if target else "",
        }
        return tuple(fields), tuple(fields.values())


class Attach(OfOne):
    """Have a floating IP stand for a port's address."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which port."""
        parser = super().get_parser(prog_name)
        parser.add_argument("port", metavar="PORT")
        parser.add_argument("--fixed-ip", metavar="IP", help="where the port has several")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Point it there."""
        changes = FloatingIpChanges(port_id=parsed_args.port)
        if parsed_args.fixed_ip:
            changes["fixed_ip"] = parsed_args.fixed_ip
        floating_ips.update_floating_ip(for_worker(self.cloud), parsed_args.id, changes)
        self.say(f"floating IP {parsed_args.id} stands for port {parsed_args.port}")


class Detach(OfOne):
    """Have a floating IP stand for nothing."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Point it nowhere."""
        changes = FloatingIpChanges(port_id=None)
        floating_ips.update_floating_ip(for_worker(self.cloud), parsed_args.id, changes)
        self.say(f"floating IP {parsed_args.id} stands for nothing")


class Remove(OfOne):
    """Take a floating IP from its project."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Free it."""
        floating_ips.delete_floating_ip(for_worker(self.cloud), parsed_args.id)
        self.say(f"floating IP {parsed_args.id} given back")


class Reassign(OfOneAndProject):
    """Give a floating IP that stands for nothing to another project."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Give it there."""
        context = for_worker(self.cloud)
        reassigning.reassign_floating_ip(context, parsed_args.id, parsed_args.project)
        self.say(f"floating IP {parsed_args.id} is project {parsed_args.project}'s")


COMMANDS: CommandTable = {
    "floating-ip create": Create,
    "floating-ip list": List,
    "floating-ip show": Show,
    "floating-ip attach": Attach,
    "floating-ip detach": Detach,
    "floating-ip remove": Remove,
    "floating-ip reassign": Reassign,
}
