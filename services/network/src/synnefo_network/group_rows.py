# SPDX-License-Identifier: Apache-2.0
"""Which security groups a caller may see and change."""

from __future__ import annotations

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_network.models import SecurityGroupRow


def visible(context: RequestContext) -> list[ColumnElement[bool]]:
    """Return what makes a group visible: it is the caller's project's."""
    return [] if context.is_admin else [SecurityGroupRow.project_id == context.project_id]


def lock(
    context: RequestContext, session: Session, group_id: str, *, is_for_delete: bool = False
) -> SecurityGroupRow:
    """Lock a group that the caller may change; it can get ports meanwhile unless it goes.

    Raises:
        NotFound: There is none, or the caller may not see it.
    """
    query = select(SecurityGroupRow).where(SecurityGroupRow.id == group_id, *visible(context))
    row = session.scalar(query.with_for_update(key_share=not is_for_delete))
    if row is None:
        raise NotFound("security group", group_id)
    return row
