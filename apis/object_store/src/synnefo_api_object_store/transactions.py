# SPDX-License-Identifier: Apache-2.0
"""Each answer's X-Trans-Id, made of the request's id so that one leads to the other."""

from __future__ import annotations

import functools
from collections.abc import Callable, Mapping
from dataclasses import replace

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import names, origins, sandbox, signed
from synnefo_api_object_store.transaction_ids import transaction_id
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Handler, Reply

HTML = "text/html; charset=UTF-8"
"""The type of an answer that says nothing else; Swift's clients expect one."""

_PLACE = ("account", "container")


def traced(handler: Callable[..., Reply]) -> Handler:
    """Have a handler's answer tell the transaction's id; it must take the context and the request.

    The handler learns who asks: somebody from a page, or the account by a signed address.
    """

    @functools.wraps(handler)
    def answer(*, context: RequestContext, request: Request, **arguments: object) -> Reply:
        if signed.is_signed(request) and "name" in arguments:
            reply = _by_signature(handler, context, request, arguments)
        else:
            visitor = store.Visitor(**vars(context), referrer=request.referer or "")
            if "account" in arguments:
                arguments["account"] = names.account(context, str(arguments["account"]))
            reply = handler(context=visitor, request=request, **arguments)
            if not context.user_id:
                reply = sandbox.guarded(context, request, reply)
        if request.method != "OPTIONS":
            account, container = (str(arguments.get(part, "")) for part in _PLACE)
            reply = origins.shared(context, request, account, container, reply)
        headers = {**reply.headers, "X-Trans-Id": transaction_id(context.request_id)}
        return replace(reply, headers=headers, content_type=reply.content_type or HTML)

    return answer


def _by_signature(
    handler: Callable[..., Reply],
    context: RequestContext,
    request: Request,
    arguments: Mapping[str, object],
) -> Reply:
    path = (str(arguments[part]) for part in ("account", "container", "name"))
    url = signed.check(context, request, *path)
    reply = handler(context=url.context, request=request, **arguments)
    if request.method not in ("GET", "HEAD"):
        return reply
    return sandbox.guarded(context, request, url.shown(reply))
