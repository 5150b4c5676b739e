# SPDX-License-Identifier: Apache-2.0
"""Which versions are spoken, and the documents that tell clients so."""

from __future__ import annotations

from typing import Any

from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import MicroversionRange
from synnefo_core.wsgi.microversions import text

PREFIX = "/volume/v3"

# The first microversion with each thing in which the versions differ here.
DEFAULT_TYPES = (3, 62)
NEWEST = (3, 70)

RANGE = MicroversionRange(service="volume", minimum=(3, 0), maximum=NEWEST)


def _document(base: str) -> dict[str, Any]:
    return {
        "id": "v3.0",
        "status": "CURRENT",
        "version": text(RANGE.maximum),
        "min_version": text(RANGE.minimum),
        "updated": "2023-08-31T00:00:00Z",
        "links": [
            {
                "rel": "describedby",
                "type": "text/html",
                "href": "https://docs.openstack.org/api-ref/block-storage/",
            },
            {"rel": "self", "href": f"{base}{PREFIX}/"},
        ],
        "media-types": [
            {
                "base": "application/json",
                "type": "application/vnd.openstack.volume+json;version=3",
            }
        ],
    }


def choices(base: str) -> tuple[int, Any]:
    """Return the document of ``GET /volume``."""
    return 300, {"versions": [_document(base)]}


def show(context: RequestContext) -> dict[str, Any]:
    """Return the document of ``GET /volume/v3/``."""
    return {"versions": [_document(context.cloud.public_url)]}
