# SPDX-License-Identifier: Apache-2.0
"""``synnefo reconcile networks|pools``: what differs between the rows and the clusters."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable, Mapping
from typing import ClassVar

import synnefo_backends
from synnefo_core.commands import CloudLister, CommandTable, Table
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.driver import DriverError
from synnefo_core.errors import CloudError
from synnefo_network import cluster_differences, cluster_repairs, pool_repairs
from synnefo_network.cluster_differences import Difference, Leaked
from synnefo_network.cluster_surveys import Survey, survey
from synnefo_network.verification import Leak, verify_addresses

UNKNOWN = "unknown"
"""What a cluster that does not answer is shown as."""

ALL = "all"
Row = tuple[str, str, str, str, str]


class _Reconcile(CloudLister):
    """Compare something of networks with the clusters."""

    kinds: ClassVar[Mapping[str, type[Difference]]]

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which clusters, and what to repair."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--backend", metavar="NAME", help="only this cluster")
        parser.add_argument(
            "--fix",
            metavar="KIND,…",
            nargs="?",
            const=ALL,
            default="",
            help=f"repair differences of these kinds, or all: {', '.join(self.kinds)}",
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each difference."""
        context, name = for_worker(self.cloud), parsed_args.backend
        backends = (
            [synnefo_backends.find(context, name)] if name else synnefo_backends.listing(context)
        )
        named = frozenset(parsed_args.fix.split(",")) if parsed_args.fix else frozenset()
        kinds = frozenset(self.kinds) if ALL in named else named
        rows = [
            row
            for backend in backends
            for row in self.rows_of(context, survey(context, backend), kinds)
        ]
        rows += self.more_rows(context, kinds)
        self.is_right = all(is_repaired == "yes" for *_, is_repaired in rows)
        return ("Backend", "Kind", "Network", "What", "Repaired"), rows

    def rows_of(
        self, context: RequestContext, seen: Survey, kinds: Collection[str]
    ) -> Iterable[Row]:
        """Yield the differences of a cluster, and whether they are repaired."""
        name = seen.backend.name
        if seen.problem:
            yield name, UNKNOWN, "", seen.problem, "no"
        for each in seen.differences:
            if each.kind in self.kinds:
                wanted = each.kind in kinds
                outcome = _repaired(context, seen.backend.id, each) if wanted else "no"
                yield name, each.kind, each.network_id, str(each), outcome

    def more_rows(self, context: RequestContext, kinds: Collection[str]) -> list[Row]:
        """Return what differs in no cluster, and whether it is repaired."""
        del context, kinds
        return []

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when something is left."""
        return int(super().run(parsed_args)) or int(not self.is_right)


class Networks(_Reconcile):
    """Compare networks with those of the clusters; fails when a difference is left or not known."""

    kinds = cluster_differences.NETWORKS


class Pools(_Reconcile):
    """Compare what is reserved here and there, and what is taken with what is used."""

    kinds = cluster_differences.POOLS

    def more_rows(self, context: RequestContext, kinds: Collection[str]) -> list[Row]:
        """Return what is taken of pools and not used, and whether it is repaired."""
        is_wanted = Leaked.kind in kinds
        return [
            (
                "",
                Leaked.kind,
                leak.network_id or leak.id,
                f"{leak.kind}: {leak.problem}",
                "yes" if is_wanted and _settled(context, leak) else "no",
            )
            for leak in verify_addresses(context)
        ]


def _settled(context: RequestContext, leak: Leak) -> bool:
    """Make good what a network holds of the pools; of other leaks a person must decide."""
    return bool(leak.network_id) and pool_repairs.settle(context, leak.network_id)


def _repaired(context: RequestContext, backend_id: str, difference: Difference) -> str:
    """Repair one difference and wait for it; return "yes", "no", or why not."""
    try:
        is_done = cluster_repairs.repair(context, backend_id, difference, is_awaited=True)
    except (CloudError, DriverError) as cause:
        return f"no: {cause}"
    return "yes" if is_done else "no"


COMMANDS: CommandTable = {"reconcile networks": Networks, "reconcile pools": Pools}
