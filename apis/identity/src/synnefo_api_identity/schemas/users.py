# SPDX-License-Identifier: Apache-2.0
"""Bodies about users; attributes that are not listed are kept as they are."""

from synnefo_api_identity.schemas.values import (
    DESCRIPTION,
    FLAG,
    ID,
    NAME,
    NOTHING_YET,
    OPTIONAL_ID,
    PAGE,
    PASSWORD,
    SHORT,
)

_PROPERTIES = {
    "name": NAME,
    "domain_id": ID,
    "default_project_id": OPTIONAL_ID,
    "email": SHORT,
    "description": DESCRIPTION,
    "enabled": FLAG,
    "password": {**PASSWORD, "type": ["string", "null"]},
    "options": NOTHING_YET,
}

_USER = {"type": "object", "properties": _PROPERTIES, "maxProperties": 64}

CREATE = {
    "type": "object",
    "properties": {"user": {**_USER, "required": ["name"]}},
    "required": ["user"],
    "additionalProperties": False,
}

UPDATE = {
    "type": "object",
    "properties": {"user": {**_USER, "minProperties": 1}},
    "required": ["user"],
    "additionalProperties": False,
}

PASSWORD_CHANGE = {
    "type": "object",
    "properties": {
        "user": {
            "type": "object",
            "properties": {"original_password": PASSWORD, "password": PASSWORD},
            "required": ["original_password", "password"],
            "additionalProperties": False,
        }
    },
    "required": ["user"],
    "additionalProperties": False,
}

LIST = {"type": "object", "properties": {**PAGE, "domain_id": ID, "enabled": {"type": "string"}}}
