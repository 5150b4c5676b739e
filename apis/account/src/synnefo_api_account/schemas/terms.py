# SPDX-License-Identifier: Apache-2.0
"""What requests about the terms of use look like."""

from __future__ import annotations

from typing import Any

VERSION: dict[str, Any] = {"type": "integer", "minimum": 1, "maximum": 2**31 - 1}

PUBLISH: dict[str, Any] = {
    "type": "object",
    "properties": {"location": {"type": "string", "minLength": 1, "maxLength": 2048}},
    "required": ["location"],
    "additionalProperties": False,
}

AGREE: dict[str, Any] = {
    "type": "object",
    "properties": {"version": VERSION},
    "required": ["version"],
    "additionalProperties": False,
}
