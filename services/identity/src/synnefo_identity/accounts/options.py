# SPDX-License-Identifier: Apache-2.0
"""The configuration of accounts, section ``accounts``."""

from __future__ import annotations

from oslo_config import cfg, types

ACCOUNTS = [
    cfg.BoolOpt(
        "sign_up",
        default=False,
        help="Whether people may register themselves. They get a letter, so [mail] server is "
        "needed.",
    ),
    cfg.BoolOpt(
        "moderation",
        default=True,
        help="Whether somebody has to accept who registered; else who can read mail gets in.",
    ),
    cfg.MultiStrOpt(
        "accept_emails",
        default=[],
        help="A regular expression, one a line: whoever has proven an address that all of it "
        "matches is accepted at once.",
    ),
    cfg.StrOpt("domain", default="default", help="The id of the domain in which people register."),
    cfg.IntOpt(
        "registration_days",
        default=7,
        min=1,
        help="For how many days a registration waits for its address to be proven.",
    ),
    cfg.ListOpt(
        "invitations_per_level",
        item_type=types.Integer(min=0),
        default=[],
        help="How many people a user may invite: numbers for users of level 0, 1 … up to 4. Guests "
        "are one level below who invited them and need no moderator, and they may come though "
        "sign_up is off. Default: nobody invites anybody.",
    ),
    cfg.IntOpt(
        "invitation_days",
        default=30,
        min=1,
        help="For how many days the link in an invitation works.",
    ),
    cfg.IntOpt(
        "email_change_days",
        default=10,
        min=1,
        help="For how many days the link works that proves a new address.",
    ),
    cfg.IntOpt(
        "reset_minutes",
        default=60,
        min=1,
        help="For how many minutes the link works by which a forgotten password is replaced.",
    ),
    cfg.IntOpt(
        "letters_per_hour",
        default=5,
        min=1,
        help="How many letters in an hour an address gets that anybody can ask for.",
    ),
    cfg.IntOpt(
        "requests_per_hour",
        default=60,
        min=1,
        help="How often in an hour one source may register, ask for such a letter or write to us.",
    ),
    cfg.ListOpt(
        "weblogin_schemes",
        default=["pithos", "pithosdev"],
        help="The schemes of the addresses at which programs on people's devices wait for a token "
        "that a browser brings. Those of web pages never are.",
    ),
    cfg.MultiStrOpt(
        "messages",
        default=[],
        help="PLACE: TEXT, one a line: what pages show at a place, which is login, sign_up, profile "
        "or all.",
    ),
    cfg.MultiStrOpt(
        "links", default=[], help="TITLE=ADDRESS, one a line: more entries for the menu of pages."
    ),
]
