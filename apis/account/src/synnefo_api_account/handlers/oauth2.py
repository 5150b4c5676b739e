# SPDX-License-Identifier: Apache-2.0
"""The authorization code grant: a page asks the user, then the client comes for its token.

This cloud shows no pages: one that has the user's token asks ``GET /oauth2/auth`` what the client
wants, and tells by ``POST`` what the user says; then it sends the browser where the answer says.

Source: RFC 6749 section 4.1.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote_plus

from webob import Request

import synnefo_identity
from synnefo_api_account.views import oauth2 as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Unauthenticated

oauth2 = synnefo_identity.oauth2

_NAMES = {
    "redirect_uri": "redirect_url",
    "code_challenge": "challenge",
    "code_challenge_method": "challenge_method",
}


def ask(context: RequestContext, query: Mapping[str, str]) -> dict[str, Any]:
    """Answer ``GET /oauth2/auth``: who wants what."""
    wish = _wish(query)
    client, redirect_url = oauth2.asked(context, wish)
    return view.question(client, redirect_url, wish.scope)


def answer(context: RequestContext, body: Mapping[str, Any]) -> dict[str, Any]:
    """Answer ``POST /oauth2/auth``: where the browser goes with what the user said."""
    tell = oauth2.allow if body["is_allowed"] else oauth2.deny
    return {"redirect_to": tell(context, _wish(body))}


def exchange(context: RequestContext, body: Mapping[str, str], request: Request) -> Reply:
    """Answer ``POST /oauth2/token`` in the words of RFC 6749."""
    try:
        if body.get("grant_type") != "authorization_code":
            raise oauth2.Refused(
                "unsupported_grant_type", "the grant type must be authorization_code"
            )
        client_id, secret = _client(request, body)
        source = request.remote_addr or ""
        client = oauth2.require_client(context, client_id, secret, source)
        given = oauth2.Exchange(
            body.get("code", ""), body.get("redirect_uri", ""), body.get("code_verifier", "")
        )
        return view.access(oauth2.exchange(context, client, given))
    except Unauthenticated:
        return view.refusal("invalid_client", "the client is not known, or its secret is wrong")
    except oauth2.Refused as refusal:
        return view.refusal(refusal.code, str(refusal))


def _wish(told: Mapping[str, Any]) -> oauth2.Wish:
    known = {_NAMES.get(name, name): value for name, value in told.items()}
    return oauth2.Wish(
        **{name: known[name] for name in oauth2.Wish.__dataclass_fields__ if name in known}
    )


def _client(request: Request, body: Mapping[str, str]) -> tuple[str, str]:
    """Return what a client says who it is, in one way only: a header or the form."""
    if request.authorization is None:
        return body.get("client_id", ""), body.get("client_secret", "")
    if "client_secret" in body:
        raise oauth2.Refused("invalid_request", "the client shows its secret twice")
    scheme, encoded = request.authorization
    if scheme.lower() != "basic" or not isinstance(encoded, str):
        raise Unauthenticated
    try:
        # RFC 6749 section 2.3.1: both are encoded as in forms.
        name, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
    except ValueError as cause:
        raise Unauthenticated from cause
    if body.get("client_id", unquote_plus(name)) != unquote_plus(name):
        raise oauth2.Refused("invalid_request", "the client says two names")
    return unquote_plus(name), unquote_plus(secret)
