# SPDX-License-Identifier: Apache-2.0
"""``synnefo subnet …``: ranges of networks (CYC-088)."""

from __future__ import annotations

import argparse

from synnefo_core.commands import CloudCommand, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_network import subnets
from synnefo_network.command_forms import OfOne, OfProjects, ShowOne
from synnefo_network.subnets import SubnetChanges
from synnefo_network.values import FIRST_ADDRESS, Subnet, SubnetSpec

_NONE = "none"
"""Instead of a gateway's address."""


class Create(CloudCommand):
    """Make a subnet of a network."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what it is to be."""
        parser = super().get_parser(prog_name)
        parser.add_argument("network", metavar="NETWORK")
        parser.add_argument("cidr", metavar="CIDR")
        parser.add_argument("--name", default="")
        parser.add_argument(
            "--gateway", default=FIRST_ADDRESS, metavar="ADDRESS", help=f"or {_NONE}"
        )
        parser.add_argument("--no-dhcp", action="store_true", help="tell guests no addresses")
        parser.add_argument(
            "--pool",
            action="append",
            metavar="FIRST-LAST",
            help="where ports get addresses from; all but the gateway's unless it is said",
        )
        parser.add_argument("--dns", action="append", default=[], metavar="ADDRESS")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Make it and say its id."""
        spec = SubnetSpec(
            network_id=parsed_args.network,
            cidr=parsed_args.cidr,
            ip_version=6 if ":" in parsed_args.cidr else 4,
            name=parsed_args.name,
            gateway_ip=None if parsed_args.gateway == _NONE else parsed_args.gateway,
            pools=_pools(parsed_args.pool),
            is_dhcp_enabled=not parsed_args.no_dhcp,
            dns_servers=parsed_args.dns,
        )
        made = subnets.create_subnet(for_worker(self.cloud), spec)
        self.say(f"subnet {made.id} made: {made.cidr}, gateway {made.gateway_ip or _NONE}")


def _pools(given: list[str] | None) -> list[tuple[str, str]] | None:
    if given is None:
        return None
    parted = (text.partition("-") for text in given)
    return [(first, last or first) for first, _, last in parted]


class List(OfProjects):
    """List subnets."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--network", default="", metavar="ID", help="only this network's")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        listing = self.listing(parsed_args, network_id=parsed_args.network)
        found = subnets.list_subnets(for_worker(self.cloud), listing)
        names = "Id", "Name", "Network", "Project", "Range", "Gateway", "Pools"
        return names, [
            (s.id, s.name, s.network_id, s.project_id, s.cidr, s.gateway_ip or "", _ranges(s))
            for s in found
        ]


def _ranges(subnet: Subnet) -> str:
    return " ".join(f"{first}-{last}" for first, last in subnet.pools)


class Show(ShowOne):
    """Show a subnet."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        found = subnets.show_subnet(for_worker(self.cloud), parsed_args.id)
        fields = {
            "id": found.id,
            "name": found.name,
            "network": found.network_id,
            "project": found.project_id,
            "range": found.cidr,
            "gateway": found.gateway_ip or "",
            "pools": _ranges(found),
            "cut from": found.pool_id or "",
            "dhcp": found.is_dhcp_enabled,
            "name servers": " ".join(found.dns_servers),
            "host routes": " ".join(f"{target} by {hop}" for target, hop in found.host_routes),
            "ipv6": found.ipv6_address_mode or "",
        }
        return tuple(fields), tuple(fields.values())


class Modify(OfOne):
    """Change a subnet."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what is to change."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--name")
        parser.add_argument("--dhcp", action=argparse.BooleanOptionalAction)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change it."""
        changes: SubnetChanges = {}
        if parsed_args.name is not None:
            changes["name"] = parsed_args.name
        if parsed_args.dhcp is not None:
            changes["is_dhcp_enabled"] = parsed_args.dhcp
        subnets.update_subnet(for_worker(self.cloud), parsed_args.id, changes)
        self.say(f"subnet {parsed_args.id} changed")


class Remove(OfOne):
    """Delete a subnet of which no port has an address."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Delete it."""
        subnets.delete_subnet(for_worker(self.cloud), parsed_args.id)
        self.say(f"subnet {parsed_args.id} deleted")


COMMANDS: CommandTable = {
    "subnet create": Create,
    "subnet list": List,
    "subnet show": Show,
    "subnet modify": Modify,
    "subnet remove": Remove,
}
