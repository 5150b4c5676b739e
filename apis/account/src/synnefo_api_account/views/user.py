# SPDX-License-Identifier: Apache-2.0
"""How users and registrations are shown."""

from __future__ import annotations

from typing import Any

import synnefo_identity
from synnefo_core.clock import iso


def brief(account: synnefo_identity.accounts.Account) -> dict[str, Any]:
    """Show a user in a list."""
    return {"id": account.user.id, "username": account.user.name, "status": account.state}


def full(account: synnefo_identity.accounts.Account) -> dict[str, Any]:
    """Show a user to who decides about users."""
    return {
        **own(account),
        "moderated_at": _moment(account.moderated_at),
        "acceptance_policy": account.acceptance_policy or None,
        "accepted_email": account.accepted_address or None,
        "moderation_snapshot": account.snapshot,
        "rejected_at": _moment(account.rejected_at),
        "rejection_reason": account.rejection_reason or None,
        "deactivated_at": _moment(account.deactivated_at),
        "deactivation_reason": account.deactivation_reason or None,
    }


def own(account: synnefo_identity.accounts.Account) -> dict[str, Any]:
    """Show a user to the user."""
    user = account.user
    return {
        **brief(account),
        "email": user.email,
        "email_verified_at": _moment(account.verified_at),
        "first_name": user.extra.get("given_name", ""),
        "last_name": user.extra.get("family_name", ""),
        "domain": user.domain_id,
        "default_project": user.default_project_id,
        "is_active": user.is_enabled,
    }


def registration(waiting: synnefo_identity.accounts.Registration) -> dict[str, Any]:
    """Show who has registered."""
    return {
        "id": waiting.id,
        "email": waiting.email,
        "first_name": waiting.given_name,
        "last_name": waiting.family_name,
        "status": "pending_verification",
        "created_at": iso(waiting.created_at),
    }


def _moment(moment: float | None) -> str | None:
    return None if moment is None else iso(moment)
