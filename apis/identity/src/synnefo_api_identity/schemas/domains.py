# SPDX-License-Identifier: Apache-2.0
"""Bodies about domains; attributes that are not listed are kept as they are."""

from synnefo_api_identity.schemas.values import (
    DESCRIPTION,
    FLAG,
    NAME_OF_64,
    NOTHING_YET,
    PAGE,
)

_PROPERTIES = {
    "name": NAME_OF_64,
    "description": DESCRIPTION,
    "enabled": FLAG,
    "tags": {"type": "array", "maxItems": 0},
    "options": NOTHING_YET,
}

_DOMAIN = {"type": "object", "properties": _PROPERTIES, "maxProperties": 64}

CREATE = {
    "type": "object",
    "properties": {
        "domain": {
            **_DOMAIN,
            "properties": {
                **_PROPERTIES,
                "explicit_domain_id": {
                    "type": "string",
                    "maxLength": 64,
                    "pattern": "^[a-zA-Z0-9-]+\\Z",
                },
            },
            "required": ["name"],
        }
    },
    "required": ["domain"],
    "additionalProperties": False,
}

UPDATE = {
    "type": "object",
    "properties": {"domain": {**_DOMAIN, "minProperties": 1}},
    "required": ["domain"],
    "additionalProperties": False,
}

LIST = {"type": "object", "properties": {**PAGE, "enabled": {"type": "string"}}}
