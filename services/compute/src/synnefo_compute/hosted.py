# SPDX-License-Identifier: Apache-2.0
"""Which servers clusters have."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass

from sqlalchemy import select

from synnefo_compute import names
from synnefo_compute.models import ServerRow
from synnefo_core.context import RequestContext


@dataclass(frozen=True)
class Hosted:
    """A server, and what its cluster calls it."""

    server_id: str
    instance: str


def servers_of_clusters(
    context: RequestContext, backend_ids: Collection[str]
) -> Mapping[str, list[Hosted]]:
    """Return the servers of each of some clusters by its id; an administrator's question."""
    query = (
        select(ServerRow.backend_id, ServerRow.id)
        .where(ServerRow.backend_id.in_(backend_ids), ServerRow.is_deleted.is_(False))
        .order_by(ServerRow.id)
    )
    found: dict[str, list[Hosted]] = {backend_id: [] for backend_id in backend_ids}
    with context.reading() as session:
        for row in session.execute(query):
            name = names.of_instance(context.cloud, row.id)
            found[row.backend_id].append(Hosted(row.id, name))
    return found
