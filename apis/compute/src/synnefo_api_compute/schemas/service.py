# SPDX-License-Identifier: Apache-2.0
"""What queries for services look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.schemas.action import TRUTH
from synnefo_api_compute.schemas.query import WORD, strict
from synnefo_api_compute.versions import FORCED_DOWN, RANGE, SERVICE_IDS

LIST = strict({"host": WORD, "binary": WORD})

_NAME: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255}
_REASON: dict[str, Any] = {"disabled_reason": _NAME}
_FORCED: dict[str, Any] = {"forced_down": TRUTH}


def _update(properties: dict[str, Any], *required: str) -> dict[str, Any]:
    return {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }


_NAMED = {"host": _NAME, "binary": _NAME, **_REASON}

UPDATE = {
    RANGE.minimum: _update(_NAMED, "host", "binary"),
    FORCED_DOWN: _update(_NAMED | _FORCED, "host", "binary"),
    SERVICE_IDS: _update({"status": {"enum": ["enabled", "disabled"]}, **_REASON, **_FORCED}),
}
