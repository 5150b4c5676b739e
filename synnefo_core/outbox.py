# SPDX-License-Identifier: Apache-2.0
"""The outbox: what one room tells the others, committed with the change that it tells of.

An event reaches each handler at least once, in no promised order; a handler that ever
subscribed is remembered, and its events wait while its package is absent. A handler that
keeps failing leaves the event as a dead letter, which blocks nobody.
"""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from synnefo_core import logs, metrics, wake
from synnefo_core.context import RequestContext, for_worker
from synnefo_core.contracts.driver import Unavailable
from synnefo_core.db.models import EventRow, SubscriberRow
from synnefo_core.db.session import add_all_if_absent, after_commit

log = logging.getLogger(__name__)

READY = "ready"
"""To be handled."""
DEAD = "dead"
"""Given up; an operator looks at it."""

MOST_ATTEMPTS = 12
_RETRY_S = 0.5


@dataclass(frozen=True)
class Event:
    """Something that has happened: ``port.unbound`` to the thing ``subject_id``."""

    type: str
    subject_id: str
    payload: Mapping[str, Any]


Handle = Callable[[RequestContext, Event], None]


@dataclass(frozen=True)
class Subscription:
    """A handler's interest; ``name`` is unique and stays the same over versions."""

    type: str
    name: str
    handle: Handle


def emit(
    context: RequestContext,
    session: Session,
    kind: str,
    *,
    subject_id: str,
    payload: Mapping[str, Any] | None = None,
) -> None:
    """Tell of an event, if and only if the caller's unit of work commits."""
    now = context.now()
    session.add(
        EventRow(
            type=kind,
            subject_id=subject_id,
            request_id=context.request_id,
            payload=dict(payload or {}),
            state=READY,
            handled_by=[],
            due_at=now,
            created_at=now,
        )
    )
    after_commit(session, wake.bell(context.cloud).ring)


class Dispatcher:
    """Hands events to their handlers."""

    def __init__(
        self,
        context: RequestContext,
        subscriptions: Sequence[Subscription],
        *,
        owner: str,
        lease_s: float,
    ) -> None:
        """Know the handlers of this process; :meth:`register` remembers them.

        Raises:
            ValueError: Two subscriptions have one name.
        """
        self._context, self._owner, self._lease_s = context, owner, lease_s
        self._handlers = {(sub.type, sub.name): sub.handle for sub in subscriptions}
        if len(self._handlers) != len(subscriptions):
            msg = "two subscriptions have one name"
            raise ValueError(msg)

    def register(self) -> None:
        """Remember the handlers, so that their events wait for them from now on.

        Events that waited for one that was absent are due at once.
        """
        with self._context.unit_of_work() as session:
            rows = [{"type": kind, "handler": name} for kind, name in sorted(self._handlers)]
            add_all_if_absent(session, SubscriberRow, rows)
            waiting = EventRow.state == READY, EventRow.attempts == 0
            ours = EventRow.type.in_({kind for kind, _ in self._handlers})
            session.execute(
                update(EventRow).where(*waiting, ours).values(due_at=EventRow.created_at)
            )

    def dispatch(self) -> bool:
        """Handle one event that is due; return whether there was one."""
        now = self._context.now()
        query = select(EventRow).where(
            EventRow.state == READY, EventRow.due_at <= now, EventRow.leased_until <= now
        )
        with self._context.reading() as session:
            if session.execute(query.limit(1)).first() is None:
                return False
        query = query.order_by(EventRow.due_at, EventRow.id).limit(1)
        with self._context.unit_of_work() as session:
            row = session.scalars(query.with_for_update(skip_locked=True)).first()
            if row is None:
                return False
            row.owner, row.leased_until = self._owner, now + self._lease_s
            number, request_id = row.id, row.request_id
            event = Event(row.type, row.subject_id, row.payload)
            handled = set(row.handled_by)
            names = select(SubscriberRow.handler).where(SubscriberRow.type == event.type)
            wanted = set(session.scalars(names))
        self._deliver(number, event, wanted=wanted, handled=handled, request_id=request_id)
        return True

    def _deliver(
        self, number: int, event: Event, *, wanted: set[str], handled: set[str], request_id: str
    ) -> None:
        context = for_worker(self._context.cloud, request_id)
        problem = ""
        for name in sorted(wanted - handled):
            handler = self._handlers.get((event.type, name))
            if handler is None:
                continue  # its package is absent: the event waits
            try:
                with logs.request(request_id):
                    handler(context, event)
                handled.add(name)
            except Unavailable as cause:
                problem = f"{name}: {cause}"
                told = {"type": event.type, "handler": name, "problem": str(cause)}
                log.warning("handler has to wait", extra=told)
            except Exception as cause:
                problem = f"{name}: {str(cause) or type(cause).__name__}"
                log.exception("handler failed", extra={"type": event.type, "handler": name})
        metrics.EVENTS.labels(event.type, "failed" if problem else "handled").inc()
        with context.unit_of_work() as session:
            row = session.get(EventRow, number, with_for_update=True)
            # Otherwise it took too long: another worker has the event now, or has ended it.
            if row is not None and row.owner == self._owner:
                self._settle(session, row, is_done=wanted <= handled, problem=problem)
                row.handled_by = sorted(handled)

    def _settle(self, session: Session, row: EventRow, *, is_done: bool, problem: str) -> None:
        if is_done:
            session.delete(row)
            return
        row.owner, row.leased_until = "", 0.0
        row.error = problem
        if problem:
            row.attempts += 1
            row.state = DEAD if row.attempts >= MOST_ATTEMPTS else READY
            row.due_at = self._context.now() + _RETRY_S * 2 ** min(row.attempts, 8)
        else:
            row.due_at = self._context.now() + 60.0  # an absent subscriber


def forget_leases(context: RequestContext) -> None:
    """End all leases at once: for a process that knows that it is the only one."""
    with context.unit_of_work() as session:
        session.execute(update(EventRow).values(owner="", leased_until=0.0))
