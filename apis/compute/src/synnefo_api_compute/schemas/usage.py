# SPDX-License-Identifier: Apache-2.0
"""What queries for usage look like."""

from __future__ import annotations

from typing import Any

SHOW: dict[str, Any] = {
    "type": "object",
    "properties": {
        "detailed": {"type": "string", "maxLength": 16},
        "end": {"type": "string", "maxLength": 64},
        "limit": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        "marker": {"type": "string", "maxLength": 255},
        "start": {"type": "string", "maxLength": 64},
    },
}
