# SPDX-License-Identifier: Apache-2.0
"""Bodies about projects; attributes that are not listed are kept as they are."""

from synnefo_api_identity.schemas.values import (
    DESCRIPTION,
    FLAG,
    ID,
    NAME_OF_64,
    NOTHING_YET,
    OPTIONAL_ID,
    PAGE,
    TEXT,
)

TAG = {**TEXT, "minLength": 1, "maxLength": 255, "pattern": "^[^,/\\x00\\ud800-\\udfff]*$"}

_TAGS = {"type": "array", "items": TAG, "maxItems": 80, "uniqueItems": True}

_PROPERTIES = {
    "name": NAME_OF_64,
    "domain_id": OPTIONAL_ID,
    "parent_id": OPTIONAL_ID,
    "is_domain": FLAG,
    "description": DESCRIPTION,
    "enabled": FLAG,
    "tags": _TAGS,
    "options": NOTHING_YET,
}

_PROJECT = {"type": "object", "properties": _PROPERTIES, "maxProperties": 64}

CREATE = {
    "type": "object",
    "properties": {"project": {**_PROJECT, "required": ["name"]}},
    "required": ["project"],
    "additionalProperties": False,
}

UPDATE = {
    "type": "object",
    "properties": {"project": {**_PROJECT, "minProperties": 1}},
    "required": ["project"],
    "additionalProperties": False,
}

LIST = {
    "type": "object",
    "properties": {
        **PAGE,
        "domain_id": ID,
        "parent_id": ID,
        "is_domain": TEXT,
        "enabled": {"type": "string"},
    },
}

TAGS = {
    "type": "object",
    "properties": {"tags": _TAGS},
    "required": ["tags"],
    "additionalProperties": False,
}
