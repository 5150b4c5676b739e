# SPDX-License-Identifier: Apache-2.0
"""What requests about servers look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_api_compute.schemas.first_boot import CONFIG_DRIVE, PERSONALITY, USER_DATA
from synnefo_api_compute.schemas.metadata import METADATA
from synnefo_api_compute.versions import DESCRIPTION, RANGE

NAME: dict[str, Any] = {
    "type": "string",
    "minLength": 1,
    "maxLength": 255,
    # Neither only blanks nor control characters.
    "pattern": r"^[^\u0000-\u001f]*[^\s\u0000-\u001f][^\u0000-\u001f]*$",
}

COUNT: dict[str, Any] = {"type": ["integer", "string"], "pattern": "^[0-9]{1,9}$", "minimum": 1}

NETWORK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "uuid": {"type": "string", "format": "uuid"},
        "port": {"type": ["string", "null"], "format": "uuid"},
        "fixed_ip": {"type": "string", "anyOf": [{"format": "ipv4"}, {"format": "ipv6"}]},
        "tag": {"type": "string"},
    },
    "additionalProperties": False,
}

DETAILS: dict[str, Any] = {
    "name": NAME,
    "accessIPv4": {"type": "string", "format": "ipv4"},
    "accessIPv6": {"type": "string", "format": "ipv6"},
    "OS-DCF:diskConfig": {"enum": ["AUTO", "MANUAL"]},
}
"""What can be said of a server when it is made, and said anew later."""

DESCRIBED: dict[str, Any] = {
    "description": {
        "type": ["string", "null"],
        "maxLength": 255,
        "pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f]*$",
    }
}
"""What can be said too since 2.19."""

UNBUILT = {
    "block_device_mapping",
    "return_reservation_id",
}
"""Fields of a new server that Nova knows and this cloud does not do yet."""

_SERVERS: dict[str, Any] = {
    "oneOf": [
        {"type": "string", "format": "uuid"},
        {"type": "array", "items": {"type": "string", "format": "uuid"}, "maxItems": 64},
    ]
}

HINTS: dict[str, Any] = {
    "type": "object",
    "properties": {
        "group": {"type": "string", "format": "uuid"},
        "same_host": _SERVERS,
        "different_host": _SERVERS,
    },
}
"""What is asked of the place of a server; as in Nova, hints that nobody knows mean nothing."""

DEVICE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "uuid": {"type": "string", "format": "uuid"},
        "source_type": {"enum": ["image", "volume", "snapshot", "blank"]},
        "destination_type": {"enum": ["local", "volume"]},
        "boot_index": {"type": ["integer", "string", "null"], "pattern": "^-?[0-9]+$"},
        "delete_on_termination": {"type": "boolean"},
        "volume_size": {"type": ["integer", "string"], "pattern": "^[0-9]+$"},
        "device_name": {"type": ["string", "null"]},
        "disk_bus": {"type": ["string", "null"]},
        "device_type": {"type": ["string", "null"]},
        "guest_format": {"type": ["string", "null"]},
        "no_device": {},
        "tag": {"type": "string"},
        "volume_type": {"type": ["string", "null"]},
    },
    "additionalProperties": False,
}

_NEW: dict[str, Any] = {
    **DETAILS,
    "adminPass": {"type": "string", "minLength": 1, "maxLength": 255},
    "config_drive": CONFIG_DRIVE,
    "personality": PERSONALITY,
    "user_data": USER_DATA,
    "flavorRef": {"type": ["string"], "minLength": 1, "maxLength": 255},
    "imageRef": {"type": ["string", "null"], "maxLength": 255},
    "key_name": {"type": ["string", "null"], "maxLength": 255},
    "metadata": METADATA,
    "block_device_mapping_v2": {"type": "array", "items": DEVICE, "maxItems": 64},
    "networks": {"type": "array", "items": NETWORK, "maxItems": 16},
    "security_groups": {
        "type": "array",
        "items": {
            "type": "object",
            "properties": {"name": {"enum": ["default"]}},
            "additionalProperties": False,
        },
    },
    "availability_zone": {"type": "string", "minLength": 1, "maxLength": 255},
    "min_count": COUNT,
    "max_count": COUNT,
    **{name: {} for name in sorted(UNBUILT)},
}


def _create(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "server": {
                "type": "object",
                "properties": properties,
                "required": ["name", "flavorRef"],
                "additionalProperties": False,
            },
            "os:scheduler_hints": HINTS,
            "OS-SCH-HNT:scheduler_hints": HINTS,
        },
        "required": ["server"],
        "additionalProperties": False,
    }


def _update(properties: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": {
            "server": {"type": "object", "properties": properties, "additionalProperties": False}
        },
        "required": ["server"],
        "additionalProperties": False,
    }


CREATE = {
    RANGE.minimum: _create(_NEW),
    DESCRIPTION: _create(_NEW | DESCRIBED),
}

UPDATE = {
    RANGE.minimum: _update(DETAILS),
    DESCRIPTION: _update(DETAILS | DESCRIBED),
}

LIST: dict[str, Any] = {
    "type": "object",
    "properties": {
        "limit": {"type": "string", "pattern": "^[0-9]{1,9}$"},
        "marker": {"type": "string", "maxLength": 255},
        "sort_dir": {"type": "array", "items": {"enum": ["asc", "desc"]}},
        "sort_key": {"type": "array", "items": {"type": "string"}, "maxItems": 32},
        "status": {"type": "array", "items": {"type": "string"}, "maxItems": 32},
    },
}
