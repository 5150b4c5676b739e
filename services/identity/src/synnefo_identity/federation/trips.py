# SPDX-License-Identifier: Apache-2.0
"""A browser's way to another organisation and back, with a token to a dashboard.

::

    dashboard ──► us (begin: a cookie) ──► server in front ──► organisation
        ▲                                                          │
        └──────── us (finish: cookie and state agree) ◄────────────┘

Nothing is kept here meanwhile: what the trip is for stands sealed in the cookie, and the URL by
which the browser comes back holds the state, a random word that is in the cookie, too. So nobody can
have somebody else's browser finish a login that it did not begin, and where the token goes is what
was allowed when it began, never what an URL says.
"""

from __future__ import annotations

import hmac
import json
import secrets
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urljoin, urlsplit

from cryptography.fernet import InvalidToken

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.auth import Visit
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.errors import Forbidden, Unauthenticated
from synnefo_core.keys import key_ring
from synnefo_identity import tokens
from synnefo_identity.federation import providers
from synnefo_identity.federation.visits import with_visit
from synnefo_identity.payload import RING, UNSCOPED, Way
from synnefo_identity.tokens import Token

COOKIE = "synnefo-login"
LONGEST_COOKIE = 4096
_PURPOSE = "browser login"


@dataclass(frozen=True)
class Departure:
    """Where a browser goes to log in, and what it carries along."""

    url: str
    cookie: str = field(repr=False)
    lasts_s: int


@dataclass(frozen=True)
class Return:
    """What a browser brings from a login; empty when it brings nothing."""

    visit: Visit
    state: str
    cookie: str = field(repr=False)


@dataclass(frozen=True)
class Trip:
    """What the cookie holds."""

    state: str
    origin: str
    way: Way


def begin(context: RequestContext, way: Way, *, origin: str, page: str) -> Departure:
    """Send a browser away to log in.

    Args:
        context: The request's.
        way: How it is to come back.
        origin: Where it is to take the token.
        page: Our URL to which it comes back.

    Raises:
        NotFound: There is no such way.
        Forbidden: The origin is not in the configured list.
    """
    _, browser = providers.browsers(context.cloud, way)[0]
    if origin not in _origins(context.cloud):
        raise Forbidden("tokens are not brought to this origin")
    state = secrets.token_urlsafe(24)
    target = f"{page}?state={state}"
    lasts_s = int(context.cloud.config.identity.websso_s)
    content = {
        "for": _PURPOSE,
        "state": state,
        "origin": origin,
        "way": [way.protocol, way.provider],
        "ends": context.now() + lasts_s,
    }
    cookie = key_ring(context.cloud, RING).seal(json.dumps(content))
    # Behind a proxy only we know what a path without a host is a path of.
    url = urljoin(f"{context.cloud.public_url}/", browser.departure(target) or target)
    return Departure(url, cookie, lasts_s)


def finish(context: RequestContext, way: Way, back: Return) -> tuple[str, Token]:
    """Return the origin and an unscoped token of who came back.

    Raises:
        Unauthenticated: The login was not begun in this browser, or nobody was logged in.
    """
    trip = _opened(context, back)
    if trip is None or trip.way != way:
        raise Unauthenticated("this login was not begun in this browser, or too long ago")
    if trip.origin not in _origins(context.cloud):
        raise Forbidden("tokens are not brought to this origin")
    proof = with_visit(context, back.visit, way)
    return trip.origin, tokens.issue(context, proof, UNSCOPED)


def _opened(context: RequestContext, back: Return) -> Trip | None:
    """Return what a cookie holds, None when it is not ours, too old, or of another state."""
    if len(back.cookie) > LONGEST_COOKIE or not (back.cookie + back.state).isascii():
        return None
    try:
        opened = key_ring(context.cloud, RING).fernet().decrypt(back.cookie.encode())
    except InvalidToken:
        return None
    content: dict[str, Any] = json.loads(opened)
    # Tokens are sealed with the same keys.
    if content.get("for") != _PURPOSE or content["ends"] <= context.now():
        return None
    if not hmac.compare_digest(content["state"], back.state):
        return None
    return Trip(content["state"], content["origin"], Way(*content["way"]))


def _origins(cloud: Cloud) -> frozenset[str]:
    """Return where tokens may be brought.

    Raises:
        Misconfigured: An origin is not the address of a page.
    """
    origins = frozenset(cloud.config.identity.websso_origins)
    for origin in origins:
        parts = urlsplit(origin)
        if parts.scheme not in ("http", "https") or not parts.hostname:
            msg = f"[identity] websso_origins: {origin!r} is not the address of a page"
            raise Misconfigured(msg)
    return origins
