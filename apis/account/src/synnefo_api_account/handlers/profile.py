# SPDX-License-Identifier: Apache-2.0
"""The caller's own account."""

from __future__ import annotations

from typing import Any

from webob import Request

import synnefo_identity
from synnefo_api_account.views import user as view
from synnefo_core.clock import iso_micro
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply

NAMES = {"first_name": "given_name", "last_name": "family_name"}


def show(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /profile``."""
    return {"user": view.own(synnefo_identity.accounts.show(context, context.user_id))}


def update(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /profile``: change the names."""
    values = {NAMES[name]: text for name, text in body.items()}
    return {"user": view.own(synnefo_identity.accounts.update_names(context, values))}


def act(context: RequestContext, request: Request) -> Reply:
    """Answer ``POST /profile/action``, ``renewToken``: a token in the place of all there are."""
    token = request.headers.get("X-Auth-Token", "")
    made = synnefo_identity.accounts.renew(context, token)
    shown = {"id": made.text, "expires": iso_micro(made.payload.expires_at)}
    return Reply({"token": shown}, headers={"Cache-Control": "no-store"})


def ask_to_move(context: RequestContext, body: dict[str, Any], request: Request) -> None:
    """Answer ``POST /profile/email``: always in the same way; a letter tells more."""
    synnefo_identity.accounts.ask_to_move(
        context,
        body["email"],
        password=body.get("password", ""),
        source=request.remote_addr or "",
    )


def move(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /profile/email/confirmation``, for the page behind the link."""
    return view.brief(synnefo_identity.accounts.move(context, body["token"]))


def ask_for_reset(context: RequestContext, body: dict[str, Any], request: Request) -> None:
    """Answer ``POST /password_resets``: always in the same way; a letter tells more."""
    source = request.remote_addr or ""
    synnefo_identity.accounts.ask_for_reset(context, body["email"], source=source)


def reset(context: RequestContext, body: dict[str, Any]) -> None:
    """Answer ``POST /password_resets/confirmation``, for the page behind the link."""
    synnefo_identity.accounts.reset(context, body["token"], body["password"])


def choose_project(context: RequestContext, body: dict[str, Any]) -> None:
    """Answer ``POST /myaccount/default_project``."""
    synnefo_identity.accounts.choose_project(context, context.user_id, body["project_id"])


def feed_back(context: RequestContext, body: dict[str, Any]) -> None:
    """Answer ``POST /feedback``."""
    message, data = body["feedback_msg"], body.get("feedback_data") or ""
    synnefo_identity.accounts.feed_back(context, message, data)
