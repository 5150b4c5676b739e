# SPDX-License-Identifier: Apache-2.0
"""What requests about one's own account look like."""

from __future__ import annotations

from typing import Any

from synnefo_api_account.schemas.registration import EMAIL, NAME, PASSWORD, SECRET

UPDATE: dict[str, Any] = {
    "type": "object",
    "properties": {"first_name": NAME, "last_name": NAME},
    "minProperties": 1,
    "additionalProperties": False,
}

ACTION: dict[str, Any] = {
    "type": "object",
    "properties": {"renewToken": {}},
    "required": ["renewToken"],
    "additionalProperties": False,
}

MOVE: dict[str, Any] = {
    "type": "object",
    "properties": {"email": EMAIL, "password": PASSWORD},
    "required": ["email"],
    "additionalProperties": False,
}

RESET: dict[str, Any] = {
    "type": "object",
    "properties": {"token": SECRET, "password": PASSWORD},
    "required": ["token", "password"],
    "additionalProperties": False,
}

PROJECT: dict[str, Any] = {
    "type": "object",
    "properties": {"project_id": {"type": "string", "minLength": 1, "maxLength": 64}},
    "required": ["project_id"],
    "additionalProperties": False,
}

FEEDBACK: dict[str, Any] = {
    "type": "object",
    "properties": {
        "feedback_msg": {"type": "string", "minLength": 1, "maxLength": 16384},
        "feedback_data": {"type": ["string", "null"], "maxLength": 65536},
    },
    "required": ["feedback_msg"],
    "additionalProperties": False,
}

CATALOG: dict[str, Any] = {
    "type": "object",
    "properties": {
        "uuids": {"type": ["array", "null"], "items": SECRET, "maxItems": 1000},
        "displaynames": {"type": ["array", "null"], "items": SECRET, "maxItems": 1000},
    },
    "additionalProperties": False,
}
