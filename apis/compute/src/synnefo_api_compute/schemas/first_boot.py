# SPDX-License-Identifier: Apache-2.0
"""What requests about the first boot of a guest look like."""

from __future__ import annotations

from typing import Any

MOST_USER_DATA = 65535

USER_DATA: dict[str, Any] = {"type": "string", "maxLength": MOST_USER_DATA}

PERSONALITY: dict[str, Any] = {
    "type": "array",
    "items": {
        "type": "object",
        "properties": {"path": {"type": "string"}, "contents": {"type": "string"}},
        "additionalProperties": False,
    },
}

YES = ("True", "TRUE", "true", "1", "ON", "On", "on", "YES", "Yes", "yes")
NO = ("False", "FALSE", "false", "0", "OFF", "Off", "off", "NO", "No", "no")

CONFIG_DRIVE: dict[str, Any] = {"enum": [True, *YES, False, *NO]}
"""Nova's words for true and false."""
