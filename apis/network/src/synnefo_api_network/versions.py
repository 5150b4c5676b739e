# SPDX-License-Identifier: Apache-2.0
"""Which version is spoken, and the documents that tell clients so."""

from __future__ import annotations

from typing import Any

from synnefo_core.context import RequestContext

BASE = "/network"
PREFIX = f"{BASE}/v2.0"

RESOURCES = (
    "network",
    "subnet",
    "port",
    "router",
    "floatingip",
    "security_group",
    "security_group_rule",
    "extension",
    "quota",
)


def choices(base: str) -> tuple[int, Any]:
    """Return the document of ``GET /network``."""
    links = [{"rel": "self", "href": f"{base}{PREFIX}/"}]
    return 200, {"versions": [{"id": "v2.0", "status": "CURRENT", "links": links}]}


def show(context: RequestContext) -> dict[str, Any]:
    """Return the document of ``GET /network/v2.0/``: the collections that there are."""
    base = context.cloud.public_url + PREFIX
    return {
        "resources": [
            {
                "name": name,
                "collection": f"{name}s",
                "links": [{"rel": "self", "href": f"{base}/{name.replace('_', '-')}s"}],
            }
            for name in RESOURCES
        ]
    }
