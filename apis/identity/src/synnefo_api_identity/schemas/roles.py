# SPDX-License-Identifier: Apache-2.0
"""Bodies about roles and the query for assignments."""

from synnefo_api_identity.schemas.values import DESCRIPTION, NAME, NOTHING_YET, PAGE, TEXT

_PROPERTIES = {
    "name": NAME,
    "domain_id": {"type": "null"},
    "description": DESCRIPTION,
    "options": NOTHING_YET,
}

_ROLE = {"type": "object", "properties": _PROPERTIES, "maxProperties": 64}

CREATE = {
    "type": "object",
    "properties": {"role": {**_ROLE, "required": ["name"]}},
    "required": ["role"],
    "additionalProperties": False,
}

UPDATE = {
    "type": "object",
    "properties": {"role": {**_ROLE, "minProperties": 1}},
    "required": ["role"],
    "additionalProperties": False,
}

LIST = {"type": "object", "properties": PAGE}

ASSIGNMENTS = {
    "type": "object",
    "properties": dict.fromkeys(
        (
            "user.id",
            "group.id",
            "role.id",
            "scope.project.id",
            "scope.domain.id",
            "scope.system",
            "scope.OS-INHERIT:inherited_to",
            "effective",
            "include_names",
            "include_subtree",
        ),
        TEXT,
    ),
}
