# SPDX-License-Identifier: Apache-2.0
"""``synnefo port …``: cards, whose they are and what may reach them (CYC-088)."""

from __future__ import annotations

import argparse

from synnefo_core.commands import CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_network import port_lists, ports
from synnefo_network.command_forms import OfOne, OfProjects, ShowOne
from synnefo_network.port_lists import AddressFilter
from synnefo_network.values import Port


class List(OfProjects):
    """List ports."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--network", default="", metavar="ID", help="only this network's")
        parser.add_argument("--device", default="", metavar="ID", help="only this server's")
        parser.add_argument("--address", default="", metavar="IP", help="who has this address")
        parser.add_argument("--mac", default="", help="who has this MAC address")
        parser.add_argument("--security-group", default="", metavar="ID", help="only those in it")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        listing = self.listing(
            parsed_args,
            network_id=parsed_args.network,
            device_id=parsed_args.device,
            mac=parsed_args.mac.lower(),
        )
        found = port_lists.list_ports(
            for_worker(self.cloud),
            listing,
            addresses=AddressFilter([parsed_args.address] if parsed_args.address else []),
            group_ids=[parsed_args.security_group] if parsed_args.security_group else [],
        )
        names = "Id", "Network", "Project", "MAC", "Addresses", "Device", "Status"
        return names, [
            (p.id, p.network_id, p.project_id, p.mac, _addresses(p), p.device_id, p.status)
            for p in found
        ]


def _addresses(port: Port) -> str:
    return " ".join(fixed.ip for fixed in port.fixed_ips)


class Show(ShowOne):
    """Show a port."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        found = port_lists.show_port(for_worker(self.cloud), parsed_args.id)
        groups = zip(found.security_group_ids, found.security_group_names, strict=True)
        fields = {
            "id": found.id,
            "name": found.name,
            "network": found.network_id,
            "project": found.project_id,
            "mac": found.mac,
            "addresses": _addresses(found),
            "also sends from": " ".join(f"{pair.ip} ({pair.mac})" for pair in found.address_pairs),
            "device": found.device_id,
            "device owner": found.device_owner,
            "up": found.is_admin_up,
            "status": found.status,
            "filtered": found.is_secured,
            "security groups": " ".join(f"{group_id} ({name})" for group_id, name in groups),
        }
        return tuple(fields), tuple(fields.values())


class Remove(OfOne):
    """Delete a port; a server that has it loses the card."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Delete it."""
        ports.delete_port(for_worker(self.cloud), parsed_args.id)
        self.say(f"port {parsed_args.id} deleted")


COMMANDS: CommandTable = {"port list": List, "port show": Show, "port remove": Remove}
