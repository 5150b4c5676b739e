# SPDX-License-Identifier: Apache-2.0
"""Bodies about floating IPs."""

from typing import Any

_ADDRESS = {"type": "string", "minLength": 1, "maxLength": 64}

CREATE: dict[str, Any] = {
    "type": "object",
    "properties": {"pool": {"type": ["string", "null"], "maxLength": 255}},
    "additionalProperties": False,
}

ATTACH: dict[str, Any] = {
    "type": "object",
    "properties": {"address": _ADDRESS, "fixed_address": _ADDRESS},
    "required": ["address"],
    "additionalProperties": False,
}

DETACH: dict[str, Any] = {
    "type": "object",
    "properties": {"address": _ADDRESS},
    "required": ["address"],
    "additionalProperties": False,
}
