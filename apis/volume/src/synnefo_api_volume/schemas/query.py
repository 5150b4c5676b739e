# SPDX-License-Identifier: Apache-2.0
"""What queries have in common."""

from __future__ import annotations

from typing import Any

NUMBER: dict[str, Any] = {"type": "string", "pattern": "^[0-9]{1,9}$"}
WORD: dict[str, Any] = {"type": "string", "maxLength": 255}
TEXT: dict[str, Any] = {"type": "string", "maxLength": 4096}

PAGE: dict[str, Any] = {
    "limit": NUMBER,
    "offset": NUMBER,
    "marker": WORD,
    "sort": WORD,
    "sort_key": WORD,
    "sort_dir": {"enum": ["asc", "desc"]},
}
"""The parameters of every list."""


def of(properties: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of a query; what Cinder does not know it ignores, as this does."""
    return {"type": "object", "properties": properties}
