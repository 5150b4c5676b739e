# SPDX-License-Identifier: Apache-2.0
"""The versions of an object: JSON or XML."""

from __future__ import annotations

import json
from collections.abc import Sequence

from webob import Request

from synnefo_api_object_store.parameters import parameters
from synnefo_core.contracts.api import Reply


def versions(request: Request, found: Sequence[tuple[int, float]]) -> Reply:
    """Show numbers of versions and when they were made."""
    if parameters(request).get("format") == "xml":
        items = "".join(f'<version timestamp="{at:.6f}">{number}</version>' for number, at in found)
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<object>{items}</object>'
        return Reply(body.encode(), 200, {}, "application/xml; charset=utf-8")
    shown = {"versions": [list(version) for version in found]}
    return Reply(json.dumps(shown).encode(), 200, {}, "application/json; charset=utf-8")
