# SPDX-License-Identifier: Apache-2.0
"""The page by which a browser takes a token to a dashboard: the only HTML of this cloud.

Source: Identity API reference, "OS-FEDERATION", "Web Single Sign Authentication".
"""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from html import escape

import synnefo_identity
from synnefo_api_identity.versions import PREFIX
from synnefo_core.context import RequestContext
from synnefo_identity import Way

TYPE = "text/html; charset=UTF-8"
UNKEPT: Mapping[str, str] = {"Cache-Control": "no-store", "Referrer-Policy": "no-referrer"}

_SCRIPT = "document.forms[0].submit()"
_DIGEST = base64.b64encode(hashlib.sha256(_SCRIPT.encode()).digest()).decode()

HEADERS: Mapping[str, str] = {
    **UNKEPT,
    "Content-Security-Policy": f"default-src 'none'; script-src 'sha256-{_DIGEST}'; "
    "base-uri 'none'; frame-ancestors 'none'",
    # Without a referrer the form would come from "null", and dashboards may look where it is from.
    "Referrer-Policy": "origin",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
}

_PAGE = """\
<!DOCTYPE html>
<html lang="en">
<head><meta charset="utf-8"><title>Logging in</title></head>
<body>
<form action="{origin}" method="post">
<input type="hidden" name="{name}" value="{value}">
<noscript><p>You are logged in.</p><button type="submit">Continue</button></noscript>
</form>
<script>{script}</script>
</body>
</html>
"""


def hand_over(brought: synnefo_identity.federation.HandOver) -> bytes:
    """Return the page, which posts a token or a voucher to an origin."""
    text = _PAGE.format(
        origin=escape(brought.origin),
        name=brought.name,
        value=escape(brought.value),
        script=_SCRIPT,
    )
    return text.encode()


def url(context: RequestContext, way: Way) -> str:
    """Return our URL to which a browser comes back."""
    base = _path(context)
    if not way.provider:
        return f"{base}/websso/{way.protocol}"
    return f"{base}/identity_providers/{way.provider}/protocols/{way.protocol}/websso"


def cookie(context: RequestContext, departure: synnefo_identity.federation.Departure) -> str:
    """Return the cookie of a login that begins.

    It must come along when another site's page leads back here: hence "Lax", not "Strict".
    """
    return _cookie(context, departure.cookie, departure.lasts_s)


def no_cookie(context: RequestContext) -> str:
    """Return what makes a browser forget the cookie."""
    return _cookie(context, "", 0)


def _cookie(context: RequestContext, value: str, lasts_s: int) -> str:
    base = context.cloud.public_url
    secure = "; Secure" if base.startswith("https:") else ""
    path = f"/{_path(context).partition('://')[2].partition('/')[2]}"
    limits = f"Path={path}; Max-Age={lasts_s}; HttpOnly; SameSite=Lax{secure}"
    return f"{synnefo_identity.federation.COOKIE}={value}; {limits}"


def _path(context: RequestContext) -> str:
    return f"{context.cloud.public_url}{PREFIX}/auth/OS-FEDERATION"
