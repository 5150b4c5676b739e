# SPDX-License-Identifier: Apache-2.0
"""Tasks: what tells clients how far an import is."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_id
from synnefo_core.db.paging import page
from synnefo_core.errors import NotFound
from synnefo_image import states
from synnefo_image.models import ImageRow, TaskRow

KEPT_S = 48 * 3600.0
"""How long a task is known after its end."""

_NOUN = "task"
_MOST_MESSAGE = 1000


@dataclass(frozen=True)
class Task:
    """An import.

    Attributes:
        status: ``pending``, ``processing``, ``success`` or ``failure``.
        method: How the content comes in.
        uri: From where it is fetched, empty when it is not.
        message: What went wrong; empty as long as nothing did.
    """

    id: str
    image_id: str
    owner_project_id: str
    user_id: str
    request_id: str
    method: str
    uri: str
    status: str
    message: str
    created_at: float
    updated_at: float


def add(context: RequestContext, session: Session, image: ImageRow, method: str, uri: str) -> Task:
    """Note that an import has been asked for."""
    now = context.now()
    row = TaskRow(
        id=new_id(),
        image_id=image.id,
        owner=image.owner,
        user_id=context.user_id,
        request_id=context.request_id,
        method=method,
        uri=uri,
        status=states.TASK_PENDING,
        message="",
        created_at=now,
        updated_at=now,
    )
    session.add(row)
    session.flush()
    return _shown(row)


def end(session: Session, task_id: str, *, now: float, message: str) -> Task:
    """Note that an import has ended, well when there is nothing to say of it."""
    row = session.get_one(TaskRow, task_id)
    row.status = states.TASK_FAILURE if message else states.TASK_SUCCESS
    row.message, row.updated_at = message[:_MOST_MESSAGE], now
    return _shown(row)


def begun(context: RequestContext, task_id: str) -> None:
    """Note that an import is under way."""
    with context.unit_of_work() as session:
        row = session.get_one(TaskRow, task_id)
        row.status, row.updated_at = states.TASK_PROCESSING, context.now()


def show_task(context: RequestContext, task_id: str) -> Task:
    """Return a task.

    Raises:
        NotFound: There is none, or it is another project's.
    """
    with context.reading() as session:
        row = session.get(TaskRow, task_id)
        if row is None or not (context.is_admin or row.owner == context.project_id):
            raise NotFound(_NOUN, task_id)
        return _shown(row)


def list_tasks(
    context: RequestContext,
    *,
    image_id: str | None = None,
    marker: str | None = None,
    limit: int | None = None,
) -> list[Task]:
    """Return the caller's tasks, the newest first, or those of one image.

    Raises:
        NotFound: The marker is none of them.
    """
    query = select(TaskRow)
    if not context.is_admin:
        query = query.where(TaskRow.owner == context.project_id)
    if image_id is not None:
        query = query.where(TaskRow.image_id == image_id)
    values = None
    if marker is not None:
        last = show_task(context, marker)
        values = (last.created_at, last.id)
    order = [(TaskRow.created_at, True), (TaskRow.id, True)]
    with context.reading() as session:
        rows = session.scalars(page(query, order, limit=limit, marker=values))
        return [_shown(row) for row in rows]


def forget(context: RequestContext) -> None:
    """Remove the tasks that ended long ago."""
    old = TaskRow.updated_at < context.now() - KEPT_S
    ended = TaskRow.status.in_([states.TASK_SUCCESS, states.TASK_FAILURE])
    with context.unit_of_work() as session:
        session.execute(delete(TaskRow).where(ended, old))


def _shown(row: TaskRow) -> Task:
    return Task(
        id=row.id,
        image_id=row.image_id,
        owner_project_id=row.owner,
        user_id=row.user_id,
        request_id=row.request_id,
        method=row.method,
        uri=row.uri,
        status=row.status,
        message=row.message,
        created_at=row.created_at,
        updated_at=row.updated_at,
    )
