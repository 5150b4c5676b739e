# SPDX-License-Identifier: Apache-2.0
"""What requests of version 2.0 look like, where that is not version 2.1's."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.schemas.first_boot import PERSONALITY
from synnefo_api_compute.schemas.server import CREATE as NEW, NAME
from synnefo_api_compute.versions import RANGE
from synnefo_compute import FIREWALL_PROFILES
from synnefo_core.wsgi.validation import Schema

LIST: dict[str, Any] = {
    "type": "object",
    "properties": {"changes-since": {"type": "string", "maxLength": 64}},
}

_SERVER: dict[str, Any] = NEW[RANGE.minimum]["properties"]["server"]

_FILE: dict[str, Any] = PERSONALITY["items"]

_USER_NAME: dict[str, Any] = {"type": "string", "maxLength": 32}

_OWNED_FILES: dict[str, Any] = {
    **PERSONALITY,
    "items": {
        **_FILE,
        "properties": {
            **_FILE["properties"],
            "owner": _USER_NAME,
            "group": _USER_NAME,
            "mode": {"type": "integer", "minimum": 0, "maximum": 0o7777},
        },
    },
}

KEY_NAMES = "SNF:key_names"

CREATE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "server": {
            **_SERVER,
            "properties": {
                **_SERVER["properties"],
                KEY_NAMES: {
                    "type": "array",
                    "items": {"type": "string", "maxLength": 255},
                    "maxItems": 1,
                },
                "personality": _OWNED_FILES,
                "project": {"type": "string", "maxLength": 64},
                "shared_to_project": {"type": "boolean"},
            },
        }
    },
    "required": ["server"],
    "additionalProperties": False,
}

RENAME: dict[str, Any] = {
    "type": "object",
    "properties": {
        "server": {
            "type": "object",
            "properties": {"name": NAME},
            "required": ["name"],
            "additionalProperties": False,
        }
    },
    "required": ["server"],
    "additionalProperties": False,
}

FIREWALL = Schema(
    {
        "type": "object",
        "properties": {
            "profile": {"enum": list(FIREWALL_PROFILES)},
            "nic": {"type": "string", "minLength": 1, "maxLength": 64},
        },
        "required": ["profile", "nic"],
        "additionalProperties": False,
    }
)

REASSIGN = Schema(
    {
        "type": "object",
        "properties": {
            "project": {"type": "string", "minLength": 1, "maxLength": 64},
            "shared_to_project": {"type": "boolean"},
        },
        "required": ["project"],
        "additionalProperties": False,
    }
)
