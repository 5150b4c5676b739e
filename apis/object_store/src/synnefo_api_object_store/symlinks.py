# SPDX-License-Identifier: Apache-2.0
"""Symlinks in headers: X-Symlink-Target, -Account and -Etag."""

from __future__ import annotations

from urllib.parse import quote

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import headers, names
from synnefo_api_object_store.bodies import Body
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.paths import RESELLER, place
from synnefo_api_object_store.views import object as object_view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid, PreconditionFailed
from synnefo_object_store import Incoming, Link, ObjectInfo, Place

TARGET = "X-Symlink-Target"


def is_itself(request: Request) -> bool:
    """Say whether a symlink is asked for, not what it leads to."""
    return parameters(request).get("symlink") == "get"


def put(
    context: RequestContext, request: Request, where: Place, body: Body, incoming: Incoming
) -> Reply:
    """Store a symlink.

    Raises:
        Invalid: There is a body.
    """
    environ = request.environ
    if body.read(1):
        msg = "a symlink has no body"
        raise Invalid(msg)
    account = names.account_given(context, environ, f"{TARGET}-Account") or where.account
    target, version = place(TARGET, headers.given(environ, TARGET) or "", account)
    if version is not None:
        msg = f"{TARGET} can name no version"
        raise PreconditionFailed(msg)
    etag = headers.given(environ, f"{TARGET}-Etag")
    link = Link(target, etag.strip().strip('"').lower() if etag else None)
    made = store.put_link(context, where, link, incoming)
    return Reply(status=201, headers=object_view.state(made))


def told(found: ObjectInfo) -> dict[str, str]:
    """Return what is told of a symlink itself."""
    link = Link.of(found)
    if link is None:
        return {}
    named = {
        TARGET: quote(f"{link.target.container}/{link.target.name}"),
        f"{TARGET}-Account": quote(RESELLER + link.target.account),
    }
    return {**named, f"{TARGET}-Etag": link.etag} if link.etag else named


def location(request: Request, where: ObjectInfo | Place) -> str:
    """Return the path of what a symlink leads to."""
    return request.script_name + quote(f"/{RESELLER}{where.account}/{where.container}/{where.name}")
