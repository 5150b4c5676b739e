# SPDX-License-Identifier: Apache-2.0
"""The ledger against what its owners count: a difference is a bug."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import delete, select

from synnefo_core.context import RequestContext
from synnefo_core.contracts.quota import Limit
from synnefo_core.db.session import changed_rows
from synnefo_core.errors import Conflict, Unavailable
from synnefo_quota import commissions, ledger, registry, settlement
from synnefo_quota.ledger import Holding
from synnefo_quota.models import HoldingRow, ResourceRow
from synnefo_quota.provisions import Key, Provision
from synnefo_quota.registry import PROJECT, USER, Defaults

CLIENT = "quota verify"
"""By whom the commissions are issued that correct the ledger."""


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


@dataclass(frozen=True)
class WrongLimit:
    """A holding whose limit is not what whoever governs it says."""

    wanted: Limit
    limit: int


def verify(context: RequestContext) -> list[Difference]:
    """Compare every holding with the owners' own rows, in one read-only transaction.

    Of what services beside the cloud count there is nothing to compare with.
    """
    with context.reading(is_snapshot=True) as session:
        held = {holding.key: holding for holding in ledger.search(context)}
        rows = session.scalars(select(ResourceRow)).all()
        counted, present = _count(context)
    owners = {row.name: row.owner for row in rows if row.client is None}
    elsewhere = {row.name for row in rows if row.client is not None}
    unknown = {name for name, owner in owners.items() if owner not in present}
    differences = []
    for key in sorted(set(held) | set(counted)):
        if key[2] in elsewhere:
            continue
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


def unexpected(context: RequestContext) -> list[Holding]:
    """Return the holdings of users and projects that are not there, and that nobody governs.

    Raises:
        Unavailable: Nobody knows who is there.
    """
    directory = context.cloud.directory
    if directory is None:
        msg = "nobody knows who is there"
        raise Unavailable(msg)
    held = ledger.search(context)
    names = {name for holding in held for name in (holding.holder, holding.source) if name}
    users = {name.removeprefix(USER) for name in names if name.startswith(USER)}
    projects = {name.removeprefix(PROJECT) for name in names if name.startswith(PROJECT)}
    there = {USER + each for each in directory.users(users)}
    there |= {PROJECT + each for each in directory.projects(projects)}
    with context.reading(is_snapshot=True):
        governed = {(each.holder, each.source, each.resource) for _, each in _governed(context)}
    return [
        holding
        for holding in held
        if not {holding.holder, holding.source} - {""} <= there and holding.key not in governed
    ]


def forget(context: RequestContext, holdings: Sequence[Holding]) -> int:
    """Delete those holdings of which nothing is used by now; return how many."""
    with context.unit_of_work() as session:
        return sum(
            changed_rows(
                session,
                delete(HoldingRow).where(
                    *settlement.at(holding.key),
                    HoldingRow.usage_min == 0,
                    HoldingRow.usage_max == 0,
                ),
            )
            for holding in sorted(holdings, key=lambda h: h.key)
        )


def correct(context: RequestContext, differences: Sequence[Difference]) -> int:
    """Bring holdings to what their owners count; return how many were corrected.

    The difference is added, not the count written, so whatever is charged meanwhile still
    counts. Limits don't matter. What is pending or unknown is left alone.
    """
    provisions = [
        Provision(d.holder, d.source, d.resource, d.counted - d.held)
        for d in differences
        if d.counted is not None and not d.pending
    ]
    if provisions:
        commissions.issue(
            context,
            client=CLIENT,
            name=CLIENT,
            provisions=provisions,
            is_forced=True,
            is_accepted=True,
            reason="corrected",
        )
    return len(provisions)


def verify_limits(context: RequestContext) -> list[WrongLimit]:
    """Compare limits with what those who govern them say, in one read-only transaction."""
    with context.reading(is_snapshot=True):
        held = {holding.key: holding.limit for holding in ledger.search(context)}
        wanted = [limit for _, limit in _governed(context)]
        defaults = Defaults(context.cloud, {limit.holder for limit in wanted})
    wrong = []
    for limit in wanted:
        key = (limit.holder, limit.source, limit.resource)
        found = held[key] if key in held else defaults.limit(key)
        if found != limit.limit:
            wrong.append(WrongLimit(limit, found))
    return wrong


def _governed(
    context: RequestContext, project_id: str | None = None
) -> Iterator[tuple[str, Limit]]:
    answers = context.cloud.plugins.answers("quota_limits", context=context, project_id=project_id)
    return ((plugin, limit) for plugin, limits in answers for limit in limits)


def governor(context: RequestContext, key: Key) -> str:
    """Return the plugin that governs the limit of a holding, empty when it is set by hand."""
    holder, source, _ = key
    project_id = (source or holder).removeprefix(PROJECT)
    with context.reading(is_snapshot=True):
        for plugin, limit in _governed(context, project_id):
            if (limit.holder, limit.source, limit.resource) == key:
                return plugin
    return ""


def set_limit_by_hand(
    context: RequestContext, *, project_id: str, user_id: str = "", resource: str, limit: int
) -> None:
    """Set a project's limit, or that of a user's share of it, unless it would be put back.

    Raises:
        NotFound: No plugin counts under this name.
        Conflict: The limit follows from something else.
    """
    project = PROJECT + project_id
    holder, source = (USER + user_id, project) if user_id else (project, "")
    name = registry.resource(context.cloud, resource).resource.name
    plugin = governor(context, (holder, source, name))
    if plugin:
        msg = f"this limit follows from what {plugin} granted: change that, or it comes back"
        raise Conflict(msg)
    ledger.set_limit(context, holder=holder, source=source, resource=name, limit=limit)


def correct_limits(context: RequestContext, wrong: Sequence[WrongLimit]) -> None:
    """Set limits to what those who govern them say."""
    with context.unit_of_work():
        for each in wrong:
            ledger.set_limit(
                context,
                holder=each.wanted.holder,
                source=each.wanted.source,
                resource=each.wanted.resource,
                limit=each.wanted.limit,
            )
