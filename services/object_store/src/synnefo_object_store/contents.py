# SPDX-License-Identifier: Apache-2.0
"""What many objects hold, for rooms that keep something as objects of its owner."""

from __future__ import annotations

from collections.abc import Collection, Mapping

from sqlalchemy import Table, select

from synnefo_blocks import Reference
from synnefo_core.context import RequestContext
from synnefo_core.contracts.storage import Kind
from synnefo_core.db.among import among
from synnefo_core.db.prepared import Prepared
from synnefo_object_store import versions
from synnefo_object_store.models import ContainerRow, ObjectRow
from synnefo_object_store.versions import Place

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause

_FIND = Prepared(
    select(
        _container.c.account,
        _container.c.name.label("container"),
        _object.c.name,
        _object.c.kind,
        _object.c.digest,
        _object.c.size_bytes,
        _object.c.nature,
        _object.c.expires_at,
    )
    .select_from(_object.join(_container, _object.c.container_id == _container.c.id))
    .where(
        among(_container.c.account, "accounts"),
        among(_container.c.name, "containers"),
        among(_object.c.name, "names"),
        _object.c.is_current,
    )
)


def contents_of(context: RequestContext, places: Collection[Place]) -> Mapping[Place, Reference]:
    """Return what objects hold, without those that are not there; one statement for all.

    The caller has made sure that it may see them.
    """
    if not places:
        return {}
    wanted = frozenset(places)
    values = {
        "accounts": sorted({place.account for place in wanted}),
        "containers": sorted({place.container for place in wanted}),
        "names": sorted({place.name for place in wanted}),
    }
    now = context.now()
    with context.reading() as session:
        found = {
            Place(row.account, row.container, row.name): Reference(
                Kind(row.kind), row.digest, row.size_bytes
            )
            for row in _FIND.all(session, values)
            if versions.is_there(row, now)
        }
    return {place: content for place, content in found.items() if place in wanted}
