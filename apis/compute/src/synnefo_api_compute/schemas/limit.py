# SPDX-License-Identifier: Apache-2.0
"""What queries for limits look like."""

from __future__ import annotations

from typing import Any

SHOW: dict[str, Any] = {
    "type": "object",
    "properties": {
        "tenant_id": {"type": "string", "maxLength": 255},
        "reserved": {"type": "string", "maxLength": 16},
    },
}
