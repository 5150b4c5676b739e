# SPDX-License-Identifier: Apache-2.0
"""The configuration of mail, section ``mail``."""

from __future__ import annotations

from oslo_config import cfg

from synnefo_core.cloud import Cloud

_LISTS = {
    "admins": "Who runs the cloud.",
    "managers": "Who decides about people and projects. Default: admins.",
    "helpdesk": "Who answers people. Default: admins.",
    "on_pending_moderation": "Who is told of people that wait to be accepted. Default: managers.",
    "on_activated": "Who is told of accounts that were accepted. Default: managers.",
    "on_feedback": "Who gets what people write to us. Default: helpdesk.",
    "on_project_creation": "Who is told of applications for new projects. Default: managers.",
    "on_project_modification": "Who is told of other applications. Default: managers.",
}

MAIL = [
    cfg.StrOpt(
        "server",
        default="",
        help="The host that takes mail from the cloud. Default: none; nothing is sent.",
    ),
    cfg.PortOpt("port", default=25, help="Its port."),
    cfg.StrOpt(
        "security",
        default="starttls",
        choices=["starttls", "tls", "none"],
        help="How the connection to it is encrypted: from the first command on that can ask for "
        "it, from the start, or not at all.",
    ),
    cfg.StrOpt(
        "ca_file",
        default="",
        help="The authorities that its certificate may be of. Default: the system's.",
    ),
    cfg.StrOpt("username", default="", help="Who the cloud is to it. Default: nobody."),
    cfg.StrOpt("password", default="", secret=True, help="The password for that."),
    cfg.FloatOpt("timeout_s", default=10.0, min=0.1, help="How long it may take to answer."),
    cfg.StrOpt("sender", default="synnefo@localhost", help="The address that letters come from."),
    cfg.StrOpt("site_name", default="Synnefo", help="What letters call this cloud."),
    cfg.StrOpt(
        "templates",
        default="",
        help="A folder with texts of your own, each NAME.txt instead of the one that we bring.",
    ),
    cfg.StrOpt(
        "page_url",
        default="",
        help="The page to which links in letters lead; behind it come # and what the link is for, "
        "= and its secret. Default: /ui/account of the public URL.",
    ),
    *(cfg.ListOpt(name, default=[], help=f"{text} Addresses.") for name, text in _LISTS.items()),
]

_FALLBACKS = {
    "on_feedback": ("helpdesk", "admins"),
    "managers": ("admins",),
    "helpdesk": ("admins",),
}


def recipients(config: cfg.ConfigOpts, name: str) -> list[str]:
    """Return the addresses of a list, or of the one that stands in for it."""
    for each in (name, *_FALLBACKS.get(name, ("managers", "admins"))):
        found: list[str] = config.mail[each]
        if found:
            return found
    return []


def page_url(cloud: Cloud) -> str:
    """Return the page to which links lead."""
    return str(cloud.config.mail.page_url or f"{cloud.public_url}/ui/account")
