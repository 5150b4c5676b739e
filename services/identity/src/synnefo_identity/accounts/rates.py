# SPDX-License-Identifier: Apache-2.0
"""Rates: how often the same is done in an hour, over all processes."""

from __future__ import annotations

from sqlalchemy import case, delete, or_, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.db.session import add_if_absent
from synnefo_core.errors import TooManyRequests
from synnefo_identity import lockout
from synnefo_identity.accounts.models import RateRow

WINDOW_S = 3600.0


def is_within(context: RequestContext, what: str, whose: str, most: int) -> bool:
    """Count once more and return whether that is not too often; beyond, nothing is counted."""
    counted, now = lockout.key(what, whose), context.now()
    is_old = RateRow.began_at <= now - WINDOW_S
    step = (
        update(RateRow)
        .where(RateRow.key == counted, or_(is_old, RateRow.number < most))
        .values(
            number=case((is_old, 1), else_=RateRow.number + 1),
            began_at=case((is_old, now), else_=RateRow.began_at),
        )
        .returning(RateRow.number)
        .execution_options(synchronize_session=False)
    )
    with context.unit_of_work() as session:
        if add_if_absent(session, RateRow, {"key": counted, "number": 1, "began_at": now}):
            return True
        return session.execute(step).first() is not None


def require(context: RequestContext, what: str, source: str) -> None:
    """Refuse an address that asks too often for what costs us work or mail.

    Raises:
        TooManyRequests: It does.
    """
    if not is_within(context, what, source, context.cloud.config.accounts.requests_per_hour):
        msg = "too many requests of this kind; try again later"
        raise TooManyRequests(msg)


def may_write(context: RequestContext, address: str) -> bool:
    """Return whether an address may get one more letter that somebody asked for who isn't known."""
    most = context.cloud.config.accounts.letters_per_hour
    return is_within(context, "letter", address, most)


def tidy(context: RequestContext, session: Session) -> None:
    """Delete counts that are over."""
    session.execute(delete(RateRow).where(RateRow.began_at <= context.now() - WINDOW_S))
