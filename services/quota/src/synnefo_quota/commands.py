# SPDX-License-Identifier: Apache-2.0
"""``synnefo quota …``: look at the ledger, check it, set limits."""

from __future__ import annotations

import argparse

from synnefo_core.commands import CloudCommand, CloudLister, Table
from synnefo_core.context import for_worker
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_core.errors import Conflict
from synnefo_quota import ledger
from synnefo_quota.verify import verify


def _shown_limit(limit: int) -> str:
    return "unlimited" if limit == UNLIMITED else str(limit)


class List(CloudLister):
    """List what a project and its users hold."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add the project."""
        parser = super().get_parser(prog_name)
        parser.add_argument("project", help="the id of the project")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each holding."""
        held = ledger.holdings(for_worker(self.cloud), parsed_args.project)
        rows = [(h.holder, h.resource, h.usage, h.pending, _shown_limit(h.limit)) for h in held]
        return ("Holder", "Resource", "Usage", "Pending", "Limit"), rows


class Verify(CloudLister):
    """Compare the ledger with what its owners count; fails when anything differs."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each difference."""
        del parsed_args
        self.differences = verify(for_worker(self.cloud))
        rows = [
            (d.holder, d.source, d.resource, d.held, "unknown" if d.counted is None else d.counted)
            for d in self.differences
        ]
        return ("Holder", "Source", "Resource", "Held", "Counted"), rows

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when there are any."""
        return int(super().run(parsed_args)) or int(bool(self.differences))


class Set(CloudCommand):
    """Set a project's limit of a resource."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add project, resource and limit."""
        parser = super().get_parser(prog_name)
        parser.add_argument("project", help="the id of the project")
        parser.add_argument("resource", help='"cyclades.vm"')
        parser.add_argument("limit", help='a number, or "unlimited"')
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Set it."""
        text = parsed_args.limit
        if text != "unlimited" and not text.isdecimal():
            msg = f"a limit is a number or unlimited, not {text}"
            raise Conflict(msg)
        ledger.set_limit(
            for_worker(self.cloud),
            holder=f"project:{parsed_args.project}",
            resource=parsed_args.resource,
            limit=UNLIMITED if text == "unlimited" else int(text),
        )
