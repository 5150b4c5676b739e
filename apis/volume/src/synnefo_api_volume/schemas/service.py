# SPDX-License-Identifier: Apache-2.0
"""What requests about services and pools look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_volume.schemas import body, query

LIST = query.of({"host": query.WORD, "binary": query.WORD})
FILTERS = query.of({"resource": query.WORD})
POOLS = query.of({"detail": query.WORD})

UPDATE: dict[str, Any] = {
    "type": "object",
    "properties": {"host": body.NAME, "binary": body.NAME, "disabled_reason": body.NAME},
    "required": ["host", "binary"],
}
