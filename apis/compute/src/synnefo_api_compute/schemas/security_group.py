# SPDX-License-Identifier: Apache-2.0
"""Bodies of security groups, as Nova passed them on before 2.36."""

from typing import Any

_NAME = {"type": "string", "minLength": 1, "maxLength": 255}
_TEXT = {"type": ["string", "null"], "maxLength": 255}
_ID = {"type": ["string", "null"], "maxLength": 64}
_PORT = {"type": ["integer", "string", "null"], "maxLength": 6}

NAMED: dict[str, Any] = {
    "type": "object",
    "properties": {"name": _NAME},
    "required": ["name"],
    "additionalProperties": False,
}
"""A group for a server or none."""


def _one(noun: str, properties: dict[str, Any], *required: str) -> dict[str, Any]:
    inner = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {noun: inner},
        "required": [noun],
        "additionalProperties": False,
    }


GROUP = _one("security_group", {"name": _NAME, "description": _TEXT}, "name")
RULE = _one(
    "security_group_rule",
    {
        "parent_group_id": {"type": "string", "minLength": 1, "maxLength": 64},
        "ip_protocol": {"type": ["string", "null"], "maxLength": 32},
        "from_port": _PORT,
        "to_port": _PORT,
        "cidr": {"type": ["string", "null"], "maxLength": 64},
        "group_id": _ID,
    },
    "parent_group_id",
)
