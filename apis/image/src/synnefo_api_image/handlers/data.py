# SPDX-License-Identifier: Apache-2.0
"""The bytes of images. Source: OpenStack Image API v2, "Image data"."""

from __future__ import annotations

from webob import Request

import synnefo_image
from synnefo_api_image.bodies import Body
from synnefo_api_image.faults import UnsupportedMediaType
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import RangeUnsatisfiable

MEDIA_TYPE = "application/octet-stream"


def read(context: RequestContext, request: Request, image_id: str) -> Reply:
    """Send an image's data, or one range of it."""
    image, reader = synnefo_image.open_content(context, image_id)
    if reader is None:
        return Reply(status=204)
    headers = {"Content-MD5": image.checksum, "Accept-Ranges": "bytes"}
    start, stop, status = 0, image.size_bytes, 200
    if request.range is not None:
        span = request.range.range_for_length(image.size_bytes)
        if span is None:
            raise RangeUnsatisfiable(image.size_bytes)
        start, stop = span
        status = 206
        headers["Content-Range"] = f"bytes {start}-{stop - 1}/{image.size_bytes}"
    return Reply(
        reader.read(start, stop),
        status=status,
        headers=headers,
        content_type=MEDIA_TYPE,
        content_length=stop - start,
    )


def write(context: RequestContext, request: Request, image_id: str) -> None:
    """Take an image's data."""
    if request.content_type != MEDIA_TYPE:
        raise UnsupportedMediaType(request.content_type, MEDIA_TYPE)
    named = request.headers.get("X-Image-Meta-Store")
    synnefo_image.require_store(context, [named] if named else [])
    body = Body(request)
    synnefo_image.upload(context, image_id, body.read, size_bytes=body.size_bytes)
