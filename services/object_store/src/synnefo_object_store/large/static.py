# SPDX-License-Identifier: Apache-2.0
"""Static large objects: a manifest is checked, kept as content, and read again."""

from __future__ import annotations

import io
import json
from collections.abc import Iterable, Mapping
from dataclasses import replace
from hashlib import md5

from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid, Unprocessable
from synnefo_object_store import access, objects, versions
from synnefo_object_store.large import manifests
from synnefo_object_store.large.manifests import BadManifest, Segment, Wanted
from synnefo_object_store.values import Incoming, ObjectInfo
from synnefo_object_store.versions import STATIC, SYMLINK, Place

Found = Mapping[tuple[str, str], ObjectInfo]


def put_manifest(
    context: RequestContext, place: Place, content: bytes, incoming: Incoming
) -> ObjectInfo:
    """Store a large object by its manifest; the segments must be there and be as it says.

    Raises:
        BadManifest: Names the segments that are not.
        Forbidden: The caller may not write there, or not read a segment.
        Invalid: It is no manifest.
        Unprocessable: The large object has not the promised ETag.
    """
    access.require_at(context, place, "object_store:object:write", by=access.WRITE)
    wanted = manifests.parse(content)
    found = _look_up(context, place.account, {(w.container, w.name) for w in wanted if w.container})
    segments = _checked(place, wanted, found)
    etag = md5("".join(s.seal for s in segments).encode(), usedforsecurity=False).hexdigest()
    if incoming.md5 not in (None, etag):
        msg = f"the large object's ETag is {etag}, not {incoming.md5}"
        raise Unprocessable(msg)
    kept = json.dumps([segment.kept() for segment in segments]).encode()
    return objects.put_object(
        context,
        place.account,
        place.container,
        place.name,
        read=io.BytesIO(kept).read,
        incoming=replace(
            incoming,
            size_bytes=len(kept),
            md5=None,
            nature=STATIC,
            special={"etag": etag, "bytes": sum(segment.length for segment in segments)},
        ),
    )


def segments_of(context: RequestContext, found: ObjectInfo) -> list[Segment]:
    """Return the segments of a static large object."""
    return manifests.read(b"".join(objects.open_object(context, found).read()))


def _look_up(context: RequestContext, account: str, paths: Iterable[tuple[str, str]]) -> Found:
    """Return what is there of some objects that the caller may read."""
    by_container: dict[str, list[str]] = {}
    for container, name in paths:
        by_container.setdefault(container, []).append(name)
    found: dict[tuple[str, str], ObjectInfo] = {}
    for container, names in by_container.items():
        access.require_in(context, account, container, "object_store:object:read", by=access.READ)
        with context.reading() as session:
            rows = versions.find_all(session, account, container, names)
        found |= {
            (container, row.name): versions.shown(Place(account, container, row.name), row)
            for row in rows
            if versions.is_there(row, context.now())
        }
    return found


def look_up_segments(context: RequestContext, account: str, segments: Iterable[Segment]) -> Found:
    """Return what is there of segments; the caller must be allowed to read them."""
    return _look_up(context, account, {(s.container, s.name) for s in segments if s.container})


def _checked(place: Place, wanted: list[Wanted], found: Found) -> list[Segment]:
    segments, problems = [], []
    for each in wanted:
        try:
            segments.append(_segment(place, each, found.get((each.container, each.name))))
        except Invalid as problem:
            problems.append((each.path, str(problem)))
    if problems:
        raise BadManifest(problems)
    return segments


def _segment(place: Place, wanted: Wanted, found: ObjectInfo | None) -> Segment:
    if not wanted.container:
        return manifests.inline(wanted.data)
    if (wanted.container, wanted.name) == (place.container, place.name):
        msg = "a manifest can't include itself"
        raise Invalid(msg)
    if found is None:
        msg = "404 Not Found"
        raise Invalid(msg)
    etag, size = effective(found)
    if found.nature == SYMLINK:
        msg = "a segment can't be a symlink"
        raise Invalid(msg)
    if wanted.etag not in (None, etag):
        msg = "Etag Mismatch"
        raise Invalid(msg)
    if wanted.size_bytes not in (None, size):
        msg = "Size Mismatch"
        raise Invalid(msg)
    start, stop = manifests.span(wanted.range, size)
    return Segment(
        wanted.container,
        wanted.name,
        etag,
        size,
        start,
        stop,
        content_type=found.content_type,
        modified_at=found.modified_at,
        is_large=found.nature == STATIC,
    )


def effective(found: ObjectInfo) -> tuple[str, int]:
    """Return ETag and length of an object, or of what a static large one stands for."""
    if found.nature == STATIC:
        return str(found.special["etag"]), int(found.special["bytes"])
    return found.etag, found.size_bytes
