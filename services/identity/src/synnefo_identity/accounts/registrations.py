# SPDX-License-Identifier: Apache-2.0
"""Registrations: who signed up and has not proven the address yet.

A request to register is answered before anybody looks whether the address is known, so neither the
words nor the time of the answer tell. The worker looks, and writes to the address: whoever reads
its mail learns what is the case.
"""

from __future__ import annotations

import logging
from collections.abc import Sequence
from dataclasses import dataclass, field

from sqlalchemy import delete as removal, select
from sqlalchemy.orm import Session

from synnefo_core import outbox
from synnefo_core.context import RequestContext
from synnefo_core.db.base import new_hex_id
from synnefo_core.db.paging import page as cut
from synnefo_core.errors import Conflict, Forbidden, NotFound
from synnefo_core.outbox import Event
from synnefo_identity import letters, method_policies, methods, provisioning, terms, users
from synnefo_identity.accounts import invitations, moderation, people, rates
from synnefo_identity.accounts.models import AccountRow, RegistrationRow
from synnefo_identity.accounts.people import Account
from synnefo_identity.letters import Address, Letter, Link
from synnefo_identity.letters.tickets import forget
from synnefo_identity.listing import WHOLE, Page
from synnefo_identity.models import LinkRow

log = logging.getLogger(__name__)

MADE = "registration.made"
ASKED = "registration.asked"
VERIFY = "verify"
AUTH_PROVIDER = "auth_provider_"
"""What the name of the rule begins with by which a login method lets people in."""
DAY_S = 86400.0


@dataclass(frozen=True)
class Wish:
    """What somebody says who signs up, and which terms of use were agreed to.

    A guest shows the secret of an ``invitation``.
    """

    email: str
    password: str = field(repr=False)
    given_name: str = ""
    family_name: str = ""
    terms_version: int | None = None
    invitation: str = field(default="", repr=False)


@dataclass(frozen=True)
class Newcomer:
    """What somebody says who signs up by another login method than a password."""

    voucher: str = field(repr=False)
    email: str = ""
    given_name: str = ""
    family_name: str = ""
    terms_version: int | None = None


@dataclass(frozen=True)
class Registration:
    """Somebody who signed up; the user will have the same id."""

    id: str
    email: str
    given_name: str
    family_name: str
    created_at: float

    @classmethod
    def of(cls, row: RegistrationRow) -> Registration:
        """Return a row's value."""
        return cls(row.id, row.address, row.given_name, row.family_name, row.created_at)


def sign_up(context: RequestContext, wish: Wish, *, source: str = "") -> None:
    """Take down who wants an account; a letter will say how to go on.

    Raises:
        Forbidden: People can't register themselves here, or not by invitation.
        InvalidField: The address is none.
        NotFound: The invitation was used, or is too old; nothing else was done.
        Conflict: There are terms of use, and the newest were not agreed to.
        Invalid: The password breaks a rule.
        TooManyRequests: The source asks too often, or too many passwords are being hashed.
    """
    if wish.invitation:
        invitations.require_on(context)
    else:
        require_open(context)
    address = letters.normal(wish.email)
    with context.reading() as session:
        terms.require_newest(session, wish.terms_version)
    rates.require(context, "registration", source)
    prepared = methods.choose(context.cloud, wish.password)
    _, passwords = methods.store(context.cloud)
    row = RegistrationRow(
        id=new_hex_id(),
        address=address,
        given_name=wish.given_name,
        family_name=wish.family_name,
        terms_version=wish.terms_version,
        created_at=context.now(),
    )
    with context.unit_of_work() as session:
        if wish.invitation:
            row.invitation_id = invitations.use(context, session, wish.invitation)
        session.add(row)
        passwords.store(row.id, prepared)
        outbox.emit(context, session, MADE, subject_id=row.id)


def resend(context: RequestContext, email: str, *, source: str = "") -> None:
    """Have the letter sent again to whoever registered with an address; nothing is told."""
    require_open(context)
    address = letters.normal(email)
    rates.require(context, "registration", source)
    with context.unit_of_work() as session:
        outbox.emit(context, session, ASKED, subject_id="", payload={"address": address})


def greet(context: RequestContext, event: Event) -> None:
    """Write to whoever registered: how to go on, or that there is an account already."""
    with context.unit_of_work() as session:
        row = session.get(RegistrationRow, event.subject_id)
        if row is None or not rates.may_write(context, row.address):
            return
        if not people.is_taken(session, row.address):
            letters.write(context, session, _invitation(context, row))
            return
        letters.write(context, session, Letter("registration_known", row.address))
        _remove(context, session, row)


def remind(context: RequestContext, event: Event) -> None:
    """Write once more to whoever registered with an address last."""
    address = event.payload["address"]
    query = select(RegistrationRow).where(RegistrationRow.address == address)
    with context.unit_of_work() as session:
        row = session.scalars(query.order_by(RegistrationRow.created_at.desc()).limit(1)).first()
        if row is not None and rates.may_write(context, address):
            letters.write(context, session, _invitation(context, row))


