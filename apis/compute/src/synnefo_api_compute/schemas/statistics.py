# SPDX-License-Identifier: Apache-2.0
"""What queries for counts look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.schemas.query import NUMBER, WORD

DETAIL: dict[str, Any] = {
    "type": "object",
    "properties": {"backend": {"type": "string", "minLength": 1, "maxLength": 255}},
}

OF_SERVER: dict[str, Any] = {
    "type": "object",
    "properties": {"metric": WORD, "since": WORD, "step": NUMBER},
    "additionalProperties": False,
}
