# SPDX-License-Identifier: Apache-2.0
"""Moderation: letting in whoever has registered, or not."""

from __future__ import annotations

import logging
import re
from typing import Any

from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_identity import letters, users
from synnefo_identity.accounts import people, states
from synnefo_identity.accounts.models import AccountRow
from synnefo_identity.accounts.people import Account
from synnefo_identity.accounts.states import Action
from synnefo_identity.letters import Letter
from synnefo_identity.letters.options import recipients
from synnefo_identity.models import UserRow

log = logging.getLogger(__name__)

MANUAL = "manual"
AUTO_MODERATION = "auto_moderation"
EMAIL = "email"


def consider(context: RequestContext, session: Session, user_id: str, *, rule: str = "") -> Account:
    """Let in a new user whom ``rule`` or another one lets in; of others, tell those who decide."""
    user, row = people.locked(context, session, user_id)
    policy = _policy(context, user.email) or rule
    if policy:
        _let_in(context, session, user, row, policy)
    else:
        for address in recipients(context.cloud.config, "on_pending_moderation"):
            facts = _facts(user)
            letters.write(context, session, Letter("moderation_pending", address, facts))
    session.flush()
    return Account.of(user, row)


def accept(context: RequestContext, user_id: str) -> Account:
    """Let a user in who waits for it or was rejected.

    Raises:
        InvalidState: The user is neither.
    """
    with context.unit_of_work() as session:
        user, row = people.locked(context, session, user_id)
        states.require(states.of(user, row), Action.ACCEPT)
        _let_in(context, session, user, row, MANUAL)
        session.flush()
        return Account.of(user, row)


def reject(context: RequestContext, user_id: str, reason: str = "") -> Account:
    """Decide against a user who waits to be let in; nobody is told but who asks for the account.

    Raises:
        InvalidState: The user does not wait.
    """
    with context.unit_of_work() as session:
        user, row = people.locked(context, session, user_id)
        states.require(states.of(user, row), Action.REJECT)
        row.moderated_at = row.rejected_at = context.now()
        row.rejection_reason, row.snapshot = reason, _snapshot(user, row)
        session.flush()
        log.info("account rejected", extra={"user": user.id, "email": user.email})
        return Account.of(user, row)


def _policy(context: RequestContext, email: str) -> str:
    """Return the name of the rule that lets somebody in at once; empty: none does."""
    section = context.cloud.config.accounts
    if any(re.fullmatch(form, email) for form in section.accept_emails):
        return EMAIL
    return "" if section.moderation else AUTO_MODERATION


def _let_in(
    context: RequestContext, session: Session, user: UserRow, row: AccountRow, policy: str
) -> None:
    row.moderated_at, row.acceptance_policy = context.now(), policy
    row.accepted_address, row.snapshot = user.email, _snapshot(user, row)
    row.rejected_at, row.rejection_reason = None, ""
    users.switch(context, session, user, is_enabled=True)
    letters.write(context, session, Letter("account_accepted", user.email, _facts(user)))
    for address in recipients(context.cloud.config, "on_activated"):
        letters.write(context, session, Letter("account_activated", address, _facts(user)))
    log.info("account accepted", extra={"user": user.id, "email": user.email, "policy": policy})


def _snapshot(user: UserRow, row: AccountRow) -> dict[str, Any]:
    """Return what was known when it was decided."""
    return {
        "name": user.name,
        "email": user.email,
        "verified_at": row.verified_at,
        "extra": dict(user.extra or {}),
    }


def _facts(user: UserRow) -> dict[str, str]:
    return {
        "name": people.called(user),
        "login": user.name,
        "email": user.email,
        "user_id": user.id,
    }
