# SPDX-License-Identifier: Apache-2.0
"""Each answer's X-Trans-Id, made of the request's id so that one leads to the other."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace

from webob import Request

import synnefo_object_store as store
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Handler, Reply

HTML = "text/html; charset=UTF-8"
"""The type of an answer that says nothing else; Swift's clients expect one."""


def transaction_id(request_id: str) -> str:
    """Return the id in Swift's form: tx, 21 hexadecimal digits, a dash and ten more."""
    digits = request_id.removeprefix("req-").replace("-", "")
    return f"tx{digits[:21]}-{digits[21:31]}"


def traced(handler: Callable[..., Reply]) -> Handler:
    """Have a handler's answer tell the transaction's id; it must take the context and the request.

    The handler learns from which page the caller comes.
    """

    @functools.wraps(handler)
    def answer(*, context: RequestContext, request: Request, **arguments: object) -> Reply:
        visitor = store.Visitor(**vars(context), referrer=request.referer or "")
        reply = handler(context=visitor, request=request, **arguments)
        headers = {**reply.headers, "X-Trans-Id": transaction_id(context.request_id)}
        return replace(reply, headers=headers, content_type=reply.content_type or HTML)

    return answer
