# SPDX-License-Identifier: Apache-2.0
"""Newcomers: people whom another organisation vouches for and who have no account here.

They register with a voucher in the place of a password. The address is theirs when the organisation
says so and is believed (``autoverify``); else a letter proves it, as it does for everybody.
"""

from __future__ import annotations

import logging

from synnefo_core import outbox
from synnefo_core.context import RequestContext
from synnefo_core.contracts.auth import Assertion
from synnefo_core.db.base import new_hex_id
from synnefo_core.errors import Conflict, Forbidden, InvalidField, NotFound
from synnefo_identity import letters, method_policies, provisioning, terms
from synnefo_identity.accounts import rates, registrations
from synnefo_identity.accounts.models import RegistrationRow
from synnefo_identity.accounts.people import Account
from synnefo_identity.accounts.registrations import Newcomer
from synnefo_identity.federation import vouchers
from synnefo_identity.models import LinkRow

log = logging.getLogger(__name__)


def sign_up(
    context: RequestContext, method: str, newcomer: Newcomer, *, source: str = ""
) -> Account | None:
    """Take down who wants an account and comes by a login method.

    Returns:
        The account, when the method's word is good for the address; None when a letter will say
        how to go on.

    Raises:
        Forbidden: People can't register themselves here, or not by this method.
        NotFound: There is no such method.
        InvalidField: The voucher is not valid, or there is no address.
        Conflict: The identity is linked to an account, or somebody has one for the address; or
            the terms of use are other ones.
        TooManyRequests: The source asks too often.
    """
    registrations.require_open(context)
    if method not in context.cloud.config.auth.methods:
        noun = "login method"
        raise NotFound(noun, method)
    policy = method_policies.of(context.cloud, method)
    if not policy.create:
        msg = f"people can't register themselves by the login method {method}"
        raise Forbidden(msg)
    assertion = vouchers.redeem(context, newcomer.voucher)
    if assertion is None or assertion.method != method:
        raise InvalidField("voucher", "it is not valid, too old, or for something else")
    with context.reading() as session:
        terms.require_newest(session, newcomer.terms_version)
    row = _row(context, newcomer, assertion)
    told = assertion.attributes.get("email", "")
    is_proven = policy.autoverify and bool(told) and letters.normal(told) == row.address
    rates.require(context, "registration", source)
    with context.unit_of_work() as session:
        if session.get(LinkRow, (assertion.method, assertion.subject)) is not None:
            raise Conflict("the identity is linked to an account")
        session.add(row)
        session.flush()
        if is_proven:
            return registrations.become_user(context, session, row)
        outbox.emit(context, session, registrations.MADE, subject_id=row.id)
    log.info("registered", extra={"registration": row.id, "login_method": method})
    return None


def _row(context: RequestContext, newcomer: Newcomer, assertion: Assertion) -> RegistrationRow:
    """Return the registration; what the newcomer does not say, the method may have told."""
    told = assertion.attributes
    email = newcomer.email or told.get("email", "")
    if not email:
        raise InvalidField("email", "the login method tells none: say which")
    return RegistrationRow(
        id=new_hex_id(),
        address=letters.normal(email),
        given_name=newcomer.given_name or told.get("given_name", ""),
        family_name=newcomer.family_name or told.get("family_name", ""),
        terms_version=newcomer.terms_version,
        created_at=context.now(),
        identity={
            "method": assertion.method,
            "subject": assertion.subject,
            "details": provisioning.details(assertion),
        },
    )
