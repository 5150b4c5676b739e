# SPDX-License-Identifier: Apache-2.0
"""``synnefo server statistics``: how many servers there are (CYC-095)."""

from __future__ import annotations

import argparse

from synnefo_compute.statistics import statistics
from synnefo_core.commands import CloudLister, Table
from synnefo_core.context import for_worker

TITLES = ("Backend", "State", "Servers", "vCPUs", "RAM MiB", "Disk GiB")


class Statistics(CloudLister):
    """Count the servers by cluster and state."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows it."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--backend", default="", metavar="NAME", help="only in this cluster")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        found = statistics(for_worker(self.cloud), backend=parsed_args.backend)
        return TITLES, [
            (name, state, amount.servers, amount.vcpus, amount.ram_mib, amount.disk_gib)
            for name, states in found.clusters.items()
            for state, amount in states.items()
        ]
