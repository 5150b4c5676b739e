# SPDX-License-Identifier: Apache-2.0
"""Dynamic large objects: what begins with a prefix when it is read."""

from __future__ import annotations

from hashlib import md5

from synnefo_core.context import RequestContext
from synnefo_core.errors import Conflict
from synnefo_object_store import access, versions
from synnefo_object_store.large.manifests import Segment
from synnefo_object_store.large.static import effective
from synnefo_object_store.limits import manifest_target
from synnefo_object_store.values import ObjectInfo
from synnefo_object_store.versions import STATIC, Place

MOST_SEGMENTS = 100_000


def segments_of(context: RequestContext, found: ObjectInfo, header: str) -> list[Segment]:
    """Return what begins with the prefix, without the manifest itself.

    Raises:
        Conflict: That is too much.
        Forbidden: The caller may not read it.
    """
    container, prefix = manifest_target(header)
    access.require_in(context, found.account, container, "object_store:object:read", by=access.READ)
    with context.reading() as session:
        rows = versions.find_below(
            session, Place(found.account, container, prefix), most=MOST_SEGMENTS + 1
        )
    if len(rows) > MOST_SEGMENTS:
        raise Conflict(f"a large object has at most {MOST_SEGMENTS} segments")
    now = context.now()
    return [
        _segment(versions.shown(Place(found.account, container, row.name), row))
        for row in rows
        if versions.is_there(row, now) and row.id != found.id
    ]


def _segment(info: ObjectInfo) -> Segment:
    etag, size = effective(info)
    return Segment(info.container, info.name, etag, size, 0, size, is_large=info.nature == STATIC)


def etag(segments: list[Segment]) -> str:
    """Return the ETag of the whole."""
    return md5("".join(s.etag for s in segments).encode(), usedforsecurity=False).hexdigest()
