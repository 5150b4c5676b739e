# SPDX-License-Identifier: Apache-2.0
"""Identity's configuration options."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from oslo_config import cfg

from synnefo_identity.accounts.options import ACCOUNTS
from synnefo_identity.letters.options import MAIL

IDENTITY = [
    cfg.StrOpt(
        "admin_password",
        secret=True,
        help="The password of the first administrator, read once when the cloud is made. "
        "Default: a generated one.",
    ),
    cfg.StrOpt(
        "demo_password",
        secret=True,
        help="The password of the user demo, read once when the cloud is made. "
        "Default: a generated one.",
    ),
    cfg.IntOpt(
        "lockout_failures",
        default=0,
        min=0,
        help="After how many wrong passwords from one address a user's logins from there are "
        "refused for a while. 0: never.",
    ),
    cfg.IntOpt("lockout_s", default=1800, min=1, help="How long they are refused, in seconds."),
    cfg.BoolOpt(
        "change_passwords_first",
        default=False,
        help="Whether users must change a password that an administrator gave them before they "
        "can log in with it.",
    ),
    cfg.ListOpt(
        "auto_create",
        default=[],
        help="The login methods, of [auth] methods, whose people get an account when they log in "
        "for the first time.",
    ),
    cfg.StrOpt(
        "auto_create_domain",
        default="default",
        help="The id of the domain in which these accounts are made.",
    ),
    cfg.MultiStrOpt(
        "mirror_groups",
        default=[],
        help="METHOD:GROUP=NAME, one a line: whoever logs in by METHOD and is in its GROUP is put "
        "into the cloud's group NAME, who is not is taken out.",
    ),
    cfg.MultiStrOpt(
        "login_policies",
        default=[],
        help="METHOD:NAME=VALUE, one a line: what people may do with a login method; METHOD * is any. "
        "login, create, add, remove and switch (yes or no), limit (identities an account may have), "
        "required (people are asked to link it), add_groups and creation_groups (where it puts "
        "accounts), autoverify and automoderate (how far it is believed of who registers).",
    ),
    cfg.ListOpt(
        "websso_origins",
        default=[],
        help="The addresses, letter by letter, to which browsers may bring a token after a login "
        "at another organisation: those of dashboards, such as "
        "https://dashboard.example.org/auth/websso/.",
    ),
    cfg.IntOpt(
        "websso_s",
        default=600,
        min=10,
        max=3600,
        help="How long such a login may take in the browser, in seconds.",
    ),
    cfg.IntOpt(
        "max_project_depth",
        default=5,
        min=1,
        help="How many levels of projects below projects there may be.",
    ),
    cfg.BoolOpt(
        "end_projects",
        default=False,
        help="Whether projects are terminated when they come to their end date. Otherwise "
        "`synnefo project expired` lists them.",
    ),
    cfg.IntOpt(
        "token_lifetime_s", default=86400, min=60, help="How long a token is valid, in seconds."
    ),
    cfg.IntOpt(
        "service_token_days",
        default=365,
        min=1,
        help="For how many days the service token of a component is good, from when it gets it.",
    ),
    cfg.FloatOpt(
        "oauth2_code_s",
        default=60.0,
        min=1.0,
        help="How long an OAuth 2.0 client has to come for what a user allowed it, in seconds.",
    ),
    cfg.FloatOpt(
        "oauth2_access_s",
        default=20.0,
        min=1.0,
        help="How long an OAuth 2.0 access token can be used, which is once, in seconds.",
    ),
    cfg.IntOpt(
        "oauth2_longest_url",
        default=5000,
        min=100,
        help="How many characters the URL of an OAuth 2.0 client may have.",
    ),
]

AUTH = [
    cfg.ListOpt(
        "methods",
        default=["local"],
        help="The login methods in the order in which they are asked, by name; each may have a "
        "section [auth_NAME] with its driver and settings. New passwords go to the first that "
        "keeps passwords.",
    ),
    cfg.FloatOpt(
        "refusal_floor_s",
        default=0.1,
        min=0.0,
        max=10.0,
        help="Logins are refused this many seconds after they began, or a whole multiple of it, "
        "so that the time does not tell which names exist. Set it above what a directory of "
        "people usually takes. 0: at once.",
    ),
]

SECTIONS: Mapping[str, Sequence[cfg.Opt]] = {
    "identity": IDENTITY,
    "auth": AUTH,
    "accounts": ACCOUNTS,
    "mail": MAIL,
}
