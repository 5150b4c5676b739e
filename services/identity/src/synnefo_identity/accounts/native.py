# SPDX-License-Identifier: Apache-2.0
"""Native clients: programs on people's devices that have a browser log them in (AST-041, AST-042).

The program opens our address, which sends the browser to the login page; the page, once somebody is
logged in, asks where to send the browser with a token. That is only ever to a scheme which the
operator has listed, so never to a page on the web.
"""

from __future__ import annotations

from urllib.parse import parse_qsl, quote, urlencode, urlsplit, urlunsplit

from synnefo_core.cloud import Cloud
from synnefo_core.context import RequestContext
from synnefo_core.errors import Forbidden
from synnefo_identity import claims, login
from synnefo_identity.accounts import renewal
from synnefo_identity.letters.options import page_url
from synnefo_identity.payload import Scope, ScopeKind

OF_BROWSERS = frozenset({"http", "https", "javascript", "data", "file", "blob", "about", "ftp"})
"""Schemes that no list makes good: a token would go to a page, or a page would be run."""


def departure(
    cloud: Cloud, target: str, *, is_forced: bool = False, is_renewed: bool = False
) -> str:
    """Return the login page for a program that waits at ``target``.

    Args:
        cloud: The cloud.
        target: Where the browser goes afterwards.
        is_forced: Whether the page is to log out first.
        is_renewed: Whether all older tokens are to end.

    Raises:
        Forbidden: The scheme of the target is not allowed.
    """
    _require_allowed(cloud, target)
    flags = "".join(
        f"&{name}" for name, is_set in (("force", is_forced), ("renew", is_renewed)) if is_set
    )
    return f"{page_url(cloud)}#weblogin={quote(target, safe='')}{flags}"


def arrival(context: RequestContext, target: str, token: str, *, is_renewed: bool = False) -> str:
    """Return the target with the caller's id and a token of their own.

    Args:
        context: Of the user.
        target: Where the program waits.
        token: The token of the request; the new one is for the same project, without one for the
            personal one, and lives no longer.
        is_renewed: Whether all older tokens end.

    Raises:
        Forbidden: The scheme of the target is not allowed, or an application credential renews.
        Unauthenticated: The terms of use were not agreed to.
        NotFound: The token is not valid.
    """
    _require_allowed(context.cloud, target)
    if is_renewed:
        made = renewal.renew(context, token)
    else:
        scope = Scope(ScopeKind.PROJECT, context.project_id or context.user_id)
        made = claims.issue(context, login.with_token(context, token), scope)
    parts = urlsplit(target)
    query = [*parse_qsl(parts.query), ("uuid", context.user_id), ("token", made.text)]
    return urlunsplit(parts._replace(query=urlencode(query), fragment=""))


def _require_allowed(cloud: Cloud, target: str) -> None:
    allowed = {each.lower() for each in cloud.config.accounts.weblogin_schemes} - OF_BROWSERS
    # Browsers drop some characters before they look at the scheme; we take none of them.
    scheme, colon, _ = target.partition(":")
    is_plain = (
        target.isascii() and target.isprintable() and " " not in target and "\\" not in target
    )
    if not (colon and is_plain and scheme.lower() in allowed):
        msg = "tokens are not brought to addresses of this scheme"
        raise Forbidden(msg)
