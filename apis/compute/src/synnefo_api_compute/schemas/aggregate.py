# SPDX-License-Identifier: Apache-2.0
"""What requests about host aggregates look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.schemas.server import NAME

_ZONE: dict[str, Any] = {"type": ["string", "null"], "minLength": 1, "maxLength": 255}
_PROPERTIES: dict[str, Any] = {"name": NAME, "availability_zone": _ZONE}


def _of(name: str, content: dict[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {name: content},
        "required": [name],
        "additionalProperties": False,
    }


CREATE = _of(
    "aggregate",
    {
        "type": "object",
        "properties": _PROPERTIES,
        "required": ["name"],
        "additionalProperties": False,
    },
)

UPDATE = _of(
    "aggregate",
    {
        "type": "object",
        "properties": _PROPERTIES,
        "minProperties": 1,
        "additionalProperties": False,
    },
)

_HOST = _of("host", {"type": "string", "minLength": 1, "maxLength": 255})
_METADATA = _of(
    "metadata",
    {
        "type": "object",
        "patternProperties": {
            "^[a-zA-Z0-9-_:. ]{1,255}$": {"type": ["string", "null"], "maxLength": 255}
        },
        "additionalProperties": False,
    },
)

ACTION: dict[str, Any] = {
    "type": "object",
    "properties": {"add_host": _HOST, "remove_host": _HOST, "set_metadata": _METADATA},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}

IMAGES = _of(
    "cache",
    {
        "type": "array",
        "items": _of("id", {"type": "string", "format": "uuid"}),
        "minItems": 1,
        "maxItems": 64,
    },
)
