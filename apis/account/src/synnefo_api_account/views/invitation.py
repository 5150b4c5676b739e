# SPDX-License-Identifier: Apache-2.0
"""How invitations are shown."""

from __future__ import annotations

from typing import Any

import synnefo_identity
from synnefo_core.clock import iso


def brief(shown: synnefo_identity.accounts.Invitation) -> dict[str, Any]:
    """Show what a form is filled in with."""
    return {"email": shown.email, "name": shown.name}


def full(shown: synnefo_identity.accounts.Invitation) -> dict[str, Any]:
    """Show an invitation to who sent it."""
    return {**brief(shown), "sent_at": iso(shown.sent_at), "is_used": shown.is_used}


def book(shown: synnefo_identity.accounts.Book) -> dict[str, Any]:
    """Show all, and how many are left."""
    return {"invitations": [full(each) for each in shown.sent], "left": shown.left}
