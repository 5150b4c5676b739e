# SPDX-License-Identifier: Apache-2.0
"""The body of an import, and the documents that Glance publishes of tasks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_image import METHODS

IMPORT = {
    "type": "object",
    "properties": {
        "method": {
            "type": "object",
            "properties": {
                "name": {"enum": list(METHODS)},
                "uri": {"type": "string", "minLength": 1, "maxLength": 2048},
            },
            "required": ["name"],
            "additionalProperties": False,
        },
        "stores": {
            "type": "array",
            "items": {"type": "string", "maxLength": 255},
            "minItems": 1,
            "maxItems": 64,
        },
        "all_stores": {"type": "boolean"},
        "all_stores_must_succeed": {"type": "boolean"},
    },
    "required": ["method"],
    "additionalProperties": False,
}

LIST = {
    "type": "object",
    "properties": {"limit": {"type": "string", "pattern": "^[0-9]{1,9}$"}},
}

_TEXTS = ("id", "type", "owner", "message", "created_at", "updated_at", "self", "schema")

DOCUMENT: Mapping[str, Any] = {
    "name": "task",
    "properties": {
        **{name: {"type": "string"} for name in _TEXTS},
        "status": {"type": "string", "enum": ["pending", "processing", "success", "failure"]},
        "input": {"type": ["null", "object"]},
        "result": {"type": ["null", "object"]},
    },
}

LIST_DOCUMENT: Mapping[str, Any] = {
    "name": "tasks",
    "properties": {
        "tasks": {"type": "array", "items": DOCUMENT},
        "first": {"type": "string"},
        "next": {"type": "string"},
        "schema": {"type": "string"},
    },
    "links": [
        {"rel": "first", "href": "{first}"},
        {"rel": "next", "href": "{next}"},
        {"rel": "describedby", "href": "{schema}"},
    ],
}
