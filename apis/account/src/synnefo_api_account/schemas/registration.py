# SPDX-License-Identifier: Apache-2.0
"""What requests about registrations look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_account.schemas.terms import VERSION

EMAIL: dict[str, Any] = {"type": "string", "minLength": 3, "maxLength": 254}
NAME: dict[str, Any] = {"type": "string", "maxLength": 255}
PASSWORD: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 4096}
SECRET: dict[str, Any] = {"type": "string", "minLength": 1, "maxLength": 255}

CREATE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "email": EMAIL,
        "password": PASSWORD,
        "first_name": NAME,
        "last_name": NAME,
        "terms_version": VERSION,
        "invitation": SECRET,
    },
    "required": ["email", "password"],
    "additionalProperties": False,
}

REMIND: dict[str, Any] = {
    "type": "object",
    "properties": {"email": EMAIL},
    "required": ["email"],
    "additionalProperties": False,
}

VERIFY: dict[str, Any] = {
    "type": "object",
    "properties": {"token": SECRET},
    "required": ["token"],
    "additionalProperties": False,
}

ACTION: dict[str, Any] = {
    "type": "object",
    "properties": {"verify": {}, "send": {}},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}
