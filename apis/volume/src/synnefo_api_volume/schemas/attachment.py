# SPDX-License-Identifier: Apache-2.0
"""What requests about attachments look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume.schemas import body, query
from synnefo_api_volume.schemas.volume import FILTERS
from synnefo_api_volume.versions import ATTACH_MODE, RANGE

_CONNECTOR: dict[str, Any] = {"type": ["object", "null"], "maxProperties": 64}
_NEW: dict[str, Any] = {
    "volume_uuid": body.ID,
    "instance_uuid": {"type": ["string", "null"], "maxLength": 64},
    "connector": _CONNECTOR,
}

CREATE = {
    RANGE.minimum: body.of("attachment", _NEW, "volume_uuid"),
    ATTACH_MODE: body.of("attachment", {**_NEW, "mode": {"enum": ["rw", "ro"]}}, "volume_uuid"),
}

UPDATE = body.of(
    "attachment",
    {"connector": {"type": "object", "minProperties": 1, "maxProperties": 64}},
    "connector",
)

COMPLETE: dict[str, Any] = {
    "type": "object",
    "properties": {"os-complete": {"type": ["object", "null"], "maxProperties": 0}},
    "required": ["os-complete"],
    "additionalProperties": False,
}

LIST = query.of({**FILTERS, "volume_id": query.WORD, "instance_id": query.WORD})
