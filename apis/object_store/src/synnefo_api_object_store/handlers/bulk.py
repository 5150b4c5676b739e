# SPDX-License-Identifier: Apache-2.0
"""Many things in one request.

Source: OpenStack API reference, object storage, "Bulk delete".
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from urllib.parse import unquote_to_bytes

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store import archives, windows
from synnefo_api_object_store.bodies import Body
from synnefo_api_object_store.extractions import Extraction
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.removals import Removals
from synnefo_api_object_store.views import bulk
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import Invalid

MOST_REMOVALS = 10_000
_LINE_BYTES = 3 * (store.LIMITS.container_name_bytes + store.LIMITS.object_name_bytes + 2)


def delete(context: RequestContext, request: Request, account: str) -> Reply:
    """Remove the objects and empty containers that the body names, one a line."""
    media_type = windows.media_type(request, parameters(request))
    removals, problem = Removals(), ""
    for number, line in enumerate(_lines(Body(request))):
        if number == MOST_REMOVALS:
            problem = f"at most {MOST_REMOVALS} removals can be asked for at once"
            break
        _delete(context, removals, account, line)
    return removals.reply(media_type, problem=problem)


def _lines(body: Body) -> Iterator[bytes]:
    """Yield the lines that are not empty; what is too long for a path is yielded cut off."""
    rest = b""
    while piece := body.read(64 * 1024):
        *lines, rest = (rest + piece).split(b"\n")
        yield from (line.strip() for line in lines if line.strip())
        rest = rest[: _LINE_BYTES + 1]
    if rest.strip():
        yield rest.strip()


def _delete(context: RequestContext, removals: Removals, account: str, line: bytes) -> None:
    try:
        path = unquote_to_bytes(line).decode().lstrip("/")
    except UnicodeDecodeError:
        removals.fail(line.decode("ascii", "replace"), 412)
        return
    container, _, name = path.partition("/")
    if len(line) > _LINE_BYTES or "\0" in path or not container:
        removals.fail(bulk.path(path[:1024]), 400)
    elif name:
        remove = partial(store.delete_object, context, account, container, name)
        removals.attempt(bulk.path(path), remove)
    else:
        remove_all = partial(store.delete_container, context, account, container)
        removals.attempt(bulk.path(container), remove_all)


def extract(context: RequestContext, request: Request, account: str, folder: str) -> Reply:
    """Store the files of an archive as objects, below a folder."""
    query = parameters(request)
    media_type = windows.media_type(request, query)
    extraction, problem = Extraction(context, account, folder), ""
    try:
        for file in archives.files(Body(request), query["extract-archive"]):
            extraction.store(file)
            if extraction.is_hopeless:
                break
    except Invalid as error:
        problem = str(error)
    return extraction.reply(media_type, problem=problem)
