# SPDX-License-Identifier: Apache-2.0
"""``synnefo reconcile servers``: what differs between the rows and the clusters."""

from __future__ import annotations

import argparse

import synnefo_backends
from synnefo_compute.reconcile.survey import Survey, survey
from synnefo_core.commands import CloudLister, Table
from synnefo_core.context import for_worker

UNKNOWN = "unknown"
"""What a cluster that does not answer is shown as."""


class Reconcile(CloudLister):
    """Compare servers with the clusters; fails when anything differs or is not known."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which clusters."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--backend", metavar="NAME", help="only this cluster")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each difference."""
        context, name = for_worker(self.cloud), parsed_args.backend
        backends = (
            [synnefo_backends.find(context, name)] if name else synnefo_backends.listing(context)
        )
        rows = [row for backend in backends for row in _rows(survey(context, backend))]
        self.is_right = not rows
        return ("Backend", "Kind", "Server", "What"), rows

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when there are any."""
        return int(super().run(parsed_args)) or int(not self.is_right)


def _rows(seen: Survey) -> list[tuple[str, str, str, str]]:
    name = seen.backend.name
    if seen.problem:
        return [(name, UNKNOWN, "", seen.problem)]
    return [(name, each.kind, each.server_id, str(each)) for each in seen.differences]
