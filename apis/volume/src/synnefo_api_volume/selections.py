# SPDX-License-Identifier: Apache-2.0
"""Which things a list is asked for.

Source: docs.openstack.org/api-ref/block-storage/v3, "List accessible volumes with details".
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from typing import Any

from synnefo_api_volume import queries, versions
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_core.errors import InvalidField
from synnefo_volume import Selection

EVERYONE = "volume:volume:list_everyone"
_COMPARISONS = frozenset({"eq", "neq", "gt", "gte", "lt", "lte"})
_TIMES = ("created_at", "updated_at")
_COMMON = {
    "id": "id",
    "name": "name",
    "display_name": "name",
    "status": "status",
    "user_id": "user_id",
}
_LIKE = ("name", "description", "status")


def of(
    context: RequestContext, query: Mapping[str, Any], version: Version, columns: Mapping[str, str]
) -> Selection:
    """Return what a query asks for.

    Args:
        context: The caller; administrators may ask for all projects' things.
        query: The query.
        version: The microversion, which says of some parameters whether they are looked at.
        columns: Our names of what besides the usual may be asked for, by Cinder's.

    Raises:
        InvalidField: A value makes no sense.
    """
    where = {
        ours: [query[name]] for name, ours in {**_COMMON, **columns}.items() if query.get(name)
    }
    is_everyone = is_for_all(context, query)
    if is_everyone and query.get("project_id"):
        where["project_id"] = [query["project_id"]]
    has_likes = version >= versions.LIKE_FILTERS
    return Selection(
        where=where,
        patterns={name: query[f"{name}~"] for name in _LIKE if has_likes and query.get(f"{name}~")},
        metadata=queries.words(query, "metadata"),
        bounds=list(_bounds(query)) if version >= versions.TIME_FILTERS else (),
        is_everyone=is_everyone,
    )


def is_for_all(context: RequestContext, query: Mapping[str, Any]) -> bool:
    """Return whether all projects' things are asked for, by somebody who may."""
    is_asked = queries.truth(query, "all_tenants")
    return is_asked and context.cloud.policy.allows(context, EVERYONE)


def _bounds(query: Mapping[str, Any]) -> Iterator[tuple[str, str, float]]:
    """Yield the comparisons of ``created_at=gt:2026-01-31T12:00:00,lt:…``."""
    for name in _TIMES:
        for part in filter(None, str(query.get(name, "")).split(",")):
            comparison, colon, moment = part.partition(":")
            if comparison not in _COMPARISONS or not colon:
                comparison, moment = "eq", part
            yield name, comparison, _moment(name, moment)


def _moment(name: str, text: str) -> float:
    try:
        value = datetime.fromisoformat(text)
        return (value if value.tzinfo else value.replace(tzinfo=UTC)).timestamp()
    except (ValueError, OverflowError) as cause:
        raise InvalidField(name, f"{text!r} is not a moment as of ISO 8601") from cause
