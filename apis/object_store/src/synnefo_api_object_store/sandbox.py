# SPDX-License-Identifier: Apache-2.0
"""What people store, shown to browsers: so that it can do nothing in anybody's name."""

from __future__ import annotations

from dataclasses import replace

from webob import Request

from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply

_GUARDS = {"Content-Security-Policy": "sandbox", "X-Content-Type-Options": "nosniff"}


def guarded(context: RequestContext, request: Request, reply: Reply) -> Reply:
    """Return an answer that browsers show in a sandbox, unless they ask where nothing else is."""
    if _origin(context) == request.host_url:
        return reply
    return replace(reply, headers={**reply.headers, **_GUARDS})


def elsewhere(context: RequestContext, request: Request) -> str | None:
    """Return where a page is to be looked at instead; None: here."""
    origin = _origin(context)
    if not origin or origin == request.host_url:
        return None
    return f"{origin}{request.path_qs}"


def _origin(context: RequestContext) -> str:
    return (context.cloud.config.object_store.view_origin or "").rstrip("/")
