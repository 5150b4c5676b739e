# SPDX-License-Identifier: Apache-2.0
"""How pages are told what to show."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import synnefo_identity


def full(site: synnefo_identity.accounts.Site) -> dict[str, Any]:
    """Show what the operator wants people to see."""
    return {
        "name": site.name,
        "sign_up": site.can_sign_up,
        "moderation": site.is_moderated,
        "messages": {place: list(texts) for place, texts in site.messages.items()},
        "links": [{"title": title, "url": url} for title, url in site.links.items()],
    }


def services(known: Iterable[synnefo_identity.components.Component]) -> list[dict[str, Any]]:
    """Show the components that have a page and a service that is public."""
    return [
        {"id": each.id, "name": each.name, "url": each.ui_url}
        for each in known
        if each.is_shown and each.ui_url
    ]


def menu(
    site: synnefo_identity.accounts.Site, page: str, user_name: str | None
) -> list[dict[str, Any]]:
    """Show what a bar over all pages leads to."""
    if user_name is None:
        return [{"name": "Sign in", "url": page}]
    links = [{"name": title, "url": url} for title, url in site.links.items()]
    return [{"name": user_name, "url": page}, *links]
