# SPDX-License-Identifier: Apache-2.0
"""What people say of themselves, and to us."""

from __future__ import annotations

from collections.abc import Mapping

from synnefo_core.context import RequestContext
from synnefo_core.errors import Unavailable
from synnefo_identity import attributes, letters, users
from synnefo_identity.accounts import people, rates
from synnefo_identity.accounts.people import Account
from synnefo_identity.letters import Letter
from synnefo_identity.letters.options import recipients
from synnefo_identity.links import governed

NAMES = frozenset({"given_name", "family_name"})


def update(context: RequestContext, values: Mapping[str, str]) -> Account:
    """Change the caller's names.

    Raises:
        Forbidden: A login method governs one.
    """
    with context.unit_of_work() as session:
        user, row = people.find(session, context.user_id, is_locked=True)
        known = {name: text or None for name, text in values.items() if name in NAMES}
        extra = user.extra or {}
        changed = [name for name, text in known.items() if extra.get(name) != text]
        governed.require_free(session, user.id, changed)
        attributes.apply(user, known, users.KNOWN)
        session.flush()
        return Account.of(user, row)


def feed_back(context: RequestContext, message: str, data: str = "") -> None:
    """Send what the caller has to say to who answers people.

    Raises:
        TooManyRequests: The caller says too much.
        Unavailable: Nobody reads it here.
    """
    rates.require(context, "feedback", context.user_id)
    config = context.cloud.config
    addresses = recipients(config, "on_feedback")
    if not addresses or not config.mail.server:
        msg = "nobody is there to read this"
        raise Unavailable(msg)
    with context.unit_of_work() as session:
        user, _ = people.find(session, context.user_id)
        facts = {"login": user.name, "user_id": user.id, "email": user.email}
        for address in addresses:
            letter = Letter("feedback", address, {**facts, "message": message, "data": data})
            letters.write(context, session, letter)
