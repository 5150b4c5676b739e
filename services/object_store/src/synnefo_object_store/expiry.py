# SPDX-License-Identifier: Apache-2.0
"""Objects whose time has come: nobody sees them any more, and a worker removes them."""

from __future__ import annotations

import logging
from functools import partial

from sqlalchemy import ColumnElement, Table, and_, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, PreconditionFailed
from synnefo_object_store import history, versions
from synnefo_object_store.models import ContainerRow, ObjectRow
from synnefo_object_store.versions import Place

log = logging.getLogger(__name__)

SWEEP_EVERY_S = 30.0
_AT_ONCE = 500

_container: Table = ContainerRow.__table__  # type: ignore[assignment]  # declared as FromClause
_object: Table = ObjectRow.__table__  # type: ignore[assignment]  # declared as FromClause


def sweep(context: RequestContext) -> None:
    """Remove all current objects that are past their time."""
    while _sweep_some(context) == _AT_ONCE:
        continue


def sweep_container(context: RequestContext, account: str, name: str) -> None:
    """Remove those of one container."""
    is_inside = and_(_container.c.account == account, _container.c.name == name)
    while _sweep_some(context, is_inside) == _AT_ONCE:
        continue


def _sweep_some(context: RequestContext, *where: ColumnElement[bool]) -> int:
    """Remove some; return how many."""
    removed = 0
    for place in _due(context, *where):
        try:
            versions.settled(context, partial(_remove, context, place=place))
            removed += 1
        except (Conflict, PreconditionFailed) as problem:
            # The next sweep tries again.
            fields = {"container": place.container, "object": place.name}
            log.warning("object not removed: %s", problem, extra=fields)
    return removed


def _due(context: RequestContext, *where: ColumnElement[bool]) -> list[Place]:
    query = (
        select(_container.c.account, _container.c.name, _object.c.name)
        .join(_object, _object.c.container_id == _container.c.id)
        .where(_object.c.expires_at <= context.now(), _object.c.is_current, *where)
        .order_by(_object.c.expires_at)
        .limit(_AT_ONCE)
    )
    with context.reading() as session:
        return [Place(*row) for row in session.execute(query)]


def _remove(context: RequestContext, session: Session, *, place: Place) -> None:
    row = versions.find_to_write(session, place)
    # It may have been replaced, or given more time.
    if row is None or row.name is None or versions.is_there(row, context.now()):
        return
    history.remove(context, session, row, place)
