# SPDX-License-Identifier: Apache-2.0
"""Which keys of metadata the objects of a container have (PIT-031)."""

from __future__ import annotations

from sqlalchemy import Table, func, select

from synnefo_core.context import RequestContext
from synnefo_object_store import containers
from synnefo_object_store.domains import FILES, qualified_name
from synnefo_object_store.models import ObjectRow

_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause

_MOST = 1000


def keys_in_use(
    context: RequestContext, account: str, container: str, domain: str = FILES
) -> list[str]:
    """Return the keys of a domain in order, a thousand at most. All objects are looked at: ask seldom.

    Raises:
        Forbidden: The caller may not list the container.
        NotFound: There is no such container.
    """
    number = containers.number(context, account, container)
    with context.reading() as session:
        # Both databases know this function.
        keys = func.json_each(_object.c.metadata).table_valued("key")
        start = "" if domain == FILES else qualified_name("", domain)
        is_of = (
            keys.c.key.startswith(start, autoescape=True) if start else ~keys.c.key.contains(":")
        )
        query = (
            select(keys.c.key)
            .select_from(_object)
            .join(keys, _object.c.container_id == number)
            .where(_object.c.is_current, is_of)
            .distinct()
            .order_by(keys.c.key)
            .limit(_MOST)
        )
        return [key.removeprefix(start) for key in session.scalars(query)]
