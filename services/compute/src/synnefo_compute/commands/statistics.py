# SPDX-License-Identifier: Apache-2.0
"""``synnefo server statistics``: how many servers there are, and what one of them used."""

from __future__ import annotations

import argparse

from synnefo_compute.figures.rates import COUNTED, STEPS, Point
from synnefo_compute.figures.series import server_figures
from synnefo_compute.statistics import statistics
from synnefo_core.clock import iso
from synnefo_core.commands import CloudLister, Table
from synnefo_core.context import RequestContext, for_worker

TITLES = ("Backend", "State", "Servers", "vCPUs", "RAM MiB", "Disk GiB")
FIGURES = ("At", "Seconds", "RAM MiB", *COUNTED)
"""All but the memory are in a second."""

HOUR_S = 3600.0


class Statistics(CloudLister):
    """Count the servers by cluster and state, or show what one of them used."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows it."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--backend", default="", metavar="NAME", help="only in this cluster")
        parser.add_argument(
            "server", nargs="?", default="", metavar="ID", help="what this one used, in a second"
        )
        parser.add_argument(
            "--hours", type=float, default=1.0, metavar="H", help="for a server: since when"
        )
        parser.add_argument(
            "--step",
            type=int,
            default=0,
            choices=[0, *(step.step_s for step in STEPS)],
            metavar="S",
            help="for a server: seconds between two rows; default: the finest that is kept so long",
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        context = for_worker(self.cloud)
        if parsed_args.server:
            return FIGURES, _of_server(context, parsed_args)
        found = statistics(context, backend=parsed_args.backend)
        return TITLES, [
            (name, state, amount.servers, amount.vcpus, amount.ram_mib, amount.disk_gib)
            for name, states in found.clusters.items()
            for state, amount in states.items()
        ]


def _of_server(
    context: RequestContext, parsed_args: argparse.Namespace
) -> list[tuple[object, ...]]:
    since = context.now() - max(0.0, parsed_args.hours) * HOUR_S
    found = server_figures(context, parsed_args.server, since=since, step_s=parsed_args.step)
    return [_row(point) for point in found.points]


def _row(point: Point) -> tuple[object, ...]:
    rates = (point.rates[name] for name in COUNTED)
    return (iso(point.at), round(point.seconds), point.ram_mib, *rates)
