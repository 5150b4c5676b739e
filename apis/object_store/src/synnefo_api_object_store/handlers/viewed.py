# SPDX-License-Identifier: Apache-2.0
"""Objects shown to browsers by an access token that is good for this one address, once (PIT-046).

So what an object holds never meets its reader's own token, and runs where nothing else is.
"""

from __future__ import annotations

from dataclasses import replace
from urllib.parse import parse_qsl, quote, urlencode

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import sandbox
from synnefo_api_object_store.handlers import published
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.paths import account_id
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Unauthenticated

TOKEN = "access_token"  # noqa: S105  # the name of a parameter
_QUIET = {"Referrer-Policy": "no-referrer", "Cache-Control": "private, no-store"}


def show(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Show an object to whom the token in the address was given.

    Raises:
        Unauthenticated: There is none, and nowhere to get one.
    """
    elsewhere = sandbox.elsewhere(context, request)
    if elsewhere is not None:
        return Reply(status=302, headers={"Location": elsewhere})
    token = parameters(request).get(TOKEN)
    if not token:
        return _to_login(context, request)
    visitor = _visitor(context, token, request.script_name + request.path_info, account)
    if visitor is None:
        return Reply(status=302, headers={"Location": _address(request), **_QUIET})
    found = store.show_object(visitor, visitor.project_id or account_id(account), container, name)
    reply = published.page(visitor, request, found)
    return replace(reply, headers={**reply.headers, **_QUIET})


def _visitor(context: RequestContext, token: str, path: str, account: str) -> store.Visitor | None:
    """Return who was given a token for a path, with the roles in an account; it is spent now."""
    directory = context.cloud.directory
    user_id = directory.spend(token, path) if directory is not None else ""
    if directory is None or not user_id:
        return None
    project_id = account_id(account)
    roles = directory.roles(user_id, project_id)
    # Who has none there comes as a guest: no list that names the project's people is for it.
    return store.Visitor(
        cloud=context.cloud,
        request_id=context.request_id,
        user_id=user_id,
        project_id=project_id if roles else "",
        roles=roles,
    )


def _to_login(context: RequestContext, request: Request) -> Reply:
    url = context.cloud.config.object_store.view_login_url
    if not url:
        raise Unauthenticated
    separator = "&" if "?" in url else "?"
    scope = request.script_name + request.path_info
    told = urlencode({"next": _address(request), "scope": scope})
    return Reply(status=302, headers={"Location": f"{url}{separator}{told}", **_QUIET})


def _address(request: Request) -> str:
    """Return the address of a request without its token."""
    pairs = parse_qsl(request.query_string, keep_blank_values=True)
    rest = urlencode([(name, value) for name, value in pairs if name != TOKEN])
    path = quote(request.script_name + request.path_info, safe="/~")
    return f"{request.host_url}{path}{'?' if rest else ''}{rest}"
