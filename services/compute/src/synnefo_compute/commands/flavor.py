# SPDX-License-Identifier: Apache-2.0
"""``synnefo flavor …``: the sizes that servers can have (CYC-086)."""

from __future__ import annotations

import argparse

from synnefo_compute import flavor_access, flavor_specs, flavors
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
        found = flavors.listing(for_worker(self.cloud), is_public=None)
        return TITLES, [_row(each) for each in found]


class Show(CloudShow):
    """Show a flavor, also one that was deleted."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("flavor", metavar="ID")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        context = for_worker(self.cloud)
        found = flavors.show(context, parsed_args.flavor)
        specs = flavor_specs.listing(context, found.id)
        said = ", ".join(f"{name}={value}" for name, value in sorted(specs.items()))
        with context.reading() as session:
            projects = ", ".join(flavor_access.of(session, found.id))
        return (*TITLES, "Extra specs", "Projects"), (*_row(found), said, projects)


class Set(CloudCommand):
    """Change who may use a flavor, and what is said of it besides its size."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one, and what is to change."""
        parser = super().get_parser(prog_name)
        parser.add_argument("flavor", metavar="ID")
        parser.add_argument(
            "--for", metavar="PROJECT-ID", action="append", default=[], dest="allow"
        )
        parser.add_argument(
            "--no-longer-for", metavar="PROJECT-ID", action="append", default=[], dest="forbid"
        )
        parser.add_argument("--spec", metavar="NAME=VALUE", action="append", default=[], type=_spec)
        parser.add_argument("--no-spec", metavar="NAME", action="append", default=[])
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change it, all or nothing."""
        context, flavor_id = for_worker(self.cloud), parsed_args.flavor
        with context.unit_of_work():
            for project_id in parsed_args.allow:
                flavor_access.allow(context, flavor_id, project_id)
            for project_id in parsed_args.forbid:
                flavor_access.forbid(context, flavor_id, project_id)
            for name in parsed_args.no_spec:
                flavor_specs.remove(context, flavor_id, name)
            flavor_specs.merge(context, flavor_id, dict(parsed_args.spec))


def _spec(text: str) -> tuple[str, str]:
    name, equals, value = text.partition("=")
    if not name or not equals:
        msg = f"it is NAME=VALUE, not {text}"
        raise argparse.ArgumentTypeError(msg)
    return name, value


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
        parser.add_argument(
            "--private", action="store_true", help="for no project yet; see flavor set"
        )
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
