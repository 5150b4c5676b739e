# SPDX-License-Identifier: Apache-2.0
"""What requests about keypairs look like."""

from __future__ import annotations

from typing import Any

CREATE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "keypair": {
            "type": "object",
            "properties": {
                "name": {"type": "string", "pattern": r"^[a-zA-Z0-9_. @-]{1,255}$"},
                "public_key": {"type": "string", "minLength": 1, "maxLength": 16384},
            },
            "required": ["name"],
            "additionalProperties": False,
        }
    },
    "required": ["keypair"],
    "additionalProperties": False,
}

LIST: dict[str, Any] = {
    "type": "object",
    "properties": {
        "limit": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        "marker": {"type": "string", "maxLength": 255},
    },
}
