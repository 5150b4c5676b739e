# SPDX-License-Identifier: Apache-2.0
"""What requests about users look like."""

from __future__ import annotations

from typing import Any

import synnefo_identity
from synnefo_api_account.schemas.profile import PROJECT
from synnefo_api_account.schemas.registration import EMAIL, NAME, PASSWORD

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

CREATE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "user": {
            "type": "object",
            "properties": {
                "email": EMAIL,
                "password": PASSWORD,
                "first_name": NAME,
                "last_name": NAME,
            },
            "required": ["email"],
            "additionalProperties": False,
        }
    },
    "required": ["user"],
    "additionalProperties": False,
}

UPDATE: dict[str, Any] = {
    "type": "object",
    "properties": {
        "user": {
            "type": "object",
            "properties": {
                "email": EMAIL,
                "password": PASSWORD,
                "first_name": NAME,
                "last_name": NAME,
            },
            "additionalProperties": False,
        }
    },
    "required": ["user"],
    "additionalProperties": False,
}

ACTION: dict[str, Any] = {
    "type": "object",
    "properties": {
        "accept": _WHY,
        "reject": _WHY,
        "activate": _WHY,
        "deactivate": _WHY,
        "renewToken": _WHY,
        "signTerms": _WHY,
        "setDefaultProject": PROJECT,
    },
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}
"""One action; the original's clients say ``""`` where there is no reason."""
