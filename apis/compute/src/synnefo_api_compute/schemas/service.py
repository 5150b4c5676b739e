# SPDX-License-Identifier: Apache-2.0
"""What queries for services look like."""

from __future__ import annotations

from typing import Any

LIST: dict[str, Any] = {
    "type": "object",
    "properties": {
        "host": {"type": "string", "maxLength": 255},
        "binary": {"type": "string", "maxLength": 255},
    },
}
