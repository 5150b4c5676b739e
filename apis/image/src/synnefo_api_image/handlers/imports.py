# SPDX-License-Identifier: Apache-2.0
"""Imports. Source: OpenStack Image API v2, "Interoperable image import"."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from webob import Request

import synnefo_image
from synnefo_api_image.bodies import Body
from synnefo_api_image.faults import UnsupportedMediaType
from synnefo_api_image.handlers.data import MEDIA_TYPE
from synnefo_core.context import RequestContext
from synnefo_core.errors import InvalidField
from synnefo_image import Import


def stage(context: RequestContext, request: Request, image_id: str) -> None:
    """Take data that an import is to make an image's."""
    if request.content_type != MEDIA_TYPE:
        raise UnsupportedMediaType(request.content_type, MEDIA_TYPE)
    body = Body(request)
    synnefo_image.stage(context, image_id, body.read, size_bytes=body.size_bytes)


def begin(context: RequestContext, image_id: str, body: Mapping[str, Any]) -> None:
    """Have data become an image's."""
    method = body["method"]
    noun = "uri"
    if (method["name"] == "web-download") != ("uri" in method):
        raise InvalidField(noun, "it goes with web-download, and with nothing else")
    stores = () if body.get("all_stores") else body.get("stores", ())
    wanted = Import(method["name"], method.get("uri", ""), tuple(stores))
    synnefo_image.begin_import(context, image_id, wanted)
