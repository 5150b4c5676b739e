# SPDX-License-Identifier: Apache-2.0
"""``synnefo network …``: what there is, how it is carried, and what gets no new ports."""

from __future__ import annotations

import argparse

from synnefo_core.commands import CloudCommand, CloudLister, CommandTable, Table
from synnefo_core.context import for_worker
from synnefo_core.errors import Conflict
from synnefo_network import networks, reassigning, reservations, wiring
from synnefo_network.bootstrap import SYSTEM_PROJECT
from synnefo_network.command_forms import OfOne, OfOneAndProject, ShowOne
from synnefo_network.values import Listing, Network, NetworkSpec


class Create(CloudCommand):
    """Make a network, of the cloud itself unless a project is named."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what it is to be."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        parser.add_argument("--project", default=SYSTEM_PROJECT, metavar="ID", help="its owner")
        parser.add_argument("--type", default="", choices=wiring.TYPES, help="how it is carried")
        parser.add_argument(
            "--physical-network", metavar="NAME", help="its bridge (CUSTOM) or routing table"
        )
        parser.add_argument("--vlan", type=int, metavar="NUMBER", help="its VLAN (PHYSICAL_VLAN)")
        parser.add_argument("--shared", action="store_true", help="for the ports of all projects")
        parser.add_argument("--external", action="store_true", help="leads outside")
        parser.add_argument("--default", action="store_true", help="is the default one")
        parser.add_argument("--mtu", type=int, metavar="BYTES")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Make it and say its id."""
        spec = NetworkSpec(
            name=parsed_args.name,
            project_id=parsed_args.project,
            kind=parsed_args.type,
            physical_network=parsed_args.physical_network,
            segmentation_id=parsed_args.vlan,
            is_shared=parsed_args.shared,
            is_external=parsed_args.external,
            is_default=parsed_args.default,
            mtu=parsed_args.mtu,
        )
        made = networks.create_network(for_worker(self.cloud), spec)
        self.say(f"network {made.id} made: {made.kind} {made.link}".rstrip())


class List(CloudLister):
    """List networks."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--project", default="", metavar="ID", help="only this project's")
        parser.add_argument("--type", default="", choices=["", *wiring.TYPES])
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        asked = {"project_id": parsed_args.project, "kind": parsed_args.type}
        listing = Listing({name: [value] for name, value in asked.items() if value})
        rows = [
            (n.id, n.name, n.project_id, n.kind, n.link, n.mac_prefix, _words(n))
            for n in networks.list_networks(for_worker(self.cloud), listing)
        ]
        return ("Id", "Name", "Project", "Type", "Link", "MAC prefix", "Is"), rows


def _words(network: Network) -> str:
    said = {
        "shared": network.is_shared,
        "external": network.is_external,
        "default": network.is_default,
        "drained": network.is_drained,
    }
    return " ".join(word for word, is_so in said.items() if is_so)


class Show(ShowOne):
    """Show a network."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        found = networks.show_network(for_worker(self.cloud), parsed_args.id)
        fields = {
            "id": found.id,
            "name": found.name,
            "project": found.project_id,
            "type": found.kind,
            "physical network": found.physical_network or "",
            "vlan": found.segmentation_id,
            "mode": found.mode,
            "link": found.link,
            "mac prefix": found.mac_prefix,
            "mtu": found.mtu,
            "is": _words(found),
            "wanted zones": " ".join(found.zone_hints),
            "zones": " ".join(found.zones),
            "subnets": " ".join(found.subnet_ids),
        }
        return tuple(fields), tuple(fields.values())


class Modify(OfOne):
    """Change a network."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what is to change."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--name")
        parser.add_argument("--mtu", type=int, metavar="BYTES")
        for name, words in (("reserve", "give to no port"), ("unreserve", "give to ports again")):
            parser.add_argument(
                f"--{name}", action="append", default=[], metavar="ADDRESS", help=words
            )
        for name in _SWITCHES:
            parser.add_argument(f"--{name}", action=argparse.BooleanOptionalAction)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change it."""
        asked = {"name": parsed_args.name, "mtu": parsed_args.mtu}
        asked |= {ours: getattr(parsed_args, name) for name, ours in _SWITCHES.items()}
        changes = networks.NetworkChanges(
            **{name: value for name, value in asked.items() if value is not None}  # type: ignore[typeddict-item]  # as the parser says
        )
        context = for_worker(self.cloud)
        with context.unit_of_work() as session:
            networks.update_network(context, parsed_args.id, changes)
            row = networks.lock_own(context, session, parsed_args.id)
            keeper = reservations.OPERATOR
            reservations.free(session, row.id, keeper=keeper, ips=parsed_args.unreserve)
            refused = reservations.hold(
                context, session, row, keeper=keeper, ips=parsed_args.reserve
            )
            if refused:
                msg = f"addresses that are taken, or of no subnet: {', '.join(refused)}"
                raise Conflict(msg)
        self.say(f"network {parsed_args.id} changed")


_SWITCHES = {
    "shared": "is_shared",
    "external": "is_external",
    "default": "is_default",
    "drained": "is_drained",
}


class Drain(OfOne):
    """Let a network get no new ports; those that it has stay."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Drain it."""
        networks.update_network(for_worker(self.cloud), parsed_args.id, {"is_drained": True})
        self.say(f"network {parsed_args.id} drained")


class Remove(OfOne):
    """Delete a network without ports, and its subnets."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Delete it."""
        networks.delete_network(for_worker(self.cloud), parsed_args.id)
        self.say(f"network {parsed_args.id} deleted")


class Reassign(OfOneAndProject):
    """Give a network to another project, with its subnets."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Give it there."""
        context = for_worker(self.cloud)
        reassigning.reassign_network(context, parsed_args.id, parsed_args.project)
        self.say(f"network {parsed_args.id} is project {parsed_args.project}'s")


COMMANDS: CommandTable = {
    "network create": Create,
    "network list": List,
    "network show": Show,
    "network modify": Modify,
    "network drain": Drain,
    "network remove": Remove,
    "network reassign": Reassign,
}
