# SPDX-License-Identifier: Apache-2.0
"""Invitations that users send, and what a page shows to who follows one."""

from __future__ import annotations

from typing import Any

import synnefo_identity
from synnefo_api_account.views import invitation as view
from synnefo_core.context import RequestContext


def index(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /invitations``: the caller's, and how many are left."""
    return view.book(synnefo_identity.accounts.show_invitations(context))


def send(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /invitations``."""
    sent = synnefo_identity.accounts.invite(context, body["email"], body.get("name", ""))
    return view.full(sent)


def read(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /registrations/invitation``, for the page behind the link."""
    return view.brief(synnefo_identity.accounts.read_invitation(context, body["token"]))
