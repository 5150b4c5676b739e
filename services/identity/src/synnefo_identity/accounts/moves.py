# SPDX-License-Identifier: Apache-2.0
"""Moves: a user gets another e-mail address, once it is proven."""

from __future__ import annotations

import logging

from sqlalchemy.exc import IntegrityError

from synnefo_core import outbox
from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict, NotFound, Unauthenticated
from synnefo_core.outbox import Event
from synnefo_identity import changes, floor, letters, lockout, methods
from synnefo_identity.accounts import people, rates, registrations
from synnefo_identity.accounts.people import Account
from synnefo_identity.changes import Change, Kind
from synnefo_identity.letters import Letter, Link
from synnefo_identity.links import governed
from synnefo_identity.models import LinkRow

log = logging.getLogger(__name__)

ASKED = "email.change_asked"
MOVE = "email"
DAY_S = 86400.0


def ask(context: RequestContext, email: str, *, password: str = "", source: str = "") -> None:
    """Have a link sent to the address that the caller wants, and word of it to the present one.

    Args:
        context: Of the user.
        email: The address to be.
        password: The user's, if there is one: a token alone must not take an account away.
        source: Where the request comes from, for the count of failures.

    Raises:
        InvalidField: The address is none.
        Forbidden: A login method governs the address.
        Unauthenticated: The password is wrong.
        TooManyRequests: The user asks too often.
    """
    address = letters.normal(email)
    with context.reading() as session:
        governed.require_free(session, context.user_id, ["email"])
    rates.require(context, "email", context.user_id)
    with floor.under_refusals(context):
        _require_password(context, password, source)
    with context.unit_of_work() as session:
        payload = {"address": address}
        outbox.emit(context, session, ASKED, subject_id=context.user_id, payload=payload)


def _require_password(context: RequestContext, password: str, source: str) -> None:
    method, passwords = methods.store(context.cloud)
    with context.reading() as session:
        if session.get(LinkRow, (method, context.user_id)) is None:
            return
    counted = lockout.key(context.user_id, source)
    lockout.require_open(context, counted)
    with methods.bounded():
        is_right = passwords.verify(context.user_id, password)
    if not is_right:
        lockout.note(context, counted)
        msg = "the password is wrong"
        raise Unauthenticated(msg)
    lockout.forgive(context, counted)


def answer(context: RequestContext, event: Event) -> None:
    """Write to the new address, and to the old one."""
    address, days = event.payload["address"], context.cloud.config.accounts.email_change_days
    with context.unit_of_work() as session:
        try:
            user, _ = people.find(session, event.subject_id)
        except NotFound:
            return
        if rates.may_write(context, address):
            facts = {"login": user.name, "days": str(days)}
            link = Link(MOVE, user.id, days * DAY_S, detail=address)
            letter = Letter("email_confirm", address, facts, link)
            if people.is_taken(session, address, but=user.id):
                letter = Letter("registration_known", address)
            letters.write(context, session, letter)
        if user.email and user.address != address and rates.may_write(context, user.address):
            facts = {"login": user.name, "new": address}
            letters.write(context, session, Letter("email_changing", user.email, facts))


def confirm(context: RequestContext, secret: str) -> Account:
    """Give the user the address that is proven by a link; a login name that was one follows.

    Raises:
        NotFound: The link was used, or is too old.
        Conflict: Somebody else has got the address meanwhile.
    """
    with context.unit_of_work() as session:
        ticket = letters.redeem(context, session, MOVE, secret)
        address = ticket.detail
        user, row = people.locked(context, session, ticket.subject_id)
        taken = f"somebody has an account for {address} already"
        if not user.is_enabled:
            noun = "what this link was for"
            raise NotFound(noun)
        if people.is_taken(session, address, but=user.id):
            raise Conflict(taken)
        if user.name == user.address:
            user.name = address
        user.email = row.address = address
        row.verified_at = context.now()
        try:
            session.flush()
        except IntegrityError as cause:
            raise Conflict(taken) from cause
        registrations.forget_address(context, session, address)
        changes.note(context, session, Change(Kind.USER, user.id))
        log.info("address changed", extra={"user": user.id, "email": address})
        return Account.of(user, row)
