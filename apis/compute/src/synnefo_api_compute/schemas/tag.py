# SPDX-License-Identifier: Apache-2.0
"""What requests about tags look like."""

from __future__ import annotations

from typing import Any

from synnefo_compute import MOST_TAGS
from synnefo_core.wsgi.validation import Schema

_TAG: dict[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 60,
    "pattern": "^[^,/]*$",
}

TAG = Schema(_TAG)
"""A tag in a path."""

ALL: dict[str, Any] = {
    "type": "object",
    "properties": {"tags": {"type": "array", "items": _TAG, "maxItems": MOST_TAGS}},
    "required": ["tags"],
    "additionalProperties": False,
}
