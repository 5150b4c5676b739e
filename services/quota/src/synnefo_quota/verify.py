# SPDX-License-Identifier: Apache-2.0
"""The ledger against what its owners count: a difference is a bug."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass

from sqlalchemy import select

from synnefo_core.context import RequestContext
from synnefo_quota import ledger
from synnefo_quota.ledger import Holding
from synnefo_quota.models import ResourceRow
from synnefo_quota.provisions import Key


@dataclass(frozen=True)
class Difference:
    """A holding that is not what its owner counts.

    ``counted`` is None when nobody could count: the owner's plugin is absent or broken.
    ``pending`` of what is held may or may not be there yet, so it makes no difference.
    """

    holder: str
    source: str
    resource: str
    held: int
    counted: int | None
    pending: int = 0


def verify(context: RequestContext) -> list[Difference]:
    """Compare every holding with the owners' own rows, in one read-only transaction."""
    with context.reading(is_snapshot=True) as session:
        held = {holding.key: holding for holding in ledger.search(context)}
        owners = {row.name: row.owner for row in session.scalars(select(ResourceRow))}
        counted, present = _count(context)
    unknown = {name for name, owner in owners.items() if owner not in present}
    differences = []
    for key in sorted(set(held) | set(counted)):
        holding = held.get(key) or Holding(*key, limit=0, usage=0)
        amount = None if key[2] in unknown else counted.get(key, 0)
        if amount is None or not holding.usage - holding.pending <= amount <= holding.usage:
            differences.append(Difference(*key, holding.usage, amount, holding.pending))
    return differences


def _count(context: RequestContext) -> tuple[dict[Key, int], set[str]]:
    counted: dict[Key, int] = defaultdict(int)
    present = set()
    for plugin, answer in context.cloud.plugins.answers("quota_usage", context=context):
        present.add(plugin)
        for usage in answer:
            project = f"project:{usage.project_id}"
            counted[project, "", usage.resource] += usage.amount
            counted[f"user:{usage.user_id}", project, usage.resource] += usage.amount
    return counted, present
