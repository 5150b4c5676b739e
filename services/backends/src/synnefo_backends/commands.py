# SPDX-License-Identifier: Apache-2.0
"""``synnefo backend …``: the clusters, while the cloud runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from synnefo_backends import registry
from synnefo_backends.refresh import refresh
from synnefo_backends.registry import Backend
from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, Table
from synnefo_core.context import for_worker
from synnefo_core.contracts.driver import DriverError
from synnefo_core.errors import Invalid


def _state(backend: Backend) -> str:
    if backend.is_offline:
        return "offline"
    if backend.is_drained:
        return "drained"
    return f"failing: {backend.problem}" if backend.problem else "ok"


def _settings(parsed_args: argparse.Namespace) -> dict[str, str]:
    settings = {}
    for pair in parsed_args.set:
        name, is_pair, value = pair.partition("=")
        if not is_pair:
            msg = f"--set takes NAME=VALUE, not {pair}"
            raise Invalid(msg)
        settings[name] = value
    for pair in parsed_args.set_file:
        name, _, path = pair.partition("=")
        text = sys.stdin.read() if path == "-" else Path(path).read_text()
        settings[name] = text.strip()
    return settings


def _add_settings(parser: argparse.ArgumentParser) -> None:
    parser.add_argument(
        "--set", metavar="NAME=VALUE", action="append", default=[], help="a driver's setting"
    )
    parser.add_argument(
        "--set-file",
        metavar="NAME=FILE",
        action="append",
        default=[],
        help="a setting whose value is in a file (passwords), - for standard input",
    )


class _OfOne(CloudCommand):
    """A command about one cluster."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add its name."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        return parser


class Add(_OfOne):
    """Register a cluster and ask it for its size."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add driver and settings."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--driver", required=True, help='"ganeti", "sim"')
        parser.add_argument("--drained", action="store_true", help="take no servers yet")
        _add_settings(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Register, then ask."""
        context = for_worker(self.cloud)
        registry.add(
            context,
            name=parsed_args.name,
            driver=parsed_args.driver,
            settings=_settings(parsed_args),
        )
        if parsed_args.drained:
            registry.modify(context, parsed_args.name, is_drained=True)
        try:
            backend = refresh(context, parsed_args.name)
        except DriverError as cause:
            self.say(f"backend {parsed_args.name} added, but it does not answer yet: {cause}")
        else:
            self.say(f"backend {backend.name} added: {backend.nodes} nodes")


class List(CloudLister):
    """List the clusters."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        del parsed_args
        rows = [
            (b.name, b.driver, _state(b), b.nodes, b.vcpus, b.ram_mib, b.disk_mib)
            for b in registry.listing(for_worker(self.cloud))
        ]
        return ("Name", "Driver", "State", "Nodes", "vCPUs", "RAM MiB", "Disk MiB"), rows


class Show(CloudShow):
    """Show one cluster, without its secrets."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add its name."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return its fields."""
        found = registry.find(for_worker(self.cloud), parsed_args.name)
        fields = {
            "id": found.id,
            "name": found.name,
            "driver": found.driver,
            "state": _state(found),
            "settings": " ".join(f"{k}={v}" for k, v in sorted(found.settings.items())),
            "disk templates": ", ".join(found.disk_templates),
            "nodes": found.nodes,
            "vcpus": found.vcpus,
            "ram_mib": found.ram_mib,
            "disk_mib": found.disk_mib,
            "refreshed": iso(found.refreshed_at),
        }
        return list(fields), list(fields.values())


class Set(_OfOne):
    """Change a cluster's settings, drain it or take it offline."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what can be changed."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--drained", action=argparse.BooleanOptionalAction)
        parser.add_argument("--offline", action=argparse.BooleanOptionalAction)
        _add_settings(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change it."""
        registry.modify(
            for_worker(self.cloud),
            parsed_args.name,
            settings=_settings(parsed_args),
            is_drained=parsed_args.drained,
            is_offline=parsed_args.offline,
        )


class Refresh(_OfOne):
    """Ask a cluster for its size now."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Ask."""
        backend = refresh(for_worker(self.cloud), parsed_args.name)
        self.say(f"{backend.name}: {backend.nodes} nodes, {backend.ram_mib} MiB")


class Remove(_OfOne):
    """Forget a cluster that has no servers of ours."""

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Forget it."""
        registry.remove(for_worker(self.cloud), parsed_args.name)
