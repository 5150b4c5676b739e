# SPDX-License-Identifier: Apache-2.0
"""What is held, put together for people and services."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

from sqlalchemy import func, select

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import UNLIMITED
from synnefo_quota.ledger import Holding, shown
from synnefo_quota.models import HoldingRow
from synnefo_quota.provisions import Key
from synnefo_quota.registry import PROJECT, USER, Defaults, resources


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
    beside = _Beside(context, [*mine, *theirs], sources, is_hidden=is_hidden)
    return beside.shares(holder, sources)


def of_users(context: RequestContext, *, project_id: str = "") -> Mapping[str, Shares]:
    """Return the shares of all users in a project, or in every one, hidden resources too."""
    query = select(HoldingRow).order_by(HoldingRow.holder)
    if project_id:
        project = f"{PROJECT}{project_id}"
        query = query.where((HoldingRow.holder == project) | (HoldingRow.source == project))
    with context.reading() as session:
        held = [shown(row) for row in session.scalars(query)]
    sources: dict[str, set[str]] = defaultdict(set)
    for holding in held:
        if holding.source:
            sources[holding.holder].add(holding.source)
    beside = _Beside(context, held, set().union(*sources.values()), is_hidden=True)
    return {
        holder.removeprefix(USER): beside.shares(holder, sources[holder])
        for holder in sorted(sources)
    }


class _Beside:
    """Users' shares beside their projects' holdings."""

    def __init__(
        self,
        context: RequestContext,
        held: Iterable[Holding],
        sources: Collection[str],
        *,
        is_hidden: bool,
    ) -> None:
        """Know what is held, and what is not there yet in these projects."""
        self._found = {holding.key: holding for holding in held}
        self._names = _names(context, is_hidden=is_hidden)
        self._defaults = Defaults(context.cloud, sources)

    def shares(self, holder: str, sources: Iterable[str]) -> Shares:
        """Return a user's shares by project and resource."""
        return {
            source.removeprefix(PROJECT): {
                name: Share(
                    user=self._holding((holder, source, name)),
                    project=self._holding((source, "", name)),
                )
                for name in self._names
            }
            for source in sorted(sources)
        }

    def _holding(self, key: Key) -> Holding:
        return self._found.get(key) or _empty(self._defaults, *key)


def used_by_users(context: RequestContext) -> Mapping[str, Mapping[str, int]]:
    """Return how much each user uses in all projects together, by user id and resource."""
    query = (
        select(HoldingRow.holder, HoldingRow.resource, func.sum(HoldingRow.usage_max))
        .where(HoldingRow.source != "", HoldingRow.usage_max > 0)
        .group_by(HoldingRow.holder, HoldingRow.resource)
    )
    found: dict[str, dict[str, int]] = defaultdict(dict)
    with context.reading() as session:
        for holder, resource, amount in session.execute(query):
            found[holder.removeprefix(USER)][resource] = int(amount)
    return found


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


def default_limits(context: RequestContext, project_id: str) -> Mapping[str, int]:
    """Return the limits of a project for which nobody has set any, by resource."""
    holder = PROJECT + project_id
    limits = Defaults(context.cloud, [holder])
    return {name: limits.limit((holder, "", name)) for name in _names(context, is_hidden=True)}


@dataclass(frozen=True)
class Total:
    """What all projects together use of a resource, and may use; UNLIMITED if any may."""

    used: int
    allocated: int


def totals(context: RequestContext) -> Mapping[str, Total]:
    """Return the totals by resource; projects that hold nothing yet have the defaults."""
    by_project, directory = of_projects(context), context.cloud.directory
    rest = set(directory.project_ids() if directory is not None else ()) - by_project.keys()
    personal = len(directory.users(rest)) if directory is not None else 0
    found = {}
    for name, owned in resources(context.cloud).items():
        limits = [held[name].limit for held in by_project.values()]
        limits += [owned.resource.user_default] * personal
        limits += [owned.resource.project_default] * (len(rest) - personal)
        used = sum(held[name].usage for held in by_project.values())
        found[name] = Total(used, UNLIMITED if UNLIMITED in limits else sum(limits))
    return found


def _names(context: RequestContext, *, is_hidden: bool) -> list[str]:
    known = resources(context.cloud)
    return sorted(name for name, owned in known.items() if owned.resource.is_shown or is_hidden)


def _empty(defaults: Defaults, holder: str, source: str, resource: str) -> Holding:
    limit = defaults.limit((holder, source, resource))
    return Holding(holder, source, resource, limit=limit, usage=0)
