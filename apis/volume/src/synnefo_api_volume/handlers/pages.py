# SPDX-License-Identifier: Apache-2.0
"""Pages of lists of things that volumes are copied to: snapshots and backups."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from synnefo_api_volume import queries, selections, versions
from synnefo_api_volume.views import link
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version


@dataclass(frozen=True)
class Listing:
    """A list.

    Attributes:
        noun: What the body and the path call it.
        find: Returns a page.
        count: Returns how many there are.
        columns: Our names of what besides the usual may be asked for, by Cinder's.
        orders: Our names of what it may be in the order of, likewise.
    """

    noun: str
    find: Callable[..., list[Any]]
    count: Callable[..., int]
    columns: Mapping[str, str]
    orders: Mapping[str, str]


def page(
    context: RequestContext,
    query: Mapping[str, Any],
    version: Version,
    *,
    of: Listing,
    is_detailed: bool,
    show: Callable[[Any], dict[str, Any]],
) -> dict[str, Any]:
    """Return the body that shows a page of a list."""
    limit = queries.limit(query)
    selection = selections.of(context, query, version, of.columns)
    found = of.find(
        context,
        limit=limit,
        marker=query.get("marker", ""),
        offset=int(query.get("offset", 0)),
        selection=selection,
        sort=queries.sort(query, of.orders),
    )
    shown: dict[str, Any] = {of.noun: [show(each) for each in found]}
    path = f"{of.noun}/detail" if is_detailed else of.noun
    links = link.following(context, path, query, [each.id for each in found], limit)
    if links:
        shown[f"{of.noun}_links"] = links
    if version >= versions.COUNTS and queries.truth(query, "with_count"):
        shown["count"] = of.count(context, selection)
    return shown
