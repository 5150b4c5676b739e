# SPDX-License-Identifier: Apache-2.0
"""How pages are told what to show."""

from __future__ import annotations

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
