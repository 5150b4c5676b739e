# SPDX-License-Identifier: Apache-2.0
"""Objects.

Source: OpenStack API reference, object storage, "Objects".
"""

from __future__ import annotations

import mimetypes
import secrets

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import (
    conditions,
    dispositions,
    domains,
    headers,
    moments,
    permits,
    ranges,
    refusals,
    symlinks,
    wholes,
)
from synnefo_api_object_store.bodies import Body
from synnefo_api_object_store.handlers import bulk, copies, forms, manifests
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.paths import account_id, check_delimiter, version as version_asked
from synnefo_api_object_store.views import object as object_view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid
from synnefo_object_store import Incoming, Place

_UNKNOWN = "application/octet-stream"


def show(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Tell an object's length, type and metadata (HEAD)."""
    refusals.check(request, "object")
    place = Place(account_id(account), container, name)
    return told(request, *_asked(context, request, place))


def told(request: Request, asked: wholes.Asked, shown: dict[str, str]) -> Reply:
    """Tell of what is asked for."""
    if conditions.is_unchanged(request.environ, asked.info):
        return Reply(status=304, headers=shown)
    return Reply(
        headers=shown,
        content_type=headers.encoded(asked.info.content_type),
        content_length=asked.info.size_bytes,
    )


def _asked(
    context: RequestContext, request: Request, place: Place
) -> tuple[wholes.Asked, dict[str, str]]:
    """Return what is asked for, and what is told of it."""
    version, moment = moments.version_asked(parameters(request))
    domain = domains.asked(request)
    kept = store.show_object(
        context, place.account, place.container, place.name, version=version, moment=moment
    )
    also = permits.told(context, kept)
    if store.is_owner(context, kept.account):
        also |= object_view.writer(kept)
    if symlinks.is_itself(request):
        asked = wholes.asked(context, request, kept)
        return asked, {**object_view.asked(asked, domain), **also, **symlinks.told(kept)}
    found = store.follow(context, kept)
    asked = wholes.asked(context, request, found)
    shown = object_view.asked(asked, domain) | also | dispositions.asked(request, kept)
    if found is not kept:
        shown["Content-Location"] = symlinks.location(request, found)
    return asked, shown


def get(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Send an object or ranges of it."""
    refusals.check(request, "object")
    place = Place(account_id(account), container, name)
    return sent(context, request, *_asked(context, request, place))


def sent(
    context: RequestContext, request: Request, asked: wholes.Asked, shown: dict[str, str]
) -> Reply:
    """Send what is asked for."""
    info = asked.info
    if conditions.is_unchanged(request.environ, info):
        return Reply(status=304, headers=shown)
    text = request.environ.get("HTTP_RANGE")
    if text is not None and not conditions.range_holds(request.environ, info):
        text = None
    spans = ranges.parse(text, info.size_bytes)
    if len(spans) > 1:
        return _multiple(context, asked, shown, spans)
    span = spans[0] if spans else ranges.Span(0, info.size_bytes)
    if spans:
        shown["Content-Range"] = span.header(info.size_bytes)
    return Reply(
        body=asked.open(context).read(span.start, span.stop),
        status=206 if spans else 200,
        headers=shown,
        content_type=headers.encoded(info.content_type),
        content_length=span.stop - span.start,
    )


def _multiple(
    context: RequestContext,
    asked: wholes.Asked,
    shown: dict[str, str],
    spans: list[ranges.Span],
) -> Reply:
    reader = asked.open(context)
    parts = ranges.Multipart(secrets.token_hex(16), asked.info, spans)
    return Reply(
        body=parts.body(reader.read(span.start, span.stop) for span in spans),
        status=206,
        headers=shown,
        content_type=f"multipart/byteranges; boundary={parts.boundary}",
        content_length=parts.length,
    )


def put(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Store the body as an object."""
    refusals.check(request, "object")
    place = Place(account_id(account), container, name)
    if "extract-archive" in parameters(request):
        return bulk.extract(context, request, place.account, f"{container}/{name}")
    source = headers.given(request.environ, "X-Copy-From")
    if source:
        return copies.copy_from(context, request, place, source)
    source = headers.given(request.environ, "X-Move-From")
    if source:
        return copies.move_from(context, request, place, source)
    body, query = Body(request), parameters(request)
    version = version_asked(query)
    if version is not None:
        return _restore(context, body, place, version)
    incoming = _incoming(context, request, body, name)
    if headers.given(request.environ, symlinks.TARGET):
        return symlinks.put(context, request, place, body, incoming)
    if query.get("multipart-manifest") == "put":
        return manifests.put(context, place, body, incoming)
    made = store.put_object(
        context, place.account, container, name, read=body.read, incoming=incoming
    )
    return Reply(status=201, headers=object_view.state(made))


def _incoming(context: RequestContext, request: Request, body: Body, name: str) -> Incoming:
    environ = request.environ
    promised = headers.given(environ, "Etag")
    return Incoming(
        content_type=_content_type(request, name),
        metadata=domains.metadata(request),
        domain=domains.asked(request),
        headers=headers.kept(environ),
        size_bytes=body.size_bytes,
        md5=promised.strip().strip('"').lower() if promised else None,
        expires_at=moments.end(environ, context.now()),
        condition=conditions.for_writing(environ),
    )


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
    """Replace an object's metadata, or take the files of a form."""
    if forms.is_form(request):
        return forms.post(context, request, account, container, name)
    refusals.check(request, "object")
    if version_asked(parameters(request)) is not None:
        msg = "versions of the past can't be changed"
        raise Invalid(msg)
    changed = store.update_object(
        context,
        account_id(account),
        container,
        name,
        metadata=domains.metadata(request),
        domain=domains.asked(request),
        headers=headers.kept(request.environ),
        content_type=headers.content_type(request.environ),
        expires_at=moments.end(request.environ, context.now()),
        keeps="update" in parameters(request),
        permits=permits.asked(context, request.environ),
        condition=conditions.for_writing(request.environ),
    )
    link = store.Link.of(changed)
    if link is not None:
        # Whoever means what it leads to asks again there.
        return Reply(status=307, headers={"Location": symlinks.location(request, link.target)})
    return Reply(status=202)


def delete(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Remove an object, or what is past of it."""
    refusals.check(request, "object")
    query = parameters(request)
    version, moment = moments.version_asked(query)
    place = Place(account_id(account), container, name)
    if moment is not None:
        moments.check_purge(query)
        store.purge_object(context, place, moment)
        return Reply(status=204)
    if query.get("multipart-manifest") == "delete":
        return manifests.delete(context, request, place)
    if "delimiter" in query:
        check_delimiter(query)
        store.delete_folder(context, place)
        return Reply(status=204)
    if version is not None:
        store.delete_version(context, place, version)
        return Reply(status=204, headers={"X-Object-Version-Id": version})
    gone = store.delete_object(context, account_id(account), container, name)
    return Reply(status=204, headers=object_view.version(gone))
