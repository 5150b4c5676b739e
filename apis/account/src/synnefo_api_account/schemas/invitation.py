# SPDX-License-Identifier: Apache-2.0
"""What requests about invitations look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_account.schemas.registration import EMAIL

SEND: dict[str, Any] = {
    "type": "object",
    "properties": {"email": EMAIL, "name": {"type": "string", "maxLength": 80}},
    "required": ["email"],
    "additionalProperties": False,
}
