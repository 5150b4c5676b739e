# SPDX-License-Identifier: Apache-2.0
"""Files inside of objects that are raw disks: ``?archive=PART/PATH``.

An extension of the object storage API, for clients that can give a query.
"""

from __future__ import annotations

import mimetypes
from dataclasses import replace
from hashlib import md5

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import headers, moments, refusals, wholes, windows
from synnefo_api_object_store.handlers import objects
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.signed import named
from synnefo_api_object_store.views import inside as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid
from synnefo_object_store import LIMITS, InnerFile, Place

_STREAM = "application/octet-stream"


def is_asked(request: Request) -> bool:
    """Say whether a request is about what is inside of an object."""
    return "archive" in parameters(request)


def get(context: RequestContext, request: Request, place: Place) -> Reply:
    """Send a file inside of an object, or list a folder or the parts there."""
    refusals.check(request, "object")
    query = parameters(request)
    path = query["archive"].strip("/") + "/" * query["archive"].endswith("/")
    if "\0" in path or len(path.encode()) > LIMITS.object_name_bytes * 4:
        msg = "archive must be the number of a part and a path in it"
        raise Invalid(msg)
    version, moment = moments.version_asked(query)
    kept = store.show_object(
        context, place.account, place.container, place.name, version=version, moment=moment
    )
    asked = wholes.asked(context, request, store.follow(context, kept))
    found = store.look_inside(
        context,
        asked.open(context),
        size_bytes=asked.info.size_bytes,
        path=path,
        window=windows.window(query, most=LIMITS.container_listing, has_paths=False),
    )
    if not isinstance(found, InnerFile):
        return view.listed(found)
    inner = _as_object(asked, found, path)
    shown = {
        "Etag": inner.etag,
        "Last-Modified": headers.http_date(found.modified_at),
        "Accept-Ranges": "bytes",
        "Content-Disposition": named("attachment", path.rpartition("/")[2]),
    }
    if request.method == "HEAD":
        return objects.told(request, inner, shown)
    return objects.sent(context, request, inner, shown)


def _as_object(asked: wholes.Asked, found: InnerFile, path: str) -> wholes.Asked:
    """Return a file as if it were an object, for conditions and ranges.

    The ETag names where it is, and in which content: it is no MD5, so it is quoted.
    """
    tag = md5(f"{asked.info.etag}/{path}".encode(), usedforsecurity=False).hexdigest()
    info = replace(
        asked.info,
        size_bytes=found.size_bytes,
        etag=tag,
        modified_at=found.modified_at,
        content_type=mimetypes.guess_type(path)[0] or _STREAM,
    )
    return replace(asked, info=info, is_large=True, ready=found)
