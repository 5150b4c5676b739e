# SPDX-License-Identifier: Apache-2.0
"""By which id a store knows its cloud."""

from __future__ import annotations

from sqlalchemy import select

from synnefo_core.bootstrap import mark, once
from synnefo_core.cloud import Cloud
from synnefo_core.db.base import new_id
from synnefo_core.db.models import MarkRow

_PREFIX = "blocks.cloud:"


def cloud_id(cloud: Cloud) -> str:
    """Return the id of the cloud, which is made at the first call and kept in its database."""
    found = _find(cloud)
    if not found:
        with once(cloud, "blocks.cloud") as is_first:
            if is_first:
                mark(cloud, _PREFIX + new_id())
        found = _find(cloud)
    return found


def _find(cloud: Cloud) -> str:
    query = select(MarkRow.name).where(MarkRow.name.like(f"{_PREFIX}%"))
    with cloud.database.reading() as session:
        name = session.scalars(query).first()
    return (name or "").removeprefix(_PREFIX)
