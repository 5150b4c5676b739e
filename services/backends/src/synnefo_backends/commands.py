# SPDX-License-Identifier: Apache-2.0
"""``synnefo backend …``: the clusters, while the cloud runs."""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

from synnefo_backends import allocator, nodes, registry
from synnefo_backends.allocator import Verdict
from synnefo_backends.refresh import refresh
from synnefo_backends.registry import Backend
from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, Table
from synnefo_core.context import for_worker
from synnefo_core.contracts.driver import DriverError
from synnefo_core.contracts.node_state import NodeState
from synnefo_core.contracts.placement import Demand
from synnefo_core.errors import Invalid

GIB_MIB = 1024


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
            (b.name, b.driver, _state(b), b.zone, b.nodes, b.vcpus, b.ram_mib, b.disk_mib)
            for b in registry.listing(for_worker(self.cloud))
        ]
        return ("Name", "Driver", "State", "Zone", "Nodes", "vCPUs", "RAM MiB", "Disk MiB"), rows


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
        config = self.cloud.config.backends
        fields = {
            "id": found.id,
            "name": found.name,
            "driver": found.driver,
            "state": _state(found),
            "zone": found.zone,
            "public": found.is_public,
            "reserved for": ", ".join(found.projects),
            "vcpu ratio": found.vcpu_ratio or config.vcpu_ratio,
            "ram ratio": found.ram_ratio or config.ram_ratio,
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
    """Change a cluster's settings, zone and ratios; drain, reserve or publish it, or take it offline."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what can be changed."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--drained", action=argparse.BooleanOptionalAction)
        parser.add_argument("--because", metavar="TEXT", help="why it is drained")
        parser.add_argument("--offline", action=argparse.BooleanOptionalAction)
        parser.add_argument(
            "--public",
            action=argparse.BooleanOptionalAction,
            help="take servers of projects that have no clusters of their own",
        )
        parser.add_argument("--zone", help="the availability zone that it is in")
        parser.add_argument("--vcpu-ratio", type=float, help="virtual processors for a real one")
        parser.add_argument("--ram-ratio", type=float, help="MiB given out for a real one")
        parser.add_argument(
            "--reserve-for", metavar="PROJECT-ID", action="append", default=[], dest="reserve"
        )
        parser.add_argument(
            "--no-longer-for", metavar="PROJECT-ID", action="append", default=[], dest="free"
        )
        _add_settings(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Change it."""
        registry.modify(
            for_worker(self.cloud),
            parsed_args.name,
            settings=_settings(parsed_args),
            is_drained=parsed_args.drained,
            drained_because=parsed_args.because,
            is_offline=parsed_args.offline,
            is_public=parsed_args.public,
            zone=parsed_args.zone,
            vcpu_ratio=parsed_args.vcpu_ratio,
            ram_ratio=parsed_args.ram_ratio,
            reserve=parsed_args.reserve,
            free=parsed_args.free,
        )


class Nodes(CloudLister):
    """Show the nodes of a cluster, and say how evenly they are used."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add its name."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each node; the spread goes to standard error."""
        found = nodes.listing(for_worker(self.cloud), parsed_args.name)
        ram, disk = nodes.spread(found)
        advice = "even" if max(ram, disk) <= nodes.EVEN else "uneven: see what hbal suggests"
        self.app.stderr.write(f"spread of memory {ram:.3f}, of disk {disk:.3f}: {advice}\n")
        titles = (
            "Name",
            "Role",
            "State",
            "Instances",
            "vCPUs",
            "RAM MiB",
            "Used",
            "Disk MiB",
            "Used disk",
        )
        return titles, [_node(each) for each in found]


def _node(node: NodeState) -> tuple[object, ...]:
    state = "offline" if node.is_offline else "drained" if node.is_drained else "in use"
    ram, disk = _percent(nodes.used_ram(node)), _percent(nodes.used_disk(node))
    sizes = node.vcpus, node.ram_mib, ram, node.disk_mib, disk
    return node.name, node.role, state, node.instances, *sizes


def _percent(share: float | None) -> str:
    return "" if share is None else f"{share:.0%}"


class Why(CloudLister):
    """Say where a server would go now, and why not elsewhere."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what it would need."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--vcpus", type=int, default=1)
        parser.add_argument("--ram", type=int, default=512, metavar="MIB")
        parser.add_argument("--disk", type=int, default=1, metavar="GIB")
        parser.add_argument("--disk-template", default="")
        parser.add_argument("--project", default="", metavar="ID")
        parser.add_argument("--zone", default="")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each cluster, the one that would be chosen first."""
        demand = Demand(
            vcpus=parsed_args.vcpus,
            ram_mib=parsed_args.ram,
            disk_mib=parsed_args.disk * GIB_MIB,
            disk_template=parsed_args.disk_template,
            project_id=parsed_args.project,
            zone=parsed_args.zone,
        )
        verdicts = allocator.why(for_worker(self.cloud), demand)
        rows = [
            (each.name, _weight(each), "; ".join(f"{k}: {v}" for k, v in each.reasons.items()))
            for each in verdicts
        ]
        return ("Name", "Weight", "Out because of"), rows


def _weight(verdict: Verdict) -> str:
    return "-" if verdict.weight is None else f"{verdict.weight:.3f}"


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
