# SPDX-License-Identifier: Apache-2.0
"""Periodic tasks: which is due, and which worker has taken it."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy import select, update

from synnefo_core.context import RequestContext
from synnefo_core.db.models import TaskRow
from synnefo_core.db.session import add_all_if_absent, changed_rows


@dataclass(frozen=True)
class Task:
    """A periodic task: called every ``every_s`` seconds in one worker at a time."""

    name: str
    every_s: float
    call: Callable[[RequestContext], None]


class Timetable:
    """The tasks of one worker and their turns, which all workers share."""

    def __init__(
        self, context: RequestContext, tasks: Sequence[Task], *, owner: str, lease_s: float
    ) -> None:
        """Know the tasks.

        Raises:
            ValueError: Two have one name.
        """
        self._context, self._owner, self._lease_s = context, owner, lease_s
        self._tasks = {task.name: task for task in tasks}
        if len(self._tasks) != len(tasks):
            msg = "two tasks have one name"
            raise ValueError(msg)

    def __iter__(self) -> Iterator[Task]:
        """Yield every task."""
        return iter(self._tasks.values())

    def register(self) -> None:
        """Give tasks that are new a first turn: now."""
        with self._context.unit_of_work() as session:
            turn = {"owner": "", "leased_until": 0.0, "due_at": self._context.now()}
            rows = [{"name": name, **turn} for name in sorted(self._tasks)]
            add_all_if_absent(session, TaskRow, rows)

    def due(self) -> list[Task]:
        """Return the tasks whose turn has come and that nobody has taken."""
        now = self._context.now()
        query = select(TaskRow.name).where(
            TaskRow.name.in_(self._tasks), TaskRow.due_at <= now, TaskRow.leased_until <= now
        )
        with self._context.reading() as session:
            return [self._tasks[name] for name in session.scalars(query)]

    def take(self, task: Task) -> bool:
        """Take a task; return whether another worker was not quicker."""
        now = self._context.now()
        statement = (
            update(TaskRow)
            .where(TaskRow.name == task.name, TaskRow.due_at <= now, TaskRow.leased_until <= now)
            .values(owner=self._owner, leased_until=now + self._lease_s)
        )
        with self._context.unit_of_work() as session:
            return changed_rows(session, statement) == 1

    def renew(self, names: Iterable[str]) -> None:
        """Keep tasks that are still being run."""
        with self._context.unit_of_work() as session:
            session.execute(
                update(TaskRow)
                .where(TaskRow.name.in_(names), TaskRow.owner == self._owner)
                .values(leased_until=self._context.now() + self._lease_s)
            )

    def put_back(self, task: Task) -> None:
        """Give a task its next turn."""
        due_at = self._context.now() + task.every_s
        with self._context.unit_of_work() as session:
            session.execute(
                update(TaskRow)
                .where(TaskRow.name == task.name, TaskRow.owner == self._owner)
                .values(owner="", leased_until=0.0, due_at=due_at)
            )


def is_overdue(context: RequestContext, name: str, *, by_s: float) -> bool:
    """Return whether a task has waited so long for its turn: then nobody works."""
    with context.reading() as session:
        row = session.get(TaskRow, name)
        return row is None or max(row.due_at, row.leased_until) + by_s < context.now()


def forget_leases(context: RequestContext) -> None:
    """End all leases at once: for a process that knows that it is the only one."""
    with context.unit_of_work() as session:
        session.execute(update(TaskRow).values(owner="", leased_until=0.0))
