# SPDX-License-Identifier: Apache-2.0
"""Users, for those who decide about them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_identity
from synnefo_api_account.views import user as view
from synnefo_core.context import RequestContext


def _found(
    context: RequestContext, query: Mapping[str, str]
) -> list[synnefo_identity.accounts.Account]:
    state, limit = query.get("status"), query.get("limit")
    page = synnefo_identity.Page(limit=int(limit) if limit else None, marker=query.get("marker"))
    return list(
        synnefo_identity.accounts.index(
            context,
            state=synnefo_identity.accounts.State(state) if state else None,
            email=query.get("email"),
            page=page,
        )
    )


def index(context: RequestContext, query: Mapping[str, str]) -> dict[str, Any]:
    """Answer ``GET /users``."""
    return {"users": [view.brief(account) for account in _found(context, query)]}


def detail(context: RequestContext, query: Mapping[str, str]) -> dict[str, Any]:
    """Answer ``GET /users/detail``."""
    return {"users": [view.full(account) for account in _found(context, query)]}


def show(context: RequestContext, user_id: str) -> dict[str, Any]:
    """Answer ``GET /users/{user_id}``."""
    return {"user": view.full(synnefo_identity.accounts.show(context, user_id))}


def act(context: RequestContext, user_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /users/{user_id}/action``: accept, reject, activate or deactivate."""
    ((action, argument),) = body.items()
    reason = argument.get("reason", "") if isinstance(argument, dict) else argument or ""
    if action == "accept":
        account = synnefo_identity.accounts.accept(context, user_id)
    elif action == "reject":
        account = synnefo_identity.accounts.reject(context, user_id, reason)
    elif action == "activate":
        account = synnefo_identity.accounts.activate(context, user_id)
    else:
        account = synnefo_identity.accounts.deactivate(context, user_id, reason)
    return {"user": view.full(account)}
