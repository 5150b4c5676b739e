# SPDX-License-Identifier: Apache-2.0
"""Bodies of members, and the documents that Glance publishes of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import synnefo_image

_PROJECT = {"type": "string", "minLength": 1, "maxLength": 64}
_STATUS = {"type": "string", "enum": list(synnefo_image.states.ANSWERS)}

ADD = {
    "type": "object",
    "properties": {"member": _PROJECT},
    "required": ["member"],
    "additionalProperties": False,
}

ANSWER = {
    "type": "object",
    "properties": {"status": _STATUS},
    "required": ["status"],
    "additionalProperties": False,
}

DOCUMENT: Mapping[str, Any] = {
    "name": "member",
    "properties": {
        "created_at": {"type": "string", "description": "When it was shared"},
        "image_id": {"type": "string", "description": "An identifier of the image"},
        "member_id": {**_PROJECT, "description": "The project that it is shared with"},
        "schema": {"type": "string", "readOnly": True},
        "status": {**_STATUS, "description": "What the project makes of it"},
        "updated_at": {"type": "string", "description": "When its status last changed"},
    },
}

LIST_DOCUMENT: Mapping[str, Any] = {
    "name": "members",
    "properties": {
        "members": {"type": "array", "items": DOCUMENT},
        "schema": {"type": "string"},
    },
    "links": [{"rel": "describedby", "href": "{schema}"}],
}
