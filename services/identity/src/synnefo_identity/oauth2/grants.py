# SPDX-License-Identifier: Apache-2.0
"""The authorization code grant: a user allows a client something, by a code that is used once.

::

    client ── the browser asks (Wish) ──► page ── allow ──► code ── exchange ──► access token

What is allowed is a path, the scope: an access token is good for it and for what is below.

Sources: RFC 6749 section 4.1; RFC 7636 (PKCE), which public clients must use; RFC 9700.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from dataclasses import dataclass, field
from urllib.parse import urlencode

from sqlalchemy import delete, update
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField, NotFound, Unauthenticated
from synnefo_identity.models import UserRow
from synnefo_identity.oauth2 import clients
from synnefo_identity.oauth2.clients import Client
from synnefo_identity.oauth2.models import AccessRow, CodeRow

S256 = "S256"
_CODE_BYTES = 45
_TOKEN_BYTES = 24
_CHALLENGE_CHARACTERS = 43


class Refused(Exception):  # RFC 6749 calls it an error, with this code
    """A request that is refused as RFC 6749 words it.

    Attributes:
        code: Such as "invalid_grant".
    """

    def __init__(self, code: str, message: str) -> None:
        """Name the code and say why."""
        super().__init__(message)
        self.code = code


@dataclass(frozen=True)
class Wish:
    """What a client sends a browser to ask for.

    Attributes:
        client_id: Who asks.
        redirect_url: Where the code goes; the client's only one when empty.
        scope: The path that the access is for.
        state: Whatever the client wants to have back.
        response_type: "code" is all there is.
        challenge: What PKCE binds the code to; its method is "S256".
    """

    client_id: str
    redirect_url: str = ""
    scope: str = ""
    state: str = ""
    response_type: str = "code"
    challenge: str = ""
    challenge_method: str = S256


@dataclass(frozen=True)
class Exchange:
    """What a client gives for an access token."""

    code: str = field(repr=False)
    redirect_url: str = ""
    verifier: str = field(default="", repr=False)


@dataclass(frozen=True)
class Access:
    """An access token and what it is good for."""

    text: str = field(repr=False)
    user_id: str
    client_id: str
    scope: str
    lasts_s: float


def asked(context: RequestContext, wish: Wish) -> tuple[Client, str]:
    """Return who asks for access and where the answer goes.

    Raises:
        InvalidField: There is no such client, or the URL is not one of its: a browser must not be
            sent there.
    """
    with context.reading() as session:
        try:
            client = clients.find(session, wish.client_id)
        except NotFound as cause:
            raise InvalidField("client_id", "there is no such client") from cause
    own = client.redirect_urls
    redirect_url = wish.redirect_url or (own[0] if len(own) == 1 else "")
    if redirect_url not in own:
        raise InvalidField("redirect_uri", "is not one of the client's")
    return client, redirect_url


def allow(context: RequestContext, wish: Wish) -> str:
    """Allow a client what it asks for; return the URL that takes the code to it.

    What is wrong with the wish is told to the client by the URL.

    Raises:
        InvalidField: As for :func:`asked`.
        Unauthenticated: The caller has no token.
    """
    client, redirect_url = asked(context, wish)
    claims = context.claims
    if claims is None:
        raise Unauthenticated
    try:
        _check(client, wish)
    except Refused as refusal:
        return _redirected(redirect_url, wish, error=refusal.code, error_description=str(refusal))
    if claims.application_credential_id is not None:
        reason = "a program can't allow another one anything"
        return _redirected(redirect_url, wish, error="access_denied", error_description=reason)
    code = secrets.token_urlsafe(_CODE_BYTES)
    with context.unit_of_work() as session:
        session.add(
            CodeRow(
                hash=hashed(code),
                client_id=client.id,
                user_id=claims.user_id,
                audit_id=claims.audit_id,
                epoch=_epoch(session, claims.user_id),
                redirect_url=wish.redirect_url,
                scope=wish.scope,
                challenge=wish.challenge,
                expires_at=context.now() + context.cloud.config.identity.oauth2_code_s,
            )
        )
    return _redirected(redirect_url, wish, code=code)


def deny(context: RequestContext, wish: Wish) -> str:
    """Return the URL that tells a client that the user does not allow it anything.

    Raises:
        InvalidField: As for :func:`asked`.
    """
    _, redirect_url = asked(context, wish)
    return _redirected(redirect_url, wish, error="access_denied")


def exchange(context: RequestContext, client: Client, given: Exchange) -> Access:
    """Return an access token for a code.

    A code that comes twice was stolen: what it was exchanged for ends.

    Raises:
        Refused: The code is unknown, used, too old, another client's, or for another URL, or the
            verifier does not fit.
    """
    code_hash = hashed(given.code)
    with context.unit_of_work() as session:
        row = session.get(CodeRow, code_hash)
        if row is None or row.client_id != client.id:
            raise Refused("invalid_grant", "the code is not known")
        first = update(CodeRow).where(CodeRow.hash == code_hash, ~CodeRow.is_used)
        is_first = session.execute(first.values(is_used=True).returning(CodeRow.hash)).first()
        if is_first is None:
            session.execute(delete(AccessRow).where(AccessRow.code_hash == code_hash))
        problem = _problem(context, row, given) if is_first else "the code was used before"
        if problem is None:
            return _give(context, session, row)
    # Outside, so that the code counts as used.
    raise Refused("invalid_grant", problem)


def hashed(secret: str) -> str:
    """Return what is kept of a code or token: it is long and random, so no salt is needed."""
    return hashlib.sha256(secret.encode()).hexdigest()


def tidy(context: RequestContext, session: Session) -> None:
    """Delete codes and access tokens that have ended."""
    for of in (CodeRow, AccessRow):
        session.execute(delete(of).where(of.expires_at <= context.now()))


def has_dots(path: str) -> bool:
    """Tell whether a path leads elsewhere than it looks."""
    return not {".", ".."}.isdisjoint(path.split("/"))


def _check(client: Client, wish: Wish) -> None:
    if wish.response_type != "code":
        raise Refused("unsupported_response_type", "the response type must be code")
    if not wish.scope.startswith("/") or has_dots(wish.scope):
        raise Refused("invalid_scope", "the scope must be a path")
    if wish.challenge and wish.challenge_method != S256:
        raise Refused("invalid_request", "the code challenge method must be S256")
    if wish.challenge and len(wish.challenge) != _CHALLENGE_CHARACTERS:
        raise Refused("invalid_request", "the code challenge must be of 43 characters")
    if not wish.challenge and not client.has_secret:
        raise Refused("invalid_request", "a public client must send a code challenge")


def _problem(context: RequestContext, row: CodeRow, given: Exchange) -> str | None:
    if row.expires_at <= context.now():
        return "the code is too old"
    if row.redirect_url != given.redirect_url:
        return "the redirect URL is not the one that was asked with"
    if bool(row.challenge) != bool(given.verifier):
        return "a code verifier belongs to a code challenge"
    if row.challenge and not hmac.compare_digest(row.challenge, _challenge(given.verifier)):
        return "the code verifier does not fit"
    return None


def _give(context: RequestContext, session: Session, row: CodeRow) -> Access:
    lasts_s = context.cloud.config.identity.oauth2_access_s
    access = Access(
        secrets.token_urlsafe(_TOKEN_BYTES), row.user_id, row.client_id, row.scope, lasts_s
    )
    session.add(
        AccessRow(
            hash=hashed(access.text),
            code_hash=row.hash,
            client_id=row.client_id,
            user_id=row.user_id,
            audit_id=row.audit_id,
            epoch=row.epoch,
            scope=row.scope,
            expires_at=context.now() + lasts_s,
        )
    )
    return access


def _epoch(session: Session, user_id: str) -> int:
    user = session.get(UserRow, user_id)
    if user is None:
        raise Unauthenticated
    return user.token_epoch


def _redirected(url: str, wish: Wish, **said: str) -> str:
    if wish.state:
        said["state"] = wish.state
    return f"{url}{'&' if '?' in url else '?'}{urlencode(said)}"


def _challenge(verifier: str) -> str:
    digest = hashlib.sha256(verifier.encode()).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
