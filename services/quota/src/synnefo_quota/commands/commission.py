# SPDX-License-Identifier: Apache-2.0
"""``synnefo commission …``: what services promised and did not keep or take back yet."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from typing import Any

from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, CloudShow, Table
from synnefo_core.context import for_worker
from synnefo_quota import commissions
from synnefo_quota.commissions import Commission


def _moment(seconds: float) -> str:
    return iso(seconds) if seconds else ""


class List(CloudLister):
    """List pending commissions, oldest first."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows or widens the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--client", default="", metavar="ID", help="only those of this service")
        parser.add_argument(
            "--overdue",
            type=float,
            default=0.0,
            metavar="SECONDS",
            help="only those that were issued at least so long ago",
        )
        parser.add_argument(
            "--all", action="store_true", help="resolved ones that are remembered, too"
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each."""
        found = commissions.search(
            for_worker(self.cloud),
            client=parsed_args.client,
            is_resolved=parsed_args.all,
            older_than_s=parsed_args.overdue,
        )
        rows = [(c.serial, c.client, c.name, iso(c.issued_at), c.state) for c in found]
        return ("Serial", "Client", "Name", "Issued", "State"), rows


class Show(CloudShow):
    """Show a commission and its provisions."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("serial", type=int)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> tuple[Sequence[str], Sequence[Any]]:
        """Return its attributes."""
        found = commissions.find(for_worker(self.cloud), parsed_args.serial)
        titles = ("Serial", "Client", "Name", "Issued", "State", "Resolved", "Reason", "Provisions")
        return titles, (
            found.serial,
            found.client,
            found.name,
            iso(found.issued_at),
            found.state,
            _moment(found.resolved_at),
            found.reason,
            _provisions(found),
        )


def _provisions(commission: Commission) -> str:
    lines = []
    for provision in commission.provisions:
        source = f" in {provision.source}" if provision.source else ""
        whose = f"{provision.holder}{source}"
        lines.append(f"{provision.quantity:+d} {provision.resource} for {whose}")
    return "\n".join(lines)


class _Resolve(CloudCommand):
    is_accepted: bool

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which ones and why."""
        parser = super().get_parser(prog_name)
        parser.add_argument("serials", type=int, nargs="+", metavar="SERIAL")
        parser.add_argument("--reason", default="by an operator", help="for the log")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Resolve each, whoever issued it."""
        context = for_worker(self.cloud)
        for serial in parsed_args.serials:
            client = commissions.find(context, serial).client
            commissions.resolve(
                context, client, serial, is_accepted=self.is_accepted, reason=parsed_args.reason
            )


class Accept(_Resolve):
    """Accept commissions: what they promise is held from now on, or given back."""

    is_accepted = True


class Reject(_Resolve):
    """Reject commissions: everything is as if they had never been issued."""

    is_accepted = False
