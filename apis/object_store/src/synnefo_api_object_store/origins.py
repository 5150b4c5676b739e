# SPDX-License-Identifier: Apache-2.0
"""Which pages elsewhere may use a container (CORS).

Source: OpenStack Swift documentation, "CORS"; Fetch, "HTTP extensions".
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import headers
from synnefo_api_object_store.paths import account_id
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Unauthenticated

_ALLOWED = "Access-Control-Allow-Origin"
_EXPOSED = (
    "cache-control",
    "content-language",
    "content-type",
    "expires",
    "last-modified",
    "pragma",
    "etag",
    "x-timestamp",
    "x-trans-id",
    "x-openstack-request-id",
)


def options(
    context: RequestContext, request: Request, account: str, container: str, methods: list[str]
) -> Reply:
    """Tell what may be done at a place, and whether a page of some origin may (a preflight).

    Raises:
        Unauthenticated: It may not.
    """
    environ = request.environ
    allow = ", ".join(methods)
    origin = headers.given(environ, "Origin")
    wanted = headers.given(environ, "Access-Control-Request-Method")
    if origin is None or not container:
        return Reply(status=200, headers={"Allow": allow})
    said = store.published(context, account_id(account), container)
    if not _is_allowed(said, origin) or (wanted or "") not in methods:
        raise Unauthenticated
    told = {
        "Allow": allow,
        _ALLOWED: _origin(said, origin),
        "Access-Control-Allow-Methods": allow,
        "Vary": "Origin, Access-Control-Request-Headers",
    }
    asked = headers.given(environ, "Access-Control-Request-Headers")
    if asked:
        told["Access-Control-Allow-Headers"] = headers.encoded(asked)
    age = said.get("Access-Control-Max-Age", "")
    if age.isascii() and age.isdecimal():
        told["Access-Control-Max-Age"] = age
    return Reply(status=200, headers=told)


def shared(
    context: RequestContext, request: Request, account: str, container: str, reply: Reply
) -> Reply:
    """Return an answer that a page of the request's origin may see, if it may."""
    origin = headers.given(request.environ, "Origin")
    if origin is None or not container:
        return reply
    said = store.published(context, account_id(account), container)
    if not _is_allowed(said, origin):
        return reply
    own = said.get("Access-Control-Expose-Headers", "").replace(",", " ").split()
    metadata = [name.lower() for name in reply.headers if "-meta-" in name.lower()]
    told = {
        _ALLOWED: _origin(said, origin),
        "Access-Control-Expose-Headers": headers.encoded(", ".join([*_EXPOSED, *metadata, *own])),
        "Vary": "Origin",
    }
    return replace(reply, headers={**reply.headers, **told})


def _is_allowed(said: Mapping[str, str], origin: str) -> bool:
    allowed = said.get(_ALLOWED, "").split()
    return "*" in allowed or origin in allowed


def _origin(said: Mapping[str, str], origin: str) -> str:
    return "*" if "*" in said[_ALLOWED].split() else headers.encoded(origin)
