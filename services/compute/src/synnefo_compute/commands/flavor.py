# SPDX-License-Identifier: Apache-2.0
"""``synnefo flavor …``: the sizes that servers can have (CYC-086)."""

from __future__ import annotations

import argparse

from synnefo_compute import flavors
from synnefo_compute.flavors import Flavor
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, Table
from synnefo_core.context import for_worker

TITLES = ("ID", "Name", "vCPUs", "RAM MiB", "Disk GiB", "Disk template", "Public")


def _row(flavor: Flavor) -> tuple[object, ...]:
    size = flavor.vcpus, flavor.ram_mib, flavor.disk_gib
    return flavor.id, flavor.name, *size, flavor.disk_template, flavor.is_public


class List(CloudLister):
    """List the flavors of which servers can be made."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        return TITLES, [_row(each) for each in flavors.listing(for_worker(self.cloud))]


class Show(CloudShow):
    """Show a flavor, also one that was deleted."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("flavor", metavar="ID")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        return TITLES, _row(flavors.show(for_worker(self.cloud), parsed_args.flavor))


def _size(text: str) -> int:
    number = int(text)
    if number < 1:
        msg = "it must be 1 or more"
        raise argparse.ArgumentTypeError(msg)
    return number


class Create(CloudCommand):
    """Make a flavor."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what it is."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        parser.add_argument("--id", default="", help="default: a new one")
        parser.add_argument("--vcpus", type=_size, required=True, metavar="N")
        parser.add_argument("--ram-mib", type=_size, required=True, metavar="N")
        parser.add_argument(
            "--disk-gib", type=_size, default=0, metavar="N", help="default: no disk"
        )
        parser.add_argument("--disk-template", default="", help="default: the cluster's")
        parser.add_argument("--private", action="store_true", help="for administrators only")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Make it."""
        made = flavors.create(
            for_worker(self.cloud),
            flavor_id=parsed_args.id,
            name=parsed_args.name,
            vcpus=parsed_args.vcpus,
            ram_mib=parsed_args.ram_mib,
            disk_gib=parsed_args.disk_gib,
            disk_template=parsed_args.disk_template,
            is_public=not parsed_args.private,
        )
        self.say(f"flavor {made.name} made: {made.id}")


class Delete(CloudCommand):
    """Take a flavor from the list; servers that have it keep it."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("flavor", metavar="ID")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Take it."""
        flavors.delete(for_worker(self.cloud), parsed_args.flavor)
