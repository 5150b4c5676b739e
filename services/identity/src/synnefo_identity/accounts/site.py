# SPDX-License-Identifier: Apache-2.0
"""What a page has to know before anybody has logged in (AST-021, AST-022)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from synnefo_core.cloud import Cloud
from synnefo_core.contracts.driver import Misconfigured

PLACES = ("all", "login", "sign_up", "profile")


@dataclass(frozen=True)
class Site:
    """What the operator wants people to see.

    Attributes:
        name: What the cloud is called.
        can_sign_up: Whether people may register.
        is_moderated: Whether somebody decides about who registers.
        messages: What is to be said, by place.
        links: More addresses for the menu, by title.
    """

    name: str
    can_sign_up: bool
    is_moderated: bool
    messages: Mapping[str, Sequence[str]]
    links: Mapping[str, str]


def show(cloud: Cloud) -> Site:
    """Return what a page has to know.

    Raises:
        Misconfigured: A message is for no place, or a link has no address.
    """
    section = cloud.config.accounts
    messages: dict[str, list[str]] = {place: [] for place in PLACES}
    for line in section.messages:
        place, colon, text = line.partition(":")
        if not colon or place.strip() not in messages:
            msg = (
                f"[accounts] messages: {line!r} is not PLACE: TEXT with one of {', '.join(PLACES)}"
            )
            raise Misconfigured(msg)
        messages[place.strip()].append(text.strip())
    links: dict[str, str] = {}
    for line in section.links:
        title, equals, address = line.partition("=")
        if not equals or not address.strip().startswith(("https://", "http://")):
            msg = f"[accounts] links: {line!r} is not TITLE=ADDRESS"
            raise Misconfigured(msg)
        links[title.strip()] = address.strip()
    return Site(cloud.config.mail.site_name, section.sign_up, section.moderation, messages, links)
