# SPDX-License-Identifier: Apache-2.0
"""Which versions are spoken, and the documents that tell clients so."""

from __future__ import annotations

from typing import Any

from synnefo_core.context import RequestContext

PREFIX = "/image/v2"

_NEWEST_MINOR = 9
_LEFT_OUT = (8,)  # several stores
"""Of v2.0 to v2.9 what asks for parts that are not here."""


def _documents(base: str) -> list[dict[str, Any]]:
    links = [{"rel": "self", "href": f"{base}{PREFIX}/"}]
    return [
        {
            "id": f"v2.{minor}",
            "status": "CURRENT" if minor == _NEWEST_MINOR else "SUPPORTED",
            "links": links,
        }
        for minor in range(_NEWEST_MINOR, -1, -1)
        if minor not in _LEFT_OUT
    ]


def choices(base: str) -> tuple[int, Any]:
    """Return the document of ``GET /image``."""
    return 300, {"versions": _documents(base)}


def list_all(base: str) -> tuple[int, Any]:
    """Return the document of ``GET /image/versions``."""
    return 200, {"versions": _documents(base)}


def show(context: RequestContext) -> dict[str, Any]:
    """Return the document of ``GET /image/v2/``."""
    return {"versions": _documents(context.cloud.public_url)}
