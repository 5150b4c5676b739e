# SPDX-License-Identifier: Apache-2.0
"""What requests about quality of service specs look like."""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume.schemas import body, query

_CONSUMER: dict[str, Any] = {"enum": list(synnefo_volume.CONSUMERS)}

CREATE = body.whole(
    "qos_specs",
    {**body.SPECS, "properties": {"name": body.NAME, "consumer": _CONSUMER}, "required": ["name"]},
)

UPDATE = body.whole(
    "qos_specs", {**body.SPECS, "properties": {"consumer": _CONSUMER}, "minProperties": 1}
)

KEYS = body.whole("keys", {"type": "array", "items": {"type": "string", "maxLength": 255}})

LIST = query.of(query.PAGE)
DELETE = query.of({"force": query.WORD})
TYPE = {**query.of({"vol_type_id": query.WORD}), "required": ["vol_type_id"]}
