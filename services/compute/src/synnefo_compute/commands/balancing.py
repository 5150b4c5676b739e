# SPDX-License-Identifier: Apache-2.0
"""``synnefo backend evacuate|rebalance``: servers go to other clusters by a plan."""

from __future__ import annotations

import argparse
from abc import abstractmethod
from collections.abc import Iterable

import synnefo_backends
from synnefo_compute.balancing import evacuation, execution, rebalancing
from synnefo_compute.balancing.plans import Plan
from synnefo_core.commands import CloudLister, Table
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.errors import Conflict

AT_ONCE, MOST = 4, 20
LOOK_EVERY_S = 0.5

Row = tuple[str, str, str, str, str]


class _Moving(CloudLister):
    """A command that plans moves, shows them, and carries them out unless told not to."""

    is_right = True

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add how."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--dry-run", action="store_true", help="only show the plan")
        parser.add_argument(
            "--stop",
            action="store_true",
            help="stop servers that run for their moves, then start them",
        )
        parser.add_argument(
            "--at-once", type=int, default=AT_ONCE, metavar="N", help=f"default: {AT_ONCE}"
        )
        return parser

    @abstractmethod
    def plan(self, context: RequestContext, parsed_args: argparse.Namespace) -> Plan:
        """Return what is to be done."""

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each server, and for each cluster that could not be asked."""
        context = for_worker(self.cloud)
        plan = self.plan(context, parsed_args)
        rows = list(self._rows(context, plan, parsed_args))
        rows += [(each.server_id, each.name, each.source, "", each.reason) for each in plan.stays]
        rows += [("", "", name, "", problem) for name, problem in plan.silent.items()]
        return ("Server", "Name", "From", "To", "What"), rows

    def _rows(
        self, context: RequestContext, plan: Plan, parsed_args: argparse.Namespace
    ) -> Iterable[Row]:
        if parsed_args.dry_run:
            for move in plan.moves:
                yield move.server_id, move.name, move.source, move.target, "to be moved"
            return
        for outcome in execution.carry_out(
            context,
            plan,
            at_once=max(1, parsed_args.at_once),
            may_stop=parsed_args.stop,
            pause=lambda: context.cloud.clock.wait(LOOK_EVERY_S),
        ):
            move, said = outcome.move, outcome.problem or "moved"
            self.is_right = self.is_right and not outcome.problem
            yield move.server_id, move.name, move.source, move.target, said

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when something went wrong, or stays that was to go."""
        return int(super().run(parsed_args)) or int(not self.is_right)


class Evacuate(_Moving):
    """Empty a drained cluster; fails when a server stays."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which one."""
        parser = super().get_parser(prog_name)
        parser.add_argument("name")
        return parser

    def plan(self, context: RequestContext, parsed_args: argparse.Namespace) -> Plan:
        """Return where its servers go."""
        backend = synnefo_backends.find(context, parsed_args.name)
        if backend.is_enabled and not parsed_args.dry_run:
            msg = f"{backend.name} takes new servers: drain it first"
            raise Conflict(msg)
        plan = evacuation.plan(context, backend.name, may_stop=parsed_args.stop)
        self.is_right = parsed_args.dry_run or not plan.stays
        return plan


class Rebalance(_Moving):
    """Move servers from fuller clusters to emptier ones."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add how many."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--most", type=int, default=MOST, metavar="N", help=f"default: {MOST}")
        return parser

    def plan(self, context: RequestContext, parsed_args: argparse.Namespace) -> Plan:
        """Return what would even them out."""
        return rebalancing.plan(context, may_stop=parsed_args.stop, most=parsed_args.most)
