# SPDX-License-Identifier: Apache-2.0
"""Network cards that guests could not be given while they ran.

No query of Ganeti's tells what a guest has, only what its instance is to have. The job that added the
card tells: while it is in the queue (Ganeti archives it after some hours), and no later job started the guest anew.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping

from synnefo_backend_ganeti.rapi import Job, JobStatus, RapiClient, queries
from synnefo_backend_ganeti.rapi.jobs import Operation

_CHANGED = "INSTANCE_SET_PARAMS("
_STARTS = frozenset(
    {
        "OP_INSTANCE_STARTUP",
        "OP_INSTANCE_REBOOT",
        "OP_INSTANCE_FAILOVER",
        "OP_INSTANCE_MOVE",
        "OP_BACKUP_EXPORT",
    }
)
"""What begins a guest by what is written down of it. A migrated one goes on with what it has."""


def of_instances(
    client: RapiClient, prefix: str, *, deadline: float
) -> Mapping[str, frozenset[str]]:
    """Return the MACs of such cards by the names of instances that start with a text."""
    succeeded = queries.equal("status", JobStatus.SUCCESS.value)
    summaries = client.summaries(succeeded, deadline=deadline)
    changed = _about(summaries, [_CHANGED + prefix])
    lacking = cards_of(_jobs(client, changed, deadline))
    if not lacking:
        return {}
    # Few: what else became of these instances decides whether they still lack their cards.
    names = [f"({name})" for name in lacking]
    return cards_of(_jobs(client, _about(summaries, names), deadline))


def _about(summaries: Mapping[int, tuple[str, ...]], parts: Iterable[str]) -> list[int]:
    """Return the jobs in whose summaries one of some texts is."""
    wanted = list(parts)
    return [
        number
        for number, steps in summaries.items()
        if any(part in step for part in wanted for step in steps)
    ]


def _jobs(client: RapiClient, numbers: list[int], deadline: float) -> list[Job]:
    if not numbers:
        return []
    chosen = queries.any_of(queries.equal("id", number) for number in numbers)
    return client.jobs(chosen, deadline=deadline)


def cards_of(jobs: Iterable[Job]) -> dict[str, frozenset[str]]:
    """Return the MACs of cards that guests lack after some jobs, by the names of instances."""
    lacking: dict[str, set[str]] = defaultdict(set)
    for job in sorted(jobs, key=lambda job: (job.ended_at or 0.0, job.id)):
        for step in job.operations:
            if _is_start(step):
                lacking[step.instance].clear()
            for mac, is_in in step.cards:
                (lacking[step.instance].discard if is_in else lacking[step.instance].add)(mac)
    return {name: frozenset(macs) for name, macs in lacking.items() if macs}


def _is_start(step: Operation) -> bool:
    # A soft reboot begins the guest with what it had.
    return step.opcode in _STARTS and step.parameters.get("reboot_type") != "soft"
