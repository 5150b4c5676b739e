# SPDX-License-Identifier: Apache-2.0
"""Resets: whoever forgot a password replaces it by a link in a letter.

As with registrations, a request is answered before anybody looks whether the address is known.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from typing import Any

from sqlalchemy import select

from synnefo_core import outbox
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound
from synnefo_core.outbox import Event
from synnefo_identity import letters, methods, users
from synnefo_identity.accounts import rates
from synnefo_identity.letters import Letter, Link
from synnefo_identity.models import LinkRow, UserRow

log = logging.getLogger(__name__)

ASKED = "password.reset_asked"
RESET = "reset"
MOST = 10
"""To how many users of one address is written."""


def ask(context: RequestContext, email: str, *, source: str = "") -> None:
    """Have a link sent to whoever has an address; nothing is told of whether somebody has.

    Raises:
        InvalidField: The address is none.
        TooManyRequests: The source asks too often.
    """
    address = letters.normal(email)
    rates.require(context, "reset", source)
    with context.unit_of_work() as session:
        outbox.emit(context, session, ASKED, subject_id="", payload={"address": address})


def answer(context: RequestContext, event: Event) -> None:
    """Write to the users of an address: how to get in again, or that it is not up to us."""
    address = event.payload["address"]
    method, _ = methods.store(context.cloud)
    query = (
        select(UserRow, LinkRow.method)
        .outerjoin(LinkRow, (LinkRow.user_id == UserRow.id) & (LinkRow.method == method))
        .where(UserRow.address == address, UserRow.is_enabled)
        .limit(MOST)
    )
    minutes = context.cloud.config.accounts.reset_minutes
    with context.unit_of_work() as session:
        found: Sequence[Any] = session.execute(query).all()
        if not found or not rates.may_write(context, address):
            return
        for user, own in found:
            facts = {"login": user.name, "minutes": str(minutes)}
            if own is None:
                letter = Letter("password_elsewhere", user.email, facts)
            else:
                link = Link(RESET, user.id, minutes * 60.0)
                letter = Letter("password_reset", user.email, facts, link)
            letters.write(context, session, letter)


def confirm(context: RequestContext, secret: str, password: str) -> None:
    """Replace the password of whoever follows the link; all tokens become invalid.

    Raises:
        NotFound: The link was used, is too old, or the user does not get in any more.
        Invalid: The password breaks a rule; the link stays good.
        TooManyRequests: Too many passwords are being hashed.
    """
    user_id = letters.peek(context, RESET, secret).subject_id
    prepared = methods.choose(context.cloud, password, subject=user_id)
    method, _ = methods.store(context.cloud)
    with context.unit_of_work() as session:
        letters.redeem(context, session, RESET, secret)
        user = session.get(UserRow, user_id)
        if user is None or not user.is_enabled or not session.get(LinkRow, (method, user_id)):
            noun = "what this link was for"
            raise NotFound(noun)
        users.keep_password(context, session, user, prepared)
    log.info("password reset", extra={"user": user_id})
