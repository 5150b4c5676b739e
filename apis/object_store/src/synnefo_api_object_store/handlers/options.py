# SPDX-License-Identifier: Apache-2.0
"""What may be done at a place (OPTIONS)."""

from __future__ import annotations

from webob import Request

from synnefo_api_object_store import origins
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply

_LOOK = ["GET", "HEAD", "OPTIONS"]


def of_account(context: RequestContext, request: Request, account: str) -> Reply:
    """Tell what may be done with an account."""
    return origins.options(context, request, account, "", [*_LOOK, "DELETE", "POST", "PUT"])


def of_container(context: RequestContext, request: Request, account: str, container: str) -> Reply:
    """Tell what may be done with a container, and by pages from where."""
    methods = [*_LOOK, "DELETE", "POST", "PUT"]
    return origins.options(context, request, account, container, methods)


def of_object(context: RequestContext, request: Request, account: str, container: str) -> Reply:
    """Tell what may be done with an object, and by pages from where."""
    methods = [*_LOOK, "COPY", "DELETE", "POST", "PUT"]
    return origins.options(context, request, account, container, methods)
