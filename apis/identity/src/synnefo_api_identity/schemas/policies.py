# SPDX-License-Identifier: Apache-2.0
"""Bodies about policy documents; attributes that are not listed are kept as they are."""

from synnefo_api_identity.schemas.values import NAME, TEXT

_POLICY = {
    "type": "object",
    "properties": {"type": NAME, "blob": {**TEXT, "maxLength": 262144}},
    "maxProperties": 64,
}

CREATE = {
    "type": "object",
    "properties": {"policy": {**_POLICY, "required": ["type", "blob"]}},
    "required": ["policy"],
    "additionalProperties": False,
}

UPDATE = {
    "type": "object",
    "properties": {"policy": {**_POLICY, "minProperties": 1}},
    "required": ["policy"],
    "additionalProperties": False,
}

LIST = {"type": "object", "properties": {"type": TEXT}}
