# SPDX-License-Identifier: Apache-2.0
"""What a request for an object is about: what a large one stands for, or its manifest."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, replace
from hashlib import md5
from typing import Protocol

from webob import Request

import synnefo_object_store as store
from synnefo_api_object_store.parameters import parameters
from synnefo_api_object_store.windows import JSON
from synnefo_core.context import RequestContext
from synnefo_object_store import ObjectInfo

_JSON = f"{JSON}; charset=utf-8"


class Readable(Protocol):
    """A content that is read by range."""

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return the bytes from ``start`` to before ``stop``."""


@dataclass(frozen=True)
class _Bytes:
    """A content that is at hand."""

    content: bytes

    def read(self, start: int = 0, stop: int | None = None) -> Iterator[bytes]:
        """Return the bytes from ``start`` to before ``stop``."""
        return iter((self.content[start:stop],))


@dataclass(frozen=True)
class Asked:
    """An object as it is asked for: ``info`` has length, ETag and type of what is sent.

    Attributes:
        ready: What is sent instead of the object or what it stands for.
    """

    info: ObjectInfo
    kept: ObjectInfo
    is_manifest: bool
    is_large: bool
    ready: Readable | None = None

    @property
    def etag(self) -> str:
        """The ETag as it is shown: Swift quotes those that are no MD5 of a content."""
        return f'"{self.info.etag}"' if self.is_large else self.info.etag

    def open(self, context: RequestContext) -> Readable:
        """Return a reader of what is sent."""
        if self.ready is not None:
            return self.ready
        if self.is_manifest:
            return store.open_object(context, self.kept)
        return store.assembled(context, self.kept)


def asked(context: RequestContext, request: Request, kept: ObjectInfo) -> Asked:
    """Return what a request is about.

    Raises:
        Forbidden: The caller may not read the segments of a large object.
    """
    query = parameters(request)
    if kept.nature == store.SYMLINK:
        return Asked(kept, kept, is_manifest=False, is_large=False)
    if query.get("multipart-manifest") == "get":
        return _manifest(context, kept, is_raw=query.get("format") == "raw")
    whole = store.measured(context, kept)
    info = replace(kept, size_bytes=whole.size_bytes, etag=whole.etag)
    return Asked(info, kept, is_manifest=False, is_large=whole.is_large)


def _manifest(context: RequestContext, kept: ObjectInfo, *, is_raw: bool) -> Asked:
    if kept.nature != store.STATIC:
        return Asked(kept, kept, is_manifest=True, is_large=False)
    info = replace(kept, content_type=_JSON)
    if not is_raw:
        return Asked(info, kept, is_manifest=True, is_large=False)
    segments = store.segments_of(context, kept)
    content = json.dumps([segment.asked() for segment in segments]).encode()
    etag = md5(content, usedforsecurity=False).hexdigest()
    info = replace(info, size_bytes=len(content), etag=etag)
    return Asked(info, kept, is_manifest=True, is_large=False, ready=_Bytes(content))
