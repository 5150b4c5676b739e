# SPDX-License-Identifier: Apache-2.0
"""Manifests of static large objects.

Source: OpenStack API reference, object storage, "Static large objects".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import windows
from synnefo_api_object_store.bodies import Body
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.removals import Removals
from synnefo_api_object_store.views import bulk, object as object_view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid, NotFound
from synnefo_object_store import MANIFEST_LIMITS, Incoming, ObjectInfo, Place, Segment


def put(context: RequestContext, place: Place, body: Body, incoming: Incoming) -> Reply:
    """Store a large object by its manifest."""
    content = body.read_all(MANIFEST_LIMITS.bytes)
    made = store.put_manifest(context, place, content, incoming)
    told = {**object_view.state(made), "Etag": f'"{made.special["etag"]}"'}
    return Reply(status=201, headers=told)


def delete(context: RequestContext, request: Request, place: Place) -> Reply:
    """Remove a large object with all its segments."""
    media_type = windows.media_type(request, parameters(request))
    found = store.show_object(context, place.account, place.container, place.name)
    if found.nature != store.STATIC:
        msg = "the object has no manifest"
        raise Invalid(msg)
    removals = Removals()
    for each in [*dict.fromkeys(_segments(context, found)), place]:
        path = bulk.path(each.container, each.name)
        where = (each.account, each.container, each.name)
        removals.attempt(path, partial(store.delete_object, context, *where))
    return removals.reply(media_type)


def _segments(context: RequestContext, found: ObjectInfo, depth: int = 0) -> Iterator[Place]:
    """Yield the segments of a large object, and theirs."""
    for segment in store.segments_of(context, found):
        if segment.is_large and depth < MANIFEST_LIMITS.depth:
            yield from _below(context, found.account, segment, depth + 1)
        if segment.container:
            yield Place(found.account, segment.container, segment.name)


def _below(context: RequestContext, account: str, segment: Segment, depth: int) -> Iterator[Place]:
    try:
        found = store.show_object(context, account, segment.container, segment.name)
    except NotFound:
        return
    if found.nature == store.STATIC:
        yield from _segments(context, found, depth)
