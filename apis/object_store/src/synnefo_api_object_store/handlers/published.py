# SPDX-License-Identifier: Apache-2.0
"""Objects that are public at addresses which nobody guesses: read by anybody, and no more."""

from __future__ import annotations

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import headers, sandbox, wholes
from synnefo_api_object_store.handlers import objects
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.signed import named
from synnefo_api_object_store.views import object as object_view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid


def show(context: RequestContext, request: Request, address: str) -> Reply:
    """Tell what is at an address (HEAD)."""
    return _answered(context, request, address)


def get(context: RequestContext, request: Request, address: str) -> Reply:
    """Send what is at an address, or ranges of it."""
    return _answered(context, request, address)


def _answered(context: RequestContext, request: Request, address: str) -> Reply:
    elsewhere = sandbox.elsewhere(context, request)
    if elsewhere is not None:
        return Reply(status=302, headers={"Location": elsewhere})
    found = store.find_published(context, address)
    # What it leads to or is made of is read with the rights of who asks, not with its owner's.
    asked = wholes.asked(context, request, store.follow(context, found))
    shown = object_view.public(asked)
    shown["Content-Disposition"] = _disposition(request, asked)
    if request.method == "HEAD":
        return sandbox.guarded(context, request, objects.told(request, asked, shown))
    return sandbox.guarded(context, request, objects.sent(context, request, asked, shown))


def _disposition(request: Request, asked: wholes.Asked) -> str:
    """Return how browsers are to show it: as asked for, as the object says, or as a page.

    Raises:
        Invalid: No browser knows that.
    """
    kind = parameters(request).get("disposition-type")
    if kind not in (None, "inline", "attachment"):
        msg = "disposition-type must be inline or attachment"
        raise Invalid(msg)
    kept = asked.info.headers.get("Content-Disposition")
    if kind is None and kept is not None:
        return headers.encoded(kept)
    return named(kind or "inline", asked.info.name.rstrip("/").rpartition("/")[2])
