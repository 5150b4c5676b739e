# SPDX-License-Identifier: Apache-2.0
"""Accounts: how people come, are let in, kept out and told of it.

Whoever signs up is a *registration* until the link in the first letter was followed; then it is a
user of the same id, who waits for a moderator or is let in at once. What is known of a user as a
person (addresses that are proven, who decided what and why) is the *account*.
"""

from synnefo_identity.accounts.activation import activate, deactivate
from synnefo_identity.accounts.catalogs import Catalog, look_up
from synnefo_identity.accounts.enrolment import (
    Enrolled,
    choose_project,
    end_tokens,
    enroll,
    update,
)
from synnefo_identity.accounts.invitations import (
    Book,
    Invitation,
    read as read_invitation,
    send as invite,
    show as show_invitations,
)
from synnefo_identity.accounts.moderation import accept, reject
from synnefo_identity.accounts.moves import ask as ask_to_move, confirm as move
from synnefo_identity.accounts.native import arrival, departure
from synnefo_identity.accounts.newcomers import sign_up as sign_up_newcomer
from synnefo_identity.accounts.people import Account, index, show
from synnefo_identity.accounts.profile import feed_back, update as update_names
from synnefo_identity.accounts.registrations import (
    Newcomer,
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
from synnefo_identity.accounts.renewal import renew
from synnefo_identity.accounts.resets import ask as ask_for_reset, confirm as reset
from synnefo_identity.accounts.site import Site, show as show_site
from synnefo_identity.accounts.states import Action, State
from synnefo_identity.accounts.statistics import Count, Statistics, by_method, count, detail
from synnefo_identity.letters.options import page_url

__all__ = [
    "Account",
    "Action",
    "Book",
    "Catalog",
    "Count",
    "Enrolled",
    "Invitation",
    "Newcomer",
    "Registration",
    "Site",
    "State",
    "Statistics",
    "Wish",
    "accept",
    "activate",
    "arrival",
    "ask_for_reset",
    "ask_to_move",
    "by_method",
    "choose_project",
    "count",
    "deactivate",
    "delete_registration",
    "departure",
    "detail",
    "end_tokens",
    "enroll",
    "feed_back",
    "index",
    "invite",
    "list_registrations",
    "look_up",
    "move",
    "page_url",
    "read_invitation",
    "reject",
    "renew",
    "resend",
    "reset",
    "send_again",
    "show",
    "show_invitations",
    "show_registration",
    "show_site",
    "sign_up",
    "sign_up_newcomer",
    "update",
    "update_names",
    "verify",
    "verify_by_hand",
]
