# SPDX-License-Identifier: Apache-2.0
"""Bodies about groups; attributes that are not listed are kept as they are."""

from synnefo_api_identity.schemas.values import DESCRIPTION, ID, NAME_OF_64, PAGE

_PROPERTIES = {"name": NAME_OF_64, "domain_id": ID, "description": DESCRIPTION}

_GROUP = {"type": "object", "properties": _PROPERTIES, "maxProperties": 64}

CREATE = {
    "type": "object",
    "properties": {"group": {**_GROUP, "required": ["name"]}},
    "required": ["group"],
    "additionalProperties": False,
}

UPDATE = {
    "type": "object",
    "properties": {"group": {**_GROUP, "minProperties": 1}},
    "required": ["group"],
    "additionalProperties": False,
}

LIST = {"type": "object", "properties": {**PAGE, "domain_id": ID}}
