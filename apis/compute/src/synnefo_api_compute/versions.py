# SPDX-License-Identifier: Apache-2.0
"""Which versions are spoken, and the documents that tell clients so."""

from __future__ import annotations

from typing import Any

from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import MicroversionRange
from synnefo_core.wsgi.microversions import text

PREFIX = "/compute/v2.1"

RANGE = MicroversionRange(
    service="compute",
    minimum=(2, 1),
    maximum=(2, 1),
    legacy_header="X-OpenStack-Nova-API-Version",
)


def _document(base: str) -> dict[str, Any]:
    return {
        "id": "v2.1",
        "status": "CURRENT",
        "version": text(RANGE.maximum),
        "min_version": text(RANGE.minimum),
        "updated": "2013-07-23T11:33:21Z",
        "links": [{"rel": "self", "href": f"{base}{PREFIX}/"}],
    }


def choices(base: str) -> tuple[int, Any]:
    """Return the document of ``GET /compute``."""
    return 200, {"versions": [_document(base)]}


def show(context: RequestContext) -> dict[str, Any]:
    """Return the document of ``GET /compute/v2.1``."""
    media = {"base": "application/json", "type": "application/vnd.openstack.compute+json"}
    document = _document(context.cloud.public_url)
    return {
        "version": {**document, "media-types": [{**media, "type": f"{media['type']};version=2.1"}]}
    }
