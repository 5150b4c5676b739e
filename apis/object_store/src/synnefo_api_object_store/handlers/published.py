# SPDX-License-Identifier: Apache-2.0
"""Objects that are public at addresses which nobody guesses: read by anybody, and no more."""

from __future__ import annotations

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import dispositions, sandbox, wholes
from synnefo_api_object_store.handlers import objects
from synnefo_api_object_store.views import object as object_view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_object_store import ObjectInfo


def show(context: RequestContext, request: Request, address: str) -> Reply:
    """Tell what is at an address (HEAD), or send it, or ranges of it."""
    elsewhere = sandbox.elsewhere(context, request)
    if elsewhere is not None:
        return Reply(status=302, headers={"Location": elsewhere})
    return page(context, request, store.find_published(context, address))


def page(context: RequestContext, request: Request, found: ObjectInfo) -> Reply:
    """Show an object that was found as a web server shows a file."""
    # What it leads to or is made of is read with the rights of who asks, not with its owner's.
    asked = wholes.asked(context, request, store.follow(context, found))
    shown = {**object_view.public(asked), **dispositions.of_page(request, asked.info)}
    if request.method == "HEAD":
        return sandbox.guarded(context, request, objects.told(request, asked, shown))
    return sandbox.guarded(context, request, objects.sent(context, request, asked, shown))
