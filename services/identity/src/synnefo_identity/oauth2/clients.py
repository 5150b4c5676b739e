# SPDX-License-Identifier: Apache-2.0
"""OAuth 2.0 clients: programs that the operator lets ask users for access."""

from __future__ import annotations

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import urlsplit

from sqlalchemy import select
from sqlalchemy.orm import Session

from synnefo_core.context import RequestContext
from synnefo_core.errors import Duplicate, InvalidField, NotFound, Unauthenticated
from synnefo_identity import floor, lockout, methods
from synnefo_identity.oauth2.models import ClientRow

_SECURE = "https"
_LOCAL = frozenset({"127.0.0.1", "::1", "localhost"})


@dataclass(frozen=True)
class Client:
    """A client.

    Attributes:
        id: What it calls itself.
        name: What people are shown.
        is_trusted: Whether users are not asked.
        has_secret: Whether it is confidential: it proves by a secret who it is. One that is public
            proves that it is the one that asked (PKCE).
        redirect_urls: Where browsers may bring codes, letter by letter.
    """

    id: str
    name: str
    is_trusted: bool
    has_secret: bool
    redirect_urls: tuple[str, ...]

    @classmethod
    def of(cls, row: ClientRow) -> Client:
        """Return a row's value."""
        return cls(row.id, row.name, row.is_trusted, row.has_secret, tuple(row.redirect_urls))


def add(context: RequestContext, client: Client) -> str | None:
    """Let a program ask for access; return its secret, which nobody can see again.

    Raises:
        Duplicate: There is one of this id.
        InvalidField: A redirect URL is none, or not safe.
    """
    longest = context.cloud.config.identity.oauth2_longest_url
    for url in client.redirect_urls:
        _check(url, longest)
    if not client.redirect_urls:
        raise InvalidField("redirect_urls", "a client needs one at least")
    secret = secrets.token_urlsafe(32) if client.has_secret else None
    prepared = methods.prepare(context.cloud, secret) if secret else None
    with context.unit_of_work() as session:
        if session.get(ClientRow, client.id) is not None:
            raise Duplicate("OAuth 2.0 client", client.id)
        session.add(
            ClientRow(
                id=client.id,
                name=client.name,
                is_trusted=client.is_trusted,
                has_secret=client.has_secret,
                redirect_urls=list(client.redirect_urls),
            )
        )
        if prepared:
            methods.store(context.cloud)[1].store(_subject(client.id), prepared)
    return secret


def index(context: RequestContext) -> Sequence[Client]:
    """Return all clients by id."""
    with context.reading() as session:
        return [Client.of(row) for row in session.scalars(select(ClientRow).order_by(ClientRow.id))]


def remove(context: RequestContext, client_id: str) -> None:
    """Remove a client with all that users allowed it.

    Raises:
        NotFound: There is none.
    """
    with context.unit_of_work() as session:
        session.delete(_row(session, client_id))
        methods.forget(context.cloud, _subject(client_id))


def find(session: Session, client_id: str) -> Client:
    """Return a client.

    Raises:
        NotFound: There is none.
    """
    return Client.of(_row(session, client_id))


def require(context: RequestContext, client_id: str, secret: str, source: str) -> Client:
    """Return the client that a request comes from; a public one shows no secret.

    Raises:
        Unauthenticated: There is none, or its secret is wrong, or too many were.
    """
    with floor.under_refusals(context):
        counted = lockout.key(_subject(client_id), source)
        lockout.require_open(context, counted)
        try:
            with context.reading() as session:
                client: Client | None = find(session, client_id)
        except NotFound:
            client = None
        if client is not None and not client.has_secret and not secret:
            return client
        with methods.bounded():
            # Compared in any case, so that the time does not tell which clients there are.
            is_right = methods.store(context.cloud)[1].verify(_subject(client_id), secret)
        if client is None or not is_right:
            lockout.note(context, counted)
            raise Unauthenticated
    return client


def _row(session: Session, client_id: str) -> ClientRow:
    row = session.get(ClientRow, client_id)
    if row is None:
        noun = "OAuth 2.0 client"
        raise NotFound(noun, client_id)
    return row


def _subject(client_id: str) -> str:
    """Return under what a client's secret is kept: no user's id looks like it."""
    return f"oauth2:{client_id}"


def _check(url: str, longest: int) -> None:
    parts = urlsplit(url)
    if len(url) > longest:
        raise InvalidField("redirect_url", f"is longer than {longest} characters")
    if parts.fragment or "#" in url:
        raise InvalidField("redirect_url", "can't have a fragment")
    is_web = parts.scheme in ("http", "https")
    if not parts.scheme or (is_web and not parts.hostname):
        raise InvalidField("redirect_url", "must be a whole URL")
    if parts.scheme == "http" and parts.hostname not in _LOCAL:
        raise InvalidField("redirect_url", "must be https: a code would cross the net in clear")
    if parts.scheme in ("javascript", "data", "file", "vbscript"):
        raise InvalidField("redirect_url", "must be the address of a program")