def verify(context: RequestContext, secret: str) -> Account:
    """Make a user of whoever follows the link of the first letter.

    Raises:
        NotFound: The link was used, or is too old.
        Conflict: Somebody else has got an account for the address meanwhile.
    """
    with context.unit_of_work() as session:
        ticket = letters.redeem(context, session, VERIFY, secret)
        return become_user(context, session, _find(session, ticket.subject_id))


def verify_by_hand(context: RequestContext, registration_id: str) -> Account:
    """Make a user without the link: an administrator knows whose the address is.

    Raises:
        NotFound: There is no such registration.
        Conflict: Somebody has an account for the address.
    """
    with context.unit_of_work() as session:
        return become_user(context, session, _find(session, registration_id))


def send_again(context: RequestContext, registration_id: str) -> None:
    """Have the first letter sent again."""
    with context.unit_of_work() as session:
        letters.write(context, session, _invitation(context, _find(session, registration_id)))


def show(context: RequestContext, registration_id: str) -> Registration:
    """Return a registration.

    Raises:
        NotFound: There is none.
    """
    with context.reading() as session:
        return Registration.of(_find(session, registration_id))


def index(context: RequestContext, page: Page = WHOLE) -> Sequence[Registration]:
    """Return a page of the registrations, ordered by id."""
    marker = None if page.marker is None else (page.marker,)
    query = cut(
        select(RegistrationRow), [(RegistrationRow.id, False)], limit=page.limit, marker=marker
    )
    with context.reading() as session:
        return [Registration.of(row) for row in session.scalars(query)]


def delete(context: RequestContext, registration_id: str) -> None:
    """Forget a registration."""
    with context.unit_of_work() as session:
        _remove(context, session, _find(session, registration_id))


def tidy(context: RequestContext, session: Session) -> None:
    """Forget who never came back."""
    oldest = context.now() - context.cloud.config.accounts.registration_days * DAY_S
    query = select(RegistrationRow).where(RegistrationRow.created_at < oldest)
    for row in session.scalars(query).all():
        _remove(context, session, row)


def require_open(context: RequestContext) -> None:
    """Refuse who registers where people can't.

    Raises:
        Forbidden: They can't.
    """
    if not context.cloud.config.accounts.sign_up:
        msg = "people can't register themselves here"
        raise Forbidden(msg)


def _invitation(context: RequestContext, row: RegistrationRow) -> Letter:
    days = context.cloud.config.accounts.registration_days
    facts = {"name": row.given_name or row.address, "days": str(days)}
    return Letter("registration_verify", row.address, facts, Link(VERIFY, row.id, days * DAY_S))


def _find(session: Session, registration_id: str) -> RegistrationRow:
    row = session.get(RegistrationRow, registration_id, with_for_update=True)
    if row is None:
        noun = "registration"
        raise NotFound(noun, registration_id)
    return row


def become_user(context: RequestContext, session: Session, row: RegistrationRow) -> Account:
    """Make a user of a registration whose address is proven.

    Raises:
        Conflict: Somebody has an account for the address, or with the identity.
    """
    if people.is_taken(session, row.address):
        msg = f"somebody has an account for {row.address} already"
        raise Conflict(msg)
    names = {"given_name": row.given_name, "family_name": row.family_name}
    users.add(
        context,
        session,
        context.cloud.config.accounts.domain,
        {
            "name": row.address,
            "email": row.address,
            "is_enabled": False,
            **{name: text for name, text in names.items() if text},
        },
        None,
        user_id=row.id,
    )
    rule = _link(context, session, row)
    account = AccountRow(
        user_id=row.id,
        address=row.address,
        verified_at=context.now(),
    )
    rule = rule or invitations.settle(session, account, row.invitation_id)
    session.add(account)
    session.delete(row)
    session.flush()
    if row.terms_version is not None:
        terms.keep(session, row.id, row.terms_version, row.created_at)
    forget_address(context, session, row.address)
    log.info("address verified", extra={"user": row.id, "email": row.address})
    return moderation.consider(context, session, row.id, rule=rule)


def _link(context: RequestContext, session: Session, row: RegistrationRow) -> str:
    """Let a new user log in; return the rule by which the method lets people in at once, if so."""
    if row.identity is None:
        methods.link(context.cloud, session, row.id)
        return ""
    method, subject = row.identity["method"], row.identity["subject"]
    if session.get(LinkRow, (method, subject)) is not None:
        raise Conflict("the identity is linked to an account")
    details = row.identity["details"]
    now = context.now()
    session.add(
        LinkRow(method=method, subject=subject, user_id=row.id, linked_at=now, details=details)
    )
    session.flush()
    policy = method_policies.of(context.cloud, method)
    provisioning.join(context, row.id, policy.creation_groups)
    return f"{AUTH_PROVIDER}{method}" if policy.automoderate else ""


def forget_address(context: RequestContext, session: Session, address: Address) -> None:
    """Forget who else said to have an address: they have not shown it, and can't any more."""
    others = select(RegistrationRow).where(RegistrationRow.address == address)
    for other in session.scalars(others).all():
        _remove(context, session, other)


def _remove(context: RequestContext, session: Session, row: RegistrationRow) -> None:
    methods.forget(context.cloud, row.id)
    forget(session, row.id)
    session.execute(removal(RegistrationRow).where(RegistrationRow.id == row.id))
