# SPDX-License-Identifier: Apache-2.0
"""Accounts: how people come, are let in, kept out and told of it.

Whoever signs up is a *registration* until the link in the first letter was followed; then it is a
user of the same id, who waits for a moderator or is let in at once. What is known of a user as a
person (addresses that are proven, who decided what and why) is the *account*.
"""

from synnefo_identity.accounts.activation import activate, deactivate
from synnefo_identity.accounts.moderation import accept, reject
from synnefo_identity.accounts.people import Account, index, show
from synnefo_identity.accounts.registrations import (
    Registration,
    Wish,
    delete as delete_registration,
    index as list_registrations,
    resend,
    send_again,
    show as show_registration,
    sign_up,
    verify,
    verify_by_hand,
)
from synnefo_identity.accounts.states import Action, State

__all__ = [
    "Account",
    "Action",
    "Registration",
    "State",
    "Wish",
    "accept",
    "activate",
    "deactivate",
    "delete_registration",
    "index",
    "list_registrations",
    "reject",
    "resend",
    "send_again",
    "show",
    "show_registration",
    "sign_up",
    "verify",
    "verify_by_hand",
]
