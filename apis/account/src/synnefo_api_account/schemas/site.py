# SPDX-License-Identifier: Apache-2.0
"""What requests around logins look like."""

from __future__ import annotations

from typing import Any

_TARGET: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 2048}

DEPART: dict[str, Any] = {
    "type": "object",
    "properties": {"next": _TARGET, "force": {"type": "string"}, "renew": {"type": "string"}},
    "required": ["next"],
    "additionalProperties": False,
}

ARRIVE: dict[str, Any] = {
    "type": "object",
    "properties": {"next": _TARGET, "renew": {"type": "boolean"}},
    "required": ["next"],
    "additionalProperties": False,
}
