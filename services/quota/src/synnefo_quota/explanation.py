# SPDX-License-Identifier: Apache-2.0
"""The very things behind a number of the ledger."""

from __future__ import annotations

import heapq
from dataclasses import dataclass

from sqlalchemy import select

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Thing
from synnefo_core.errors import NotFound, Unavailable
from synnefo_quota import ledger
from synnefo_quota.ledger import Holding
from synnefo_quota.models import ResourceRow
from synnefo_quota.registry import counted


@dataclass(frozen=True)
class Explanation:
    """Why a holding is as it is.

    Attributes:
        holding: The holding that is explained.
        things: The largest things that are counted, largest first.
        others: How many more there are.
        others_amount: How much these come to.
    """

    holding: Holding
    things: tuple[Thing, ...]
    others: int
    others_amount: int

    @property
    def amount(self) -> int:
        """How much all things come to."""
        return sum(thing.amount for thing in self.things) + self.others_amount

    @property
    def is_complete(self) -> bool:
        """Whether the things account for what is held; pending amounts may be there or not."""
        least = self.holding.usage - self.holding.pending
        return least <= self.amount <= self.holding.usage


def explain(
    context: RequestContext, *, project_id: str, resource: str, user_id: str = "", most: int = 100
) -> Explanation:
    """Return the things behind a project's usage, or behind a user's share of it.

    Args:
        context: For the database.
        project_id: The project.
        resource: What is counted.
        user_id: Only this user's, in the project.
        most: So many things are returned, 0 for all.

    Raises:
        NotFound: There is no such resource.
        Unavailable: The plugin that counts it is not here, so nobody knows.
    """
    with context.reading(is_snapshot=True) as session:
        owner = session.scalar(select(ResourceRow.owner).where(ResourceRow.name == resource))
        known = counted(context.cloud).get(resource)
        if known is None and owner is None:
            noun = "resource"
            raise NotFound(noun, resource)
        answers = context.cloud.plugins.answers(
            "quota_things", context=context, resource=resource, project_id=project_id
        )
        answered, found = set(), list[Thing]()
        for plugin, things in answers:
            answered.add(plugin)
            found += [thing for thing in things if user_id in ("", thing.user_id)]
        if (known.owner if known else owner) not in answered:
            msg = f"nobody can tell what {resource} counts: {owner or 'its plugin'} is not here"
            raise Unavailable(msg)
        return _explained(_holding(context, project_id, resource, user_id), found, most)


def _holding(context: RequestContext, project_id: str, resource: str, user_id: str) -> Holding:
    if not user_id:
        return ledger.left(context, project_id, resource)
    held = ledger.search(context, project_id=project_id, user_id=user_id, resource=resource)
    empty = Holding(f"user:{user_id}", f"project:{project_id}", resource, limit=0, usage=0)
    return held[0] if held else empty


def _explained(holding: Holding, found: list[Thing], most: int) -> Explanation:
    largest = heapq.nlargest(most or len(found), found, key=lambda thing: (thing.amount, thing.id))
    others_amount = sum(t.amount for t in found) - sum(t.amount for t in largest)
    return Explanation(holding, tuple(largest), len(found) - len(largest), others_amount)
