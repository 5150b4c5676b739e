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
import logging
import secrets
from dataclasses import dataclass, field
from urllib.parse import urljoin, urlsplit

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.contracts.auth import Visit
from synnefo_core.contracts.driver import Misconfigured
from synnefo_core.errors import Forbidden, InvalidField, Unauthenticated
from synnefo_identity import claims, floor
from synnefo_identity.federation import envelopes, providers, visits, vouchers
from synnefo_identity.payload import UNSCOPED, Way

log = logging.getLogger(__name__)

COOKIE = "synnefo-login"
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
class HandOver:
    """What a browser takes to a dashboard: a token, or the voucher that was asked for."""

    origin: str
    name: str
    value: str = field(repr=False)


@dataclass(frozen=True)
class Trip:
    """What the cookie holds.

    Attributes:
        state: What the URL by which the browser comes back holds, too.
        origin: Where it goes then.
        way: How it comes back.
        user_id: The account that wants a voucher.
        takes_newcomers: Whether who has no account gets a voucher for registering.
    """

    state: str
    origin: str
    way: Way
    user_id: str
    takes_newcomers: bool


@dataclass(frozen=True)
class Wish:
    """What a dashboard wants of a login.

    Attributes:
        origin: Where the browser is to take the token.
        asking: What :func:`vouchers.ask` returned, for a voucher in the place of a token.
        takes_newcomers: Whether who has no account shall bring a voucher for registering.
    """

    origin: str
    asking: str = field(default="", repr=False)
    takes_newcomers: bool = False


def begin(context: RequestContext, way: Way, wish: Wish, *, page: str) -> Departure:
    """Send a browser away to log in.

    Args:
        context: The request's.
        way: How it is to come back.
        wish: What for.
        page: Our URL to which it comes back.

    Raises:
        NotFound: There is no such way.
        Forbidden: The origin is not in the configured list.
        InvalidField: What asks for a voucher is not valid.
    """
    _, browser = providers.browsers(context.cloud, way)[0]
    if wish.origin not in _origins(context.cloud):
        raise Forbidden("tokens are not brought to this origin")
    user_id = vouchers.asked(context, wish.asking) if wish.asking else ""
    if user_id is None:
        raise InvalidField("asking", "it is not valid, or too old")
    state = secrets.token_urlsafe(24)
    target = f"{page}?state={state}"
    lasts_s = int(context.cloud.config.identity.websso_s)
    content = {
        "state": state,
        "origin": wish.origin,
        "way": [way.protocol, way.provider],
        "user": user_id,
        "newcomers": wish.takes_newcomers,
    }
    cookie = envelopes.seal(context, _PURPOSE, content, lasts_s=lasts_s)
    # Behind a proxy only we know what a path without a host is a path of.
    url = urljoin(f"{context.cloud.public_url}/", browser.departure(target) or target)
    return Departure(url, cookie, lasts_s)


def finish(context: RequestContext, way: Way, back: Return) -> HandOver:
    """Return what who came back takes to the dashboard: an unscoped token, or a voucher.

    Raises:
        Unauthenticated: The login was not begun in this browser, or nobody was logged in.
    """
    trip = _opened(context, back)
    if trip is None or trip.way != way:
        raise Unauthenticated("this login was not begun in this browser, or too long ago")
    if trip.origin not in _origins(context.cloud):
        raise Forbidden("tokens are not brought to this origin")
    with floor.under_refusals(context):
        name, value = _brought(context, trip, back.visit)
    return HandOver(trip.origin, name, value)


def _brought(context: RequestContext, trip: Trip, visit: Visit) -> tuple[str, str]:
    """Return what a browser brings, and its name."""
    assertion = visits.vouched(context, visit, trip.way)
    if trip.user_id:
        return "voucher", vouchers.issue(context, assertion, user_id=trip.user_id)
    proof = visits.proven(context, assertion, trip.way)
    if proof is not None:
        return "token", claims.issue(context, proof, UNSCOPED).text
    if trip.takes_newcomers:
        return "voucher", vouchers.issue(context, assertion)
    log.info("login refused", extra={"login_method": assertion.method})
    raise Unauthenticated


def _opened(context: RequestContext, back: Return) -> Trip | None:
    """Return what a cookie holds, None when it is not ours, too old, or of another state."""
    content = envelopes.unseal(context, _PURPOSE, back.cookie)
    if content is None or not back.state.isascii():
        return None
    if not hmac.compare_digest(content["state"], back.state):
        return None
    return Trip(
        state=content["state"],
        origin=content["origin"],
        way=Way(*content["way"]),
        user_id=content["user"],
        takes_newcomers=content["newcomers"],
    )


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
