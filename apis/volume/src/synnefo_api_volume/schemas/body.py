# SPDX-License-Identifier: Apache-2.0
"""What bodies have in common."""

from __future__ import annotations

from typing import Any

NAME: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"\S"}
ID: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 64}
TEXT: dict[str, Any] = {"type": ["string", "null"], "maxLength": 255}
LONG_TEXT: dict[str, Any] = {"type": ["string", "null"], "maxLength": 65535}
FLAG: dict[str, Any] = {
    "type": ["boolean", "string"],
    "pattern": "^(?i:0|1|f|t|false|true|off|on|n|y|no|yes)$",
}

SPECS: dict[str, Any] = {
    "type": "object",
    "propertyNames": {"pattern": r"^[a-zA-Z0-9_:. -]{1,255}$"},
    "additionalProperties": {"type": ["string", "null"], "maxLength": 255},
    "maxProperties": 128,
}
"""Words with values, of types and of quality of service."""


def of(noun: str, properties: dict[str, Any], *required: str) -> dict[str, Any]:
    """Return the schema of ``{noun: {…}}`` with these properties and no others."""
    inner = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return whole(noun, inner)


def whole(noun: str, inner: dict[str, Any]) -> dict[str, Any]:
    """Return the schema of ``{noun: …}`` and nothing else."""
    return {
        "type": "object",
        "properties": {noun: inner},
        "required": [noun],
        "additionalProperties": False,
    }


def is_set(value: object) -> bool:
    """Return whether a :data:`FLAG` says yes."""
    return str(value).lower() in ("1", "t", "true", "on", "y", "yes")


OVERRIDE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "os-reset_status": {
            "type": "object",
            "properties": {"status": {"type": "string", "minLength": 1, "maxLength": 32}},
            "required": ["status"],
            "additionalProperties": False,
        },
        "os-force_delete": {"type": ["object", "null"], "maxProperties": 0},
    },
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}
"""What administrators do to things against what these say of themselves."""
