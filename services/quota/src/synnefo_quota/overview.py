# SPDX-License-Identifier: Apache-2.0
"""What is held, put together for people and services."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from synnefo_core.context import RequestContext
from synnefo_quota.ledger import Holding, shown
from synnefo_quota.models import HoldingRow
from synnefo_quota.registry import PROJECT, Defaults, resources


@dataclass(frozen=True)
class Share:
    """A user's share of a project's resource, and the project's own holding of it."""

    user: Holding
    project: Holding

    @property
    def effective_limit(self) -> int:
        """How much the user can have at most while the others keep what they have (AST-072)."""
        others = self.project.usage - self.user.usage
        return max(0, min(self.user.limit, self.project.limit - others))


Shares = Mapping[str, Mapping[str, Share]]
"""By project id, then by resource."""


def of_user(
    context: RequestContext, user_id: str, *, also: Collection[str] = (), is_hidden: bool = False
) -> Shares:
    """Return a user's shares in every project in which anything is held.

    Args:
        context: For the database.
        user_id: Whose.
        also: Projects that are returned though nothing is held there yet.
        is_hidden: Whether hidden resources are returned too (AST-057).
    """
    holder = f"user:{user_id}"
    with context.reading() as session:
        query = select(HoldingRow).where(HoldingRow.holder == holder)
        mine = [shown(row) for row in session.scalars(query)]
        sources = {holding.source for holding in mine} | {f"project:{p}" for p in also}
        query = select(HoldingRow).where(HoldingRow.holder.in_(sources), HoldingRow.source == "")
        theirs = [shown(row) for row in session.scalars(query)]
    found = {(h.holder, h.source, h.resource): h for h in [*mine, *theirs]}
    names = _names(context, is_hidden=is_hidden)
    defaults = Defaults(context.cloud, sources)
    return {
        source.removeprefix(PROJECT): {
            name: Share(
                user=found.get((holder, source, name)) or _empty(defaults, holder, source, name),
                project=found.get((source, "", name)) or _empty(defaults, source, "", name),
            )
            for name in names
        }
        for source in sorted(sources)
    }


def of_projects(
    context: RequestContext, project_ids: Collection[str] | None = None, *, is_hidden: bool = True
) -> Mapping[str, Mapping[str, Holding]]:
    """Return the holdings of projects (all that hold anything: None), by resource."""
    query = select(HoldingRow).where(HoldingRow.source == "", HoldingRow.holder.startswith(PROJECT))
    if project_ids is not None:
        query = query.where(HoldingRow.holder.in_([f"project:{p}" for p in project_ids]))
    with context.reading() as session:
        held = [shown(row) for row in session.scalars(query)]
    found = {(h.holder, h.resource): h for h in held}
    holders = {h.holder for h in held} | {f"project:{p}" for p in project_ids or ()}
    names = _names(context, is_hidden=is_hidden)
    defaults = Defaults(context.cloud, holders)
    return {
        holder.removeprefix(PROJECT): {
            name: found.get((holder, name)) or _empty(defaults, holder, "", name) for name in names
        }
        for holder in sorted(holders)
    }


def _names(context: RequestContext, *, is_hidden: bool) -> list[str]:
    known = resources(context.cloud)
    return sorted(name for name, owned in known.items() if owned.resource.is_shown or is_hidden)


def _empty(defaults: Defaults, holder: str, source: str, resource: str) -> Holding:
    limit = defaults.limit((holder, source, resource))
    return Holding(holder, source, resource, limit=limit, usage=0)
