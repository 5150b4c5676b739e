# SPDX-License-Identifier: Apache-2.0
"""Invitations: users bring others, who are then let in without a moderator (AST-012).

A user has a level, which says how many invitations there are; whoever follows one is of the next
level. Without ``[accounts] invitations_per_level`` there are none.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden, TooManyRequests, Unavailable
from synnefo_identity import letters
from synnefo_identity.accounts import people, rates
from synnefo_identity.accounts.models import AccountRow, InvitationRow
from synnefo_identity.letters import Letter, Link

log = logging.getLogger(__name__)

PURPOSE = "invitation"
POLICY = "invitation"
"""The name of the rule by which a guest is let in."""
HIGHEST = 4
DAY_S = 86400.0


@dataclass(frozen=True)
class Invitation:
    """That somebody may come; ``is_used`` once the guest has registered."""

    email: str
    name: str
    sent_at: float
    is_used: bool

    @classmethod
    def of(cls, row: InvitationRow) -> Invitation:
        """Return a row's value."""
        return cls(row.address, row.name, row.sent_at, row.is_used)


@dataclass(frozen=True)
class Book:
    """A user's invitations, the newest first, and how many more there are."""

    sent: Sequence[Invitation]
    left: int


def show(context: RequestContext) -> Book:
    """Return the caller's invitations."""
    query = select(InvitationRow).where(InvitationRow.inviter_id == context.user_id)
    with context.reading() as session:
        row = session.get(AccountRow, context.user_id)
        rows = session.scalars(query.order_by(InvitationRow.sent_at.desc(), InvitationRow.id))
        sent = [Invitation.of(each) for each in rows]
    return Book(sent, max(0, _most(context, row) - len(sent)))


def send(context: RequestContext, email: str, name: str) -> Invitation:
    """Invite somebody by a letter; nobody learns whether there is an account for the address.

    Raises:
        InvalidField: The address is none.
        Forbidden: The caller has no invitation left.
        TooManyRequests: The address gets too many letters.
        Unavailable: This cloud sends no mail.
    """
    address = letters.normal(email)
    if not context.cloud.config.mail.server:
        msg = "this cloud sends no mail"
        raise Unavailable(msg)
    days = context.cloud.config.accounts.invitation_days
    with context.unit_of_work() as session:
        # Locked: two requests at once don't both take the last one.
        user, account = people.locked(context, session, context.user_id)
        used = select(func.count()).where(InvitationRow.inviter_id == user.id)
        if (session.scalar(used) or 0) >= _most(context, account):
            msg = "there is no invitation left"
            raise Forbidden(msg)
        if not rates.may_write(context, address):
            msg = "this address gets too many letters; try again later"
            raise TooManyRequests(msg)
        row = InvitationRow(
            inviter_id=user.id, address=address, name=name, sent_at=context.now(), is_used=False
        )
        session.add(row)
        session.flush()
        inviter = people.called(user)
        facts = {"name": name or address, "inviter": inviter, "login": user.name, "days": str(days)}
        link = Link(PURPOSE, row.id, days * DAY_S)
        letters.write(context, session, Letter("invitation", address, facts, link))
        log.info("invited", extra={"user": user.id, "email": address})
        return Invitation.of(row)


def read(context: RequestContext, secret: str) -> Invitation:
    """Return what the link of a letter says of the guest, so that a page can fill a form in.

    Raises:
        NotFound: It was used, or is too old.
    """
    ticket = letters.peek(context, PURPOSE, secret)
    with context.reading() as session:
        return Invitation.of(session.get_one(InvitationRow, ticket.subject_id))


def use(context: RequestContext, session: Session, secret: str) -> str:
    """Use an invitation up and return its id.

    Raises:
        Forbidden: There are none any more.
        NotFound: It was used, or is too old.
    """
    require_on(context)
    ticket = letters.redeem(context, session, PURPOSE, secret)
    session.get_one(InvitationRow, ticket.subject_id).is_used = True
    return ticket.subject_id


def settle(session: Session, account: AccountRow, invitation_id: str | None) -> str:
    """Give a guest the level below the inviter's; return the rule that lets guests in, if it does."""
    row = session.get(InvitationRow, invitation_id) if invitation_id else None
    if row is None:
        return ""
    inviter = session.get(AccountRow, row.inviter_id)
    account.level = min(HIGHEST, (inviter.level if inviter else 0) + 1)
    return POLICY


def require_on(context: RequestContext) -> None:
    """Refuse invitations where there are none.

    Raises:
        Forbidden: There are none.
    """
    if not context.cloud.config.accounts.invitations_per_level:
        msg = "nobody can be invited here"
        raise Forbidden(msg)


def change_level(context: RequestContext, user_id: str, level: int) -> None:
    """Give a user another level.

    Raises:
        NotFound: There is no such user.
    """
    with context.unit_of_work() as session:
        _, row = people.locked(context, session, user_id)
        row.level = level


def _most(context: RequestContext, account: AccountRow | None) -> int:
    numbers = context.cloud.config.accounts.invitations_per_level
    level = account.level if account is not None else 0
    return int(numbers[level]) if level < len(numbers) else 0
