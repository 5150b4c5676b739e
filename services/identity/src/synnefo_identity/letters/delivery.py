# SPDX-License-Identifier: Apache-2.0
"""Delivery: each letter at least once, at its event or, when the server is away, later.

A letter that is not taken is parked, so that the events of others don't wait for mail servers. A
worker that is killed between the server's word and ours sends it again.
"""

from __future__ import annotations

import logging

from sqlalchemy import delete, select, update

from synnefo_core.context import RequestContext
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.outbox import Event, Subscription
from synnefo_core.worker import Task
from synnefo_identity.letters import post, tickets
from synnefo_identity.letters.letter import DUE, Letter
from synnefo_identity.letters.models import ParkedLetterRow
from synnefo_identity.letters.post import PostError, ServerAway, Undeliverable

log = logging.getLogger(__name__)

RETRY_S = 60.0
LONGEST_RETRY_S = 3600.0
KEEP_S = 3 * 86400.0
"""After so long a letter is given up."""

REST_S = 30.0
"""How long a server that failed is left alone by events."""

AT_ONCE = 100


class Silence:
    """Until when this process does not try the server with new letters."""

    def __init__(self) -> None:
        self.until = 0.0


def _silence(context: RequestContext) -> Silence:
    return context.cloud.shared("identity.letters.silence", Silence)


def deliver(context: RequestContext, event: Event) -> None:
    """Send the letter that an event tells of, or park it."""
    letter = Letter.of(event.payload)
    if not context.cloud.config.mail.server:
        log.warning("letter not sent: no [mail] server", extra={"letter": letter.name})
        return
    silence = _silence(context)
    problem = "the server rests"
    if context.now() >= silence.until:
        try:
            _send(context, letter)
        except (PostError, Misconfigured) as cause:
            problem = str(cause)
            if isinstance(cause, ServerAway):
                silence.until = context.now() + REST_S
        else:
            return
    log.warning("letter parked", extra={"letter": letter.name, "problem": problem})
    with context.unit_of_work() as session:
        session.add(
            ParkedLetterRow(
                content=letter.payload,
                attempts=1,
                due_at=context.now() + RETRY_S,
                written_at=context.now(),
            )
        )


def retry(context: RequestContext) -> None:
    """Send the parked letters whose turn has come, until the server fails."""
    now = context.now()
    query = select(ParkedLetterRow).where(ParkedLetterRow.due_at <= now)
    with context.reading() as session:
        due = session.scalars(query.order_by(ParkedLetterRow.due_at).limit(AT_ONCE)).all()
    for row in due:
        try:
            _send(context, Letter.of(row.content))
        except (PostError, Misconfigured) as cause:
            _postpone(context, row, str(cause))
            if isinstance(cause, ServerAway):
                return
        else:
            _remove(context, row)


def _postpone(context: RequestContext, row: ParkedLetterRow, problem: str) -> None:
    """Give a letter its next turn, or give it up."""
    fields = {"letter": row.content["name"], "problem": problem}
    if context.now() - row.written_at >= KEEP_S:
        log.error("letter given up", extra=fields)
        _remove(context, row)
        return
    log.warning("letter not sent", extra=fields)
    wait_s = min(RETRY_S * 2 ** min(row.attempts, 10), LONGEST_RETRY_S)
    with context.unit_of_work() as session:
        session.execute(
            update(ParkedLetterRow)
            .where(ParkedLetterRow.id == row.id)
            .values(attempts=row.attempts + 1, due_at=context.now() + wait_s)
        )


def _remove(context: RequestContext, row: ParkedLetterRow) -> None:
    with context.unit_of_work() as session:
        session.execute(delete(ParkedLetterRow).where(ParkedLetterRow.id == row.id))


def _send(context: RequestContext, letter: Letter) -> None:
    """Send a letter; one that nobody will ever take is logged and forgotten."""
    secret = tickets.make(context, letter.link) if letter.link else ""
    try:
        post.send(context.cloud.config, post.compose(context.cloud, letter, secret))
    except Undeliverable as cause:
        log.warning("letter refused", extra={"letter": letter.name, "problem": str(cause)})
        return
    log.info("letter sent", extra={"letter": letter.name})


SUBSCRIPTIONS = (Subscription(DUE, "identity.letters", deliver),)
TASKS = (Task("identity.letters", 30.0, retry),)
