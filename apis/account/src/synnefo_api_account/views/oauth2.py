# SPDX-License-Identifier: Apache-2.0
"""The authorization code grant as JSON.

Source: RFC 6749 sections 5.1 and 5.2.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import synnefo_identity
from synnefo_core.contracts.api import Reply

UNKEPT: Mapping[str, str] = {"Cache-Control": "no-store", "Pragma": "no-cache"}


def question(
    client: synnefo_identity.oauth2.Client, redirect_url: str, scope: str
) -> dict[str, Any]:
    """Show what a page is to ask the user; ``must_ask`` is false for a trusted client."""
    return {
        "client": {"id": client.id, "name": client.name},
        "redirect_uri": redirect_url,
        "scope": scope,
        "must_ask": not client.is_trusted,
    }


def access(shown: synnefo_identity.oauth2.Access) -> Reply:
    """Show an access token to the client."""
    body = {
        "access_token": shown.text,
        "token_type": "Bearer",
        "expires_in": int(shown.lasts_s),
        "scope": shown.scope,
    }
    return Reply(body, headers=UNKEPT)


def refusal(code: str, message: str) -> Reply:
    """Tell a client why it gets none; one that is not known is asked who it is."""
    headers, status = UNKEPT, HTTPStatus.BAD_REQUEST
    if code == "invalid_client":
        status = HTTPStatus.UNAUTHORIZED
        headers = {**headers, "WWW-Authenticate": 'Basic realm="OAuth 2.0 clients"'}
    return Reply({"error": code, "error_description": message}, status=status, headers=headers)
