# SPDX-License-Identifier: Apache-2.0
"""Lockout: who guesses wrong too often is not listened to for a while.

It is counted by whom the login is for and by where it comes from, so that nobody can lock out
somebody else. Names that nobody has are counted as well, and refused in the same words.
"""

from __future__ import annotations

import hashlib

from sqlalchemy import case, delete, select, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.session import add_if_absent
from synnefo_core.errors import Unauthenticated
from synnefo_identity.models import FailureRow


def key(who: str, source: str) -> str:
    """Return under what failures are counted; it tells neither of the two."""
    parts = (who.encode("utf-8", "surrogatepass"), source.encode("utf-8", "surrogatepass"))
    return hashlib.sha256(b"\0".join(parts)).hexdigest()


def require_open(context: RequestContext, counted: str) -> None:
    """Refuse whoever failed too often a short time ago.

    Raises:
        Unauthenticated: There were too many failures; nothing more is said.
    """
    section = context.cloud.config.identity
    if not section.lockout_failures:
        return
    query = select(FailureRow.failures).where(
        FailureRow.key == counted, FailureRow.last_at > context.now() - section.lockout_s
    )
    with context.reading() as session:
        failures = session.scalar(query)
    if failures is not None and failures >= section.lockout_failures:
        raise Unauthenticated


def note(context: RequestContext, counted: str) -> None:
    """Count a failure; those of long ago don't count any more."""
    section = context.cloud.config.identity
    if not section.lockout_failures:
        return
    now = context.now()
    is_old = FailureRow.last_at <= now - section.lockout_s
    with context.unit_of_work() as session:
        if not add_if_absent(session, FailureRow, {"key": counted, "failures": 1, "last_at": now}):
            session.execute(
                update(FailureRow)
                .where(FailureRow.key == counted)
                .values(failures=case((is_old, 1), else_=FailureRow.failures + 1), last_at=now)
                .execution_options(synchronize_session=False)
            )


def forgive(context: RequestContext, counted: str) -> None:
    """Forget the failures of who has shown to know better."""
    if not context.cloud.config.identity.lockout_failures:
        return
    with context.reading() as session:
        if session.get(FailureRow, counted) is None:
            return
    with context.unit_of_work() as session:
        session.execute(delete(FailureRow).where(FailureRow.key == counted))


def tidy(context: RequestContext, session: Session) -> None:
    """Delete failures that don't count any more."""
    before = context.now() - context.cloud.config.identity.lockout_s
    session.execute(delete(FailureRow).where(FailureRow.last_at <= before))
