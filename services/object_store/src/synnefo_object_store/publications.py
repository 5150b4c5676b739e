# SPDX-License-Identifier: Apache-2.0
"""What a container's metadata says of it to everybody: which pages may use it, and how it looks."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import Table, select

from synnefo_core.context import RequestContext
from synnefo_object_store.models import ContainerRow

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause

_PUBLIC = ("Web-", "Access-Control-")


def published(context: RequestContext, account: str, container: str) -> Mapping[str, str]:
    """Return the metadata of a container that is no secret; nothing if there is no container."""
    query = select(_container.c.metadata).where(
        _container.c.account == account, _container.c.name == container
    )
    with context.reading() as session:
        metadata = session.scalar(query) or {}
    return {name: value for name, value in metadata.items() if name.startswith(_PUBLIC)}
