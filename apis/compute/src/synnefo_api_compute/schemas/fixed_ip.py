# SPDX-License-Identifier: Apache-2.0
"""Bodies about further addresses of servers."""

from typing import Any

ADD: dict[str, Any] = {
    "type": "object",
    "properties": {"networkId": {"type": "string", "minLength": 1, "maxLength": 64}},
    "required": ["networkId"],
    "additionalProperties": False,
}

REMOVE: dict[str, Any] = {
    "type": "object",
    "properties": {"address": {"type": "string", "minLength": 1, "maxLength": 64}},
    "required": ["address"],
    "additionalProperties": False,
}
