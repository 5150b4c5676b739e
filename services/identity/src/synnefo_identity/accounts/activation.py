# SPDX-License-Identifier: Apache-2.0
"""Activation: shutting people out and letting them in again; what they have stays theirs.

Other rooms hear of it by the events ``user.deactivated`` and ``user.activated``.
"""

from __future__ import annotations

import logging

from synnefo_core.context import RequestContext
from synnefo_identity import users
from synnefo_identity.accounts import people, states
from synnefo_identity.accounts.people import Account
from synnefo_identity.accounts.states import Action

log = logging.getLogger(__name__)


def activate(context: RequestContext, user_id: str) -> Account:
    """Let in a user who was shut out.

    Raises:
        InvalidState: The user was not, or was never let in.
    """
    with context.unit_of_work() as session:
        user, row = people.locked(context, session, user_id)
        states.require(states.of(user, row), Action.ACTIVATE)
        row.deactivated_at, row.deactivation_reason = None, ""
        users.switch(context, session, user, is_enabled=True)
        session.flush()
        log.info("account activated", extra={"user": user.id, "email": user.email})
        return Account.of(user, row)


def deactivate(context: RequestContext, user_id: str, reason: str = "") -> Account:
    """Shut a user out and end all tokens.

    Raises:
        InvalidState: The user does not get in anyway.
    """
    with context.unit_of_work() as session:
        user, row = people.locked(context, session, user_id)
        states.require(states.of(user, row), Action.DEACTIVATE)
        row.deactivated_at, row.deactivation_reason = context.now(), reason
        users.switch(context, session, user, is_enabled=False, reason=reason)
        session.flush()
        log.info("account deactivated", extra={"user": user.id, "email": user.email})
        return Account.of(user, row)
