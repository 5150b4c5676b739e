# SPDX-License-Identifier: Apache-2.0
"""What queries for counts look like."""

from __future__ import annotations

from typing import Any

DETAIL: dict[str, Any] = {
    "type": "object",
    "properties": {"backend": {"type": "string", "minLength": 1, "maxLength": 255}},
}
