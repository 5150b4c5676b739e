# SPDX-License-Identifier: Apache-2.0
"""What requests about commissions look like."""

from __future__ import annotations

from typing import Any

PROJECT = r"^project:[A-Za-z0-9-]{1,64}$"
SERIAL: dict[str, Any] = {"type": "integer", "minimum": 0, "maximum": 2**63 - 1}

PROVISION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "holder": {"type": "string", "pattern": r"^(user|project):[A-Za-z0-9-]{1,64}$"},
        "source": {"type": ["string", "null"], "pattern": PROJECT},
        "resource": {"type": "string", "minLength": 1, "maxLength": 255},
        "quantity": {"type": "integer", "minimum": -(2**62), "maximum": 2**62},
    },
    "required": ["holder", "resource", "quantity"],
    "additionalProperties": False,
}

ISSUE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "name": {"type": ["string", "null"], "maxLength": 255},
        "key": {"type": ["string", "null"], "maxLength": 255},
        "force": {"type": "boolean"},
        "auto_accept": {"type": "boolean"},
        "provisions": {"type": "array", "items": PROVISION, "maxItems": 1000},
    },
    "required": ["provisions"],
    "additionalProperties": False,
}

RESOLVE: dict[str, Any] = {
    "type": "object",
    "properties": {"accept": {}, "reject": {}},
    "minProperties": 1,
    "additionalProperties": False,
}

RESOLVE_MANY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "accept": {"type": "array", "items": SERIAL, "maxItems": 1000},
        "reject": {"type": "array", "items": SERIAL, "maxItems": 1000},
    },
    "additionalProperties": False,
}
