# SPDX-License-Identifier: Apache-2.0
"""Sync by hashes: hashmaps, blocks, and objects that are changed in part.

These are extensions of the object storage API: what a request does not ask for by its own
parameters and headers is done as that API says.
"""

from __future__ import annotations

import mimetypes
from http import HTTPStatus

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import conditions, domains, headers, moments, permits, refusals
from synnefo_api_object_store.bodies import Body
from synnefo_api_object_store.handlers import containers, insides, objects
from synnefo_api_object_store.hashmaps import parse
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.partial import Span, source
from synnefo_api_object_store.paths import account_id
from synnefo_api_object_store.views import hashmap as view, object as object_view, past
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid
from synnefo_object_store import Incoming, Missing, Patch, Place

_STREAM = "application/octet-stream"
_PARTIAL = ("Content-Range", "X-Object-Bytes", "X-Source-Object")


def show(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Tell of an object, or of what is inside (HEAD)."""
    if insides.is_asked(request):
        return insides.get(context, request, Place(account_id(account), container, name))
    return objects.show(context, request, account, container, name)


def get(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Send an object, its hashmap (``?hashmap``), its versions (``?version=list``) or what is inside."""
    query = parameters(request)
    place = Place(account_id(account), container, name)
    if insides.is_asked(request):
        return insides.get(context, request, place)
    if query.get("version") == "list":
        return past.versions(request, store.list_past(context, place))
    if "hashmap" not in query:
        return objects.get(context, request, account, container, name)
    refusals.check(request, "object")
    version, moment = moments.version_asked(query)
    found = store.find_object(
        context, place.account, container, name, version=version, moment=moment
    )
    if conditions.is_unchanged(request.environ, found):
        return Reply(status=304, headers=object_view.headers(found, domains.asked(request)))
    return view.hashmap(request, found, store.hashmap_of(context, found))


def put(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Store an object, and let others have it if that is asked for."""
    wanted = permits.asked(context, request.environ)
    if wanted is None:
        return _put(context, request, account, container, name)
    place = Place(account_id(account), container, name)
    store.check_permits(context, place.account, wanted)
    reply = _put(context, request, account, container, name)
    if reply.status == HTTPStatus.CREATED:
        store.permit_object(context, place, wanted)
    return reply


def _put(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Store an object, or make it of blocks that the account has (``?hashmap``)."""
    if headers.given(request.environ, "Content-Range"):
        msg = "PUT replaces the whole object; POST changes a part"
        raise Invalid(msg)
    if "hashmap" not in parameters(request):
        return objects.put(context, request, account, container, name)
    refusals.check(request, "object")
    wanted = parse(Body(request))
    environ = request.environ
    incoming = Incoming(
        content_type=headers.content_type(environ) or mimetypes.guess_type(name)[0] or _STREAM,
        metadata=domains.metadata(request),
        domain=domains.asked(request),
        headers=headers.kept(environ),
        expires_at=moments.end(environ, context.now()),
        condition=conditions.for_writing(environ),
    )
    place = Place(account_id(account), container, name)
    try:
        made = store.put_hashmap(context, place, wanted.names, wanted.size_bytes, incoming)
    except Missing as missing:
        return view.missing(missing.names)
    return Reply(status=201, headers=object_view.state(made))


def update(
    context: RequestContext, request: Request, account: str, container: str, name: str
) -> Reply:
    """Replace an object's metadata, or change its content in part."""
    environ = request.environ
    if not any(headers.given(environ, header) for header in _PARTIAL):
        return objects.update(context, request, account, container, name)
    refusals.check(request, "object")
    span = Span.of(environ)
    place = Place(account_id(account), container, name)
    taken = source(context, environ, account)
    body = Body(request) if taken is None and span is not None else None
    if body is not None and span is not None:
        span.require(body.size_bytes)
    wanted = permits.asked(context, environ)
    if wanted is not None:
        store.check_permits(context, place.account, wanted)
    made = store.patch_object(
        context,
        place,
        Patch(
            start=span.start if span is not None else None,
            read=body.read if body is not None else None,
            source=taken,
            size_bytes=span.size_bytes if span is not None else None,
            final_bytes=headers.number(environ, "X-Object-Bytes"),
            metadata=domains.metadata(request),
            condition=conditions.for_writing(environ),
        ),
    )
    if wanted is not None:
        store.permit_object(context, place, wanted)
    return Reply(status=204, headers=object_view.state(made))


def update_container(
    context: RequestContext, request: Request, account: str, container: str
) -> Reply:
    """Change a container's metadata, or take blocks for an object that will name them."""
    is_empty = not request.content_length and "HTTP_TRANSFER_ENCODING" not in request.environ
    if headers.content_type(request.environ) != _STREAM or is_empty:
        return containers.update(context, request, account, container)
    refusals.check(request, "container")
    if headers.metadata_changes(request.environ, "container"):
        msg = "a request brings blocks or metadata, not both"
        raise Invalid(msg)
    body = Body(request)
    names = store.put_blocks(context, account_id(account), container, body.read, body.size_bytes)
    return view.stored(request, names)
