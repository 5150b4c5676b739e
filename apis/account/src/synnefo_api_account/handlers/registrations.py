# SPDX-License-Identifier: Apache-2.0
"""Registrations of people who have not proven their addresses yet."""

from __future__ import annotations

from typing import Any

from webob import Request

import synnefo_identity
from synnefo_api_account.views import user as view
from synnefo_core.context import RequestContext


def create(context: RequestContext, body: dict[str, Any], request: Request) -> None:
    """Answer ``POST /registrations``: always in the same way; a letter tells more."""
    wish = synnefo_identity.accounts.Wish(
        email=body["email"],
        password=body["password"],
        given_name=body.get("first_name", ""),
        family_name=body.get("last_name", ""),
        terms_version=body.get("terms_version"),
        invitation=body.get("invitation", ""),
    )
    synnefo_identity.accounts.sign_up(context, wish, source=request.remote_addr or "")


def remind(context: RequestContext, body: dict[str, Any], request: Request) -> None:
    """Answer ``POST /registrations/reminder``: always in the same way."""
    synnefo_identity.accounts.resend(context, body["email"], source=request.remote_addr or "")


def verify(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /registrations/verification``, for the page behind the link."""
    return view.brief(synnefo_identity.accounts.verify(context, body["token"]))


def index(context: RequestContext) -> list[dict[str, Any]]:
    """Answer ``GET /registrations``."""
    return [
        view.registration(each) for each in synnefo_identity.accounts.list_registrations(context)
    ]


def show(context: RequestContext, registration_id: str) -> dict[str, Any]:
    """Answer ``GET /registrations/{registration_id}``."""
    return view.registration(synnefo_identity.accounts.show_registration(context, registration_id))


def delete(context: RequestContext, registration_id: str) -> None:
    """Answer ``DELETE /registrations/{registration_id}``."""
    synnefo_identity.accounts.delete_registration(context, registration_id)


def act(context: RequestContext, registration_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /registrations/{registration_id}/action``: verify it, or write again."""
    if "verify" in body:
        return view.brief(synnefo_identity.accounts.verify_by_hand(context, registration_id))
    synnefo_identity.accounts.send_again(context, registration_id)
    return view.registration(synnefo_identity.accounts.show_registration(context, registration_id))
