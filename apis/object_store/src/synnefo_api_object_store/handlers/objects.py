# SPDX-License-Identifier: Apache-2.0
"""Objects.

Source: OpenStack API reference, object storage, "Objects".
"""

from __future__ import annotations

import mimetypes
import secrets

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import conditions, headers, moments, ranges, refusals
from synnefo_api_object_store.bodies import Body
from synnefo_api_object_store.handlers import copies
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.paths import account_id
from synnefo_api_object_store.views import object as object_view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid
from synnefo_object_store import Incoming, ObjectInfo

_UNKNOWN = "application/octet-stream"


def show(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Tell an object's length, type and metadata (HEAD)."""
    refusals.check(request, "object")
    found = _found(context, request, account, container, name)
    if conditions.is_unchanged(request.environ, found):
        return Reply(status=304, headers=object_view.headers(found))
    return Reply(
        headers=object_view.headers(found),
        content_type=headers.encoded(found.content_type),
        content_length=found.size_bytes,
    )


def _found(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> ObjectInfo:
    version = parameters(request).get("version-id")
    return store.find_object(context, account_id(account), container, name, version=version)


def get(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Send an object or ranges of it."""
    refusals.check(request, "object")
    found = _found(context, request, account, container, name)
    if conditions.is_unchanged(request.environ, found):
        return Reply(status=304, headers=object_view.headers(found))
    asked = request.environ.get("HTTP_RANGE")
    if asked is not None and not conditions.range_holds(request.environ, found):
        asked = None
    spans = ranges.parse(asked, found.size_bytes)
    if len(spans) > 1:
        return _multiple(context, found, spans)
    reader = store.open_object(context, found)
    shown = object_view.headers(found)
    span = spans[0] if spans else ranges.Span(0, found.size_bytes)
    if spans:
        shown["Content-Range"] = span.header(found.size_bytes)
    return Reply(
        body=reader.read(span.start, span.stop),
        status=206 if spans else 200,
        headers=shown,
        content_type=headers.encoded(found.content_type),
        content_length=span.stop - span.start,
    )


def _multiple(context: RequestContext, found: ObjectInfo, spans: list[ranges.Span]) -> Reply:
    reader = store.open_object(context, found)
    parts = ranges.Multipart(secrets.token_hex(16), found, spans)
    return Reply(
        body=parts.body(reader.read(span.start, span.stop) for span in spans),
        status=206,
        headers=object_view.headers(found),
        content_type=f"multipart/byteranges; boundary={parts.boundary}",
        content_length=parts.length,
    )


def put(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Store the body as an object."""
    refusals.check(request, "object")
    environ = request.environ
    source = headers.given(environ, "X-Copy-From")
    if source:
        target = store.Place(account_id(account), container, name)
        return copies.copy_from(context, request, target, source)
    body = Body(request)
    version = parameters(request).get("version-id")
    if version is not None:
        return _restore(context, body, store.Place(account_id(account), container, name), version)
    promised = headers.given(environ, "Etag")
    incoming = Incoming(
        content_type=_content_type(request, name),
        metadata=headers.metadata(environ, "object"),
        headers=headers.kept(environ),
        size_bytes=body.size_bytes,
        md5=promised.strip().strip('"').lower() if promised else None,
        expires_at=moments.end(environ, context.now()),
        condition=conditions.for_writing(environ),
    )
    made = store.put_object(
        context, account_id(account), container, name, read=body.read, incoming=incoming
    )
    return Reply(status=201, headers=object_view.state(made))


def _restore(context: RequestContext, body: Body, place: store.Place, version: str) -> Reply:
    if body.size_bytes != 0:
        msg = "a version is restored without a body"
        raise Invalid(msg)
    return Reply(
        status=201, headers=object_view.state(store.restore_version(context, place, version))
    )


def _content_type(request: Request, name: str) -> str:
    given = headers.content_type(request.environ)
    wants_guess = headers.given(request.environ, "X-Detect-Content-Type")
    if given is None or headers.is_true(wants_guess):
        return mimetypes.guess_type(name)[0] or _UNKNOWN
    return given


def update(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Replace an object's metadata."""
    refusals.check(request, "object")
    if "version-id" in parameters(request):
        msg = "versions of the past can't be changed"
        raise Invalid(msg)
    store.update_object(
        context,
        account_id(account),
        container,
        name,
        metadata=headers.metadata(request.environ, "object"),
        headers=headers.kept(request.environ),
        content_type=headers.content_type(request.environ),
        expires_at=moments.end(request.environ, context.now()),
    )
    return Reply(status=202)


def delete(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Remove an object."""
    refusals.check(request, "object")
    version = parameters(request).get("version-id")
    if version is not None:
        place = store.Place(account_id(account), container, name)
        store.delete_version(context, place, version)
        return Reply(status=204, headers={"X-Object-Version-Id": version})
    gone = store.delete_object(context, account_id(account), container, name)
    return Reply(status=204, headers=object_view.version(gone))
