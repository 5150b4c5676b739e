# SPDX-License-Identifier: Apache-2.0
"""Tickets: secrets that only the reader of a letter has; each is good once, and not for long.

Only their digests are kept. They are made when the letter is sent, so that neither the outbox nor
a copy of the database opens anything.
"""

from __future__ import annotations

import hashlib
import secrets
from dataclasses import dataclass

from sqlalchemy import delete
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_identity.letters.letter import Link
from synnefo_identity.letters.models import TicketRow


@dataclass(frozen=True)
class Ticket:
    """What a secret stands for."""

    subject_id: str
    detail: str


def make(context: RequestContext, link: Link) -> str:
    """Return a new secret for a link."""
    text = secrets.token_urlsafe(32)
    with context.unit_of_work() as session:
        session.add(
            TicketRow(
                digest=_digest(text),
                purpose=link.purpose,
                subject_id=link.subject_id,
                detail=link.detail,
                expires_at=context.now() + link.lifetime_s,
            )
        )
    return text


def peek(context: RequestContext, purpose: str, text: str) -> Ticket:
    """Return what a secret stands for; it stays good.

    Raises:
        NotFound: It was used, has ended, or is none.
    """
    with context.reading() as session:
        row = session.get(TicketRow, _digest(text))
    if row is None or row.purpose != purpose or row.expires_at <= context.now():
        raise _unknown()
    return Ticket(row.subject_id, row.detail)


def redeem(context: RequestContext, session: Session, purpose: str, text: str) -> Ticket:
    """Use a secret up, and with it all others of its purpose and subject.

    Raises:
        NotFound: It was used, has ended, or is none.
    """
    used = delete(TicketRow).where(
        TicketRow.digest == _digest(text),
        TicketRow.purpose == purpose,
        TicketRow.expires_at > context.now(),
    )
    found = session.execute(used.returning(TicketRow.subject_id, TicketRow.detail)).first()
    if found is None:
        raise _unknown()
    forget(session, found.subject_id, purpose)
    return Ticket(found.subject_id, found.detail)


def forget(session: Session, subject_id: str, purpose: str | None = None) -> None:
    """Make secrets about somebody useless: of one purpose, or all."""
    gone = delete(TicketRow).where(TicketRow.subject_id == subject_id)
    if purpose is not None:
        gone = gone.where(TicketRow.purpose == purpose)
    session.execute(gone.execution_options(synchronize_session=False))


def tidy(context: RequestContext, session: Session) -> None:
    """Delete what has ended."""
    session.execute(delete(TicketRow).where(TicketRow.expires_at <= context.now()))


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def _unknown() -> NotFound:
    noun = "what this link was for"
    return NotFound(noun)
