# SPDX-License-Identifier: Apache-2.0
"""What requests about quotas look like."""

from __future__ import annotations

from typing import Any

NAMES = (
    "cores",
    "fixed_ips",
    "floating_ips",
    "injected_file_content_bytes",
    "injected_file_path_bytes",
    "injected_files",
    "instances",
    "key_pairs",
    "metadata_items",
    "ram",
    "security_group_rules",
    "security_groups",
    "server_group_members",
    "server_groups",
)

_LIMIT: dict[str, Any] = {
    "type": ["integer", "string"],
    "pattern": "^(-1|[0-9]{1,9})$",
    "minimum": -1,
    "maximum": 2**31 - 1,
}

_FLAGS = ("0", "1", "f", "t", "false", "true", "off", "on", "n", "y", "no", "yes")

_FLAG: dict[str, Any] = {
    "type": ["boolean", "string"],
    "pattern": f"^(?i:{'|'.join(_FLAGS)})$",
}

UPDATE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "quota_set": {
            "type": "object",
            "properties": {**dict.fromkeys(NAMES, _LIMIT), "force": _FLAG},
            "additionalProperties": False,
        }
    },
    "required": ["quota_set"],
    "additionalProperties": False,
}

QUERY: dict[str, Any] = {
    "type": "object",
    "properties": {"user_id": {"type": "string", "maxLength": 255}},
}
