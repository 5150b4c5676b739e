# SPDX-License-Identifier: Apache-2.0
"""``synnefo quota …``: look at the ledger, explain it, check it, set limits."""

from __future__ import annotations

import argparse
from collections.abc import Iterable
from typing import Any

from synnefo_core.clock import iso
from synnefo_core.commands import CloudCommand, CloudLister, Table
from synnefo_core.context import for_worker
from synnefo_quota import commissions, ledger, registry
from synnefo_quota.commands import amounts
from synnefo_quota.explanation import explain
from synnefo_quota.verify import (
    Difference,
    WrongLimit,
    correct,
    correct_limits,
    forget,
    set_limit_by_hand,
    unexpected,
    verify,
    verify_limits,
)


def holder_of(project_id: str, user_id: str) -> tuple[str, str]:
    """Return holder and source of a project's holdings, or of a user's in it."""
    project = f"project:{project_id}"
    return (f"user:{user_id}", project) if user_id else (project, "")


class List(CloudLister):
    """List what projects and their users hold."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add what narrows the list."""
        parser = super().get_parser(prog_name)
        parser.add_argument("project", nargs="?", default="", help="only of the project of this id")
        parser.add_argument("--user", default="", metavar="ID", help="only this user's shares")
        parser.add_argument("--resource", default="", help="only this one: cyclades.vm")
        parser.add_argument("--over-limit", action="store_true", help="only what is over its limit")
        parser.add_argument("--names", action="store_true", help="show users' and projects' names")
        amounts.add_human(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each holding."""
        held = ledger.search(
            for_worker(self.cloud),
            project_id=parsed_args.project,
            user_id=parsed_args.user,
            resource=parsed_args.resource,
            is_over=parsed_args.over_limit,
        )
        known, is_human = registry.counted(self.cloud), parsed_args.human
        rows = []
        for holding in held:
            unit = known[holding.resource].resource.unit if holding.resource in known else ""
            numbers = (holding.usage, holding.pending, holding.limit)
            shown = (amounts.shown(n, unit, is_human=is_human) for n in numbers)
            rows.append((*holding.key, *shown))
        titles = ("Holder", "Source", "Resource", "Usage", "Pending", "Limit")
        if not parsed_args.names:
            return titles, rows
        named = registry.names(self.cloud, {str(name) for row in rows for name in row[:2]})
        return (*titles, "Holder name", "Source name"), [
            (*row, *(named.get(str(name), "") for name in row[:2])) for row in rows
        ]


class Verify(CloudLister):
    """Compare the ledger with what its owners count; fails when anything differs."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add whether to correct."""
        parser = super().get_parser(prog_name)
        parser.add_argument(
            "--fix",
            action="store_true",
            help="correct usage and limits; what is pending or unknown is left alone",
        )
        parser.add_argument(
            "--unexpected",
            action="store_true",
            help="holdings of who is not there, too; with --fix the empty ones are deleted",
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each difference that is there (or, with ``--fix``, left)."""
        context = for_worker(self.cloud)
        if parsed_args.fix:
            correct_limits(context, verify_limits(context))
            correct(context, verify(context))
        if parsed_args.fix and parsed_args.unexpected:
            forget(context, unexpected(context))
        rows = [*self._usages(verify(context)), *self._limits(verify_limits(context))]
        if parsed_args.unexpected:
            rows += [(*h.key, "nobody's", h.usage, "", h.pending) for h in unexpected(context)]
        self.is_right = not rows
        return ("Holder", "Source", "Resource", "What", "Held", "Counted", "Pending"), rows

    def _usages(self, differences: Iterable[Difference]) -> Iterable[tuple[Any, ...]]:
        for d in differences:
            counted = "unknown" if d.counted is None else d.counted
            yield d.holder, d.source, d.resource, "usage", d.held, counted, d.pending

    def _limits(self, wrong: Iterable[WrongLimit]) -> Iterable[tuple[Any, ...]]:
        for each in wrong:
            key = each.wanted.holder, each.wanted.source, each.wanted.resource
            yield *key, "limit", amounts.shown(each.limit), amounts.shown(each.wanted.limit), 0

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when there are any."""
        return int(super().run(parsed_args)) or int(not self.is_right)


class Explain(CloudLister):
    """List the very things behind a number; fails when they don't add up to it."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which number."""
        parser = super().get_parser(prog_name)
        parser.add_argument("project", help="the id of the project")
        parser.add_argument("resource", help="cyclades.vm")
        parser.add_argument("--user", default="", metavar="ID", help="only this user's share")
        parser.add_argument(
            "--most",
            type=int,
            default=100,
            metavar="N",
            help="list the N largest things and sum up the others; 0 for all (default: 100)",
        )
        amounts.add_human(parser)
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each thing, the largest first."""
        self.explained = explained = explain(
            for_worker(self.cloud),
            project_id=parsed_args.project,
            resource=parsed_args.resource,
            user_id=parsed_args.user,
            most=max(0, parsed_args.most),
        )
        known = registry.counted(self.cloud).get(parsed_args.resource)
        unit = known.resource.unit if known else ""
        rows = [(t.kind, t.id, t.name, t.user_id, t.amount) for t in explained.things]
        if explained.others:
            rows.append(("others", "", f"{explained.others} more", "", explained.others_amount))
        human = parsed_args.human
        shown = [(*row[:-1], amounts.shown(row[-1], unit, is_human=human)) for row in rows]
        return ("Kind", "ID", "Name", "User", "Amount"), shown

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows and what they come to."""
        failed = int(super().run(parsed_args))
        if failed:
            return failed
        held = self.explained.holding
        self.app.stderr.write(
            f"{held.usage} held, {held.pending} of it pending; "
            f"what is listed comes to {self.explained.amount}\n"
        )
        return int(not self.explained.is_complete)


class History(CloudLister):
    """List what became of the commissions on a project's or a user's holdings, newest first."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add whose."""
        parser = super().get_parser(prog_name)
        parser.add_argument("project", help="the id of the project")
        parser.add_argument("--user", default="", metavar="ID", help="of this user in the project")
        parser.add_argument("--most", type=int, default=100, metavar="N", help="default: 100")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each entry of the provision log."""
        holder, source = holder_of(parsed_args.project, parsed_args.user)
        context, most = for_worker(self.cloud), max(0, parsed_args.most)
        entries = commissions.log_of(context, holder=holder, source=source, limit=most)
        rows = [
            (
                entry["serial"],
                iso(entry["resolved_at"]),
                entry["client"],
                entry["resource"],
                entry["amount"],
                "accepted" if entry["is_accepted"] else "rejected",
                entry["reason"],
                entry["usage_max"],
                amounts.shown(entry["limit"]),
            )
            for entry in entries
        ]
        titles = ("Serial", "Resolved", "Client", "Resource", "Amount", "Outcome", "Reason")
        return (*titles, "Usage", "Limit"), rows


class Set(CloudCommand):
    """Set a project's limit of a resource, or a user's share of it."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add project, resource and limit."""
        parser = super().get_parser(prog_name)
        parser.add_argument("project", help="the id of the project")
        parser.add_argument("resource", help="cyclades.vm")
        parser.add_argument("limit", type=amounts.amount, help="20, 50GiB or unlimited")
        parser.add_argument("--user", default="", metavar="ID", help="limit this user's share")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> None:
        """Set it, unless it follows from something else and would be put back."""
        context, user_id = for_worker(self.cloud), parsed_args.user
        registry.require_people(
            self.cloud, user_ids=[user_id] if user_id else [], project_ids=[parsed_args.project]
        )
        set_limit_by_hand(
            context,
            project_id=parsed_args.project,
            user_id=user_id,
            resource=parsed_args.resource,
            limit=parsed_args.limit,
        )
