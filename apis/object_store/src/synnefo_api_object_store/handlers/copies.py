# SPDX-License-Identifier: Apache-2.0
"""Copies of objects, asked for with COPY, or with PUT and X-Copy-From.

Source: OpenStack API reference, object storage, "Copy object".
"""

from __future__ import annotations

from urllib.parse import quote

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import conditions, headers, moments, refusals, symlinks
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.paths import RESELLER, account_id, place
from synnefo_api_object_store.views import object as object_view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid, PreconditionFailed
from synnefo_object_store import Copying, ObjectInfo, Place


def copy(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Copy the object of the path to its Destination."""
    refusals.check(request, "object")
    version = parameters(request).get("version-id")
    found = store.show_object(context, account_id(account), container, name, version=version)
    text = headers.given(request.environ, "Destination")
    if text is None:
        msg = "the header Destination is needed"
        raise PreconditionFailed(msg)
    into = headers.given(request.environ, "Destination-Account") or account
    target, _ = place("Destination", text, into)
    return _copied(context, request, found, target)


def copy_from(context: RequestContext, request: Request, target: Place, text: str) -> Reply:
    """Copy what X-Copy-From says to the path of a PUT."""
    if request.content_length:
        msg = "a copy has no body"
        raise Invalid(msg)
    out_of = headers.given(request.environ, "X-Copy-From-Account") or target.account
    source, version = place("X-Copy-From", text, out_of)
    found = store.show_object(
        context, source.account, source.container, source.name, version=version
    )
    return _copied(context, request, found, target)


def _copied(context: RequestContext, request: Request, found: ObjectInfo, target: Place) -> Reply:
    environ = request.environ
    if not symlinks.is_itself(request):
        found = store.follow(context, found)
    copying = Copying(
        metadata=headers.metadata(environ, "object"),
        headers=headers.kept(environ),
        content_type=headers.content_type(environ),
        is_fresh=headers.is_true(headers.given(environ, "X-Fresh-Metadata")),
        condition=conditions.for_writing(environ),
        expires_at=moments.end(environ, context.now()),
    )
    is_whole = parameters(request).get("multipart-manifest") != "get"
    copied = store.copy_whole if is_whole else store.copy_object
    made = copied(context, found, target, copying)
    told = {
        **object_view.state(made),
        **headers.shown_metadata("object", made.metadata),
        "X-Copied-From": quote(f"{found.container}/{found.name}"),
        "X-Copied-From-Account": quote(f"{RESELLER}{found.account}"),
        "X-Copied-From-Last-Modified": headers.http_date(found.modified_at),
    }
    return Reply(status=201, headers=told)
