# SPDX-License-Identifier: Apache-2.0
"""What requests about users look like."""

from __future__ import annotations

from typing import Any

import synnefo_identity

QUERY: dict[str, Any] = {
    "type": "object",
    "properties": {
        "status": {"type": "string", "enum": [*synnefo_identity.accounts.State]},
        "email": {"type": "string", "maxLength": 254},
        "limit": {"type": "string", "pattern": "^[0-9]{1,4}$"},
        "marker": {"type": "string", "maxLength": 64},
    },
    "additionalProperties": False,
}

_WHY: dict[str, Any] = {
    "type": ["object", "null", "string"],
    "properties": {"reason": {"type": "string", "maxLength": 4096}},
    "additionalProperties": False,
}

ACTION: dict[str, Any] = {
    "type": "object",
    "properties": {"accept": _WHY, "reject": _WHY, "activate": _WHY, "deactivate": _WHY},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}
"""One action; the original's clients say ``""`` where there is no reason."""
