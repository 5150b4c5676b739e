# SPDX-License-Identifier: Apache-2.0
"""``synnefo reconcile servers``: what differs between the rows and the clusters."""

from __future__ import annotations

import argparse
from collections.abc import Collection, Iterable

import synnefo_backends
from synnefo_compute import names
from synnefo_compute.reconcile import labels, orphans, repairs
from synnefo_compute.reconcile.differences import KINDS, Difference, Double, Orphan, Stale, Tags
from synnefo_compute.reconcile.survey import Survey, survey
from synnefo_core.commands import CloudLister, Table
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.driver import DriverError
from synnefo_core.errors import CloudError

UNKNOWN = "unknown"
"""What a cluster that does not answer is shown as."""

ALL = "all"

BY_HAND = repairs.AUTOMATIC | {Orphan.kind, Double.kind, Tags.kind}
"""What can be repaired."""


def _kinds(text: str) -> frozenset[str]:
    """Return the kinds that ``--fix`` names."""
    named = frozenset(text.split(","))
    if unknown := named - KINDS.keys() - {ALL}:
        msg = f"there is no {', '.join(sorted(unknown))}; the kinds are {', '.join(KINDS)}, {ALL}"
        raise argparse.ArgumentTypeError(msg)
    return BY_HAND if ALL in named else named


class Reconcile(CloudLister):
    """Compare servers with the clusters; fails when a difference is left or not known."""

    def get_parser(self, prog_name: str) -> argparse.ArgumentParser:
        """Add which clusters, and what to repair."""
        parser = super().get_parser(prog_name)
        parser.add_argument("--backend", metavar="NAME", help="only this cluster")
        parser.add_argument(
            "--fix",
            metavar="KIND,…",
            type=_kinds,
            default=frozenset(),
            help="repair differences of these kinds, or all; servers whose instances are gone "
            "(stale) and instances without a server (orphans) are deleted",
        )
        return parser

    def take_action(self, parsed_args: argparse.Namespace) -> Table:
        """Return a row for each difference."""
        context, name = for_worker(self.cloud), parsed_args.backend
        backends = (
            [synnefo_backends.find(context, name)] if name else synnefo_backends.listing(context)
        )
        surveys = [survey(context, backend) for backend in backends]
        rows = [row for seen in surveys for row in _rows(context, seen, parsed_args.fix)]
        self.is_right = all(is_repaired == "yes" for *_, is_repaired in rows)
        return ("Backend", "Kind", "Server", "What", "Repaired"), rows

    def run(self, parsed_args: argparse.Namespace) -> int:
        """Print the rows; return 1 when something is left."""
        return int(super().run(parsed_args)) or int(not self.is_right)


def _rows(
    context: RequestContext, seen: Survey, kinds: Collection[str]
) -> Iterable[tuple[str, str, str, str, str]]:
    name = seen.backend.name
    if seen.problem:
        yield name, UNKNOWN, "", seen.problem, "no"
    for each in seen.differences:
        outcome = _repaired(context, seen.backend.id, each) if each.kind in kinds else "no"
        yield name, each.kind, each.server_id, str(each), outcome


def _repaired(context: RequestContext, backend_id: str, difference: Difference) -> str:
    """Repair one difference; return "yes", "no", or why not."""
    try:
        match difference:
            case Orphan():
                is_done = orphans.remove(context, backend_id, difference)
            case Double():
                is_done = orphans.give_up(context, backend_id, difference)
            case Tags():
                is_done = _tag(context, backend_id, difference)
            case Stale():
                is_done = bool(repairs.forget(context, difference.server_id))
            case _:
                kinds = {difference.kind}
                is_done = bool(repairs.repair(context, difference.server_id, kinds=kinds))
    except (CloudError, DriverError) as cause:
        return f"no: {cause}"
    return "yes" if is_done else "no"


def _tag(context: RequestContext, backend_id: str, missing: Tags) -> bool:
    """Put the tag back, if the cluster's driver can; return whether it is there."""
    instance = names.of_instance(context.cloud, missing.server_id)
    job_id = labels.put(context, backend_id, instance=instance, server_id=missing.server_id)
    if job_id:
        synnefo_backends.succeed(context, backend_id, job_id)
    return bool(job_id)
