# SPDX-License-Identifier: Apache-2.0
"""``synnefo quota enforce``: bring users and projects back under their limits (CYC-093, 094)."""

from __future__ import annotations

import argparse
import sys

from synnefo_core.commands import CloudLister, Table
from synnefo_core.context import for_worker
from synnefo_core.contracts.quota import Severity
from synnefo_core.errors import Conflict
from synnefo_quota import enforcement
from synnefo_quota.enforcement import Plan, Scope, Step

TITLES = (
    "Holder",
    "Project",
    "Resource",
    "Over by",
    "Action",
    "Kind",
    "ID",
    "Name",
    "State",
    "Outcome",
)


class Enforce(CloudLister):
    """List what brings users and projects back under their limits; with --apply, do it.

    Processors and memory in use are got back by stopping servers, servers by deleting them. What
    failed is taken first, then what is being made, what is stopped, what runs; of these the newest.
    """

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add whom, how far and how much at once."""
        parser = super().get_parser(prog_name)
        for option, metavar, text in (
            ("--resource", "NAME", "only this resource"),
            ("--user", "ID", "only what this user holds"),
            ("--exclude-user", "ID", "leave this user alone"),
            ("--project", "ID", "only this project"),
            ("--exclude-project", "ID", "leave this project alone"),
        ):
            several = f"{text}; may be given several times"
            parser.add_argument(option, action="append", default=[], metavar=metavar, help=several)
        parser.add_argument("--soft", action="store_true", help="stop what would be deleted")
        parser.add_argument("--cascade", action="store_true", help="delete servers for their disks")
        parser.add_argument(
            "--per-backend", type=int, default=0, metavar="N", help="at most N actions on a cluster"
        )
        parser.add_argument(
            "--shutdown-timeout", type=int, metavar="SECONDS", help="for guests that are stopped"
        )
        parser.add_argument("--apply", action="store_true", help="do it, not only list it")
        parser.add_argument("--yes", action="store_true", help="do it without asking")
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each action, and one for what nothing can be done about."""
        context = for_worker(self.cloud)
        plan = enforcement.plan(
            context,
            scope=_scope(parsed_args),
            severity=Severity(
                is_soft=parsed_args.soft,
                may_cascade=parsed_args.cascade,
                grace_s=parsed_args.shutdown_timeout,
            ),
            per_place=max(0, parsed_args.per_backend),
        )
        outcomes = [(step, "under way" if step.relief.is_under_way else "") for step in plan.steps]
        if parsed_args.apply and plan.steps:
            self._confirm(plan, is_sure=parsed_args.yes)
            outcomes = [
                (step, problem or ("under way" if step.relief.is_under_way else "begun"))
                for step, problem in enforcement.apply(context, plan)
            ]
        self.is_enough = not plan.left_over
        return TITLES, [*(_row(*outcome) for outcome in outcomes), *_left_over(plan)]

    def _confirm(self, plan: Plan, *, is_sure: bool) -> None:
        if is_sure:
            return
        if not sys.stdin.isatty():
            msg = "nobody to ask whether this is meant; say --yes"
            raise Conflict(msg)
        self.app.stderr.write(f"{len(plan.steps)} actions; go on? [y/N] ")
        self.app.stderr.flush()
        if sys.stdin.readline().strip().lower() not in ("y", "yes"):
            msg = "nothing was done"
            raise Conflict(msg)

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when something stays over its limit."""
        return int(super().run(parsed_args)) or int(not self.is_enough)


def _scope(parsed_args: argparse.Namespace) -> Scope:
    return Scope(
        only_resources=frozenset(parsed_args.resource),
        only_users=frozenset(parsed_args.user),
        not_users=frozenset(parsed_args.exclude_user),
        only_projects=frozenset(parsed_args.project),
        not_projects=frozenset(parsed_args.exclude_project),
    )


def _row(step: Step, outcome: str) -> tuple[object, ...]:
    holding, relief = step.holding, step.relief
    over = (holding.holder, relief.project_id, holding.resource, holding.excess)
    return *over, relief.action, relief.kind, relief.id, relief.name, relief.state, outcome


def _left_over(plan: Plan) -> list[tuple[object, ...]]:
    return [
        (h.holder, enforcement.project_of(h), h.resource, amount, "none", *[""] * 4, "stays over")
        for h, amount in plan.left_over
    ]
