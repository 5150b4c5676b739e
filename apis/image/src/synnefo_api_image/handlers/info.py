# SPDX-License-Identifier: Apache-2.0
"""How images come in, and where they lie. Source: OpenStack Image API v2, "Discovery"."""

from __future__ import annotations

from typing import Any

import synnefo_image
from synnefo_core.context import RequestContext


def methods(context: RequestContext) -> dict[str, Any]:
    """Show the methods of import."""
    del context
    said = "Import methods available."
    return {
        "import-methods": {
            "description": said,
            "type": "array",
            "value": list(synnefo_image.METHODS),
        }
    }


def stores(context: RequestContext) -> dict[str, Any]:
    """Show the store to which new images go."""
    return {"stores": [{"id": context.cloud.stores()[0], "default": "true"}]}
