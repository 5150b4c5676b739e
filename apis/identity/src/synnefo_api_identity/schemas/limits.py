# SPDX-License-Identifier: Apache-2.0
"""Bodies about unified limits, and queries for them."""

from synnefo_api_identity.schemas.values import ID, TEXT

_AMOUNT = {"type": "integer", "minimum": -1, "maximum": 2**63 - 1}

_LIMIT = {
    "type": "object",
    "properties": {
        "service_id": ID,
        "project_id": ID,
        "region_id": {"type": "null"},
        "domain_id": {"type": "null"},
        "resource_name": {**TEXT, "minLength": 1, "maxLength": 255},
        "resource_limit": _AMOUNT,
        "description": {"enum": [None, ""]},
    },
    "required": ["service_id", "project_id", "resource_name", "resource_limit"],
    "additionalProperties": False,
}

CREATE = {
    "type": "object",
    "properties": {
        "limits": {"type": "array", "items": _LIMIT, "minItems": 1, "maxItems": 100},
    },
    "required": ["limits"],
    "additionalProperties": False,
}

UPDATE = {
    "type": "object",
    "properties": {
        "limit": {
            "type": "object",
            "properties": {"resource_limit": _AMOUNT},
            "required": ["resource_limit"],
            "additionalProperties": False,
        }
    },
    "required": ["limit"],
    "additionalProperties": False,
}

_FILTERS = {"service_id": TEXT, "region_id": TEXT, "resource_name": TEXT}

REGISTERED = {"type": "object", "properties": _FILTERS}

LIST = {"type": "object", "properties": {**_FILTERS, "project_id": TEXT, "domain_id": TEXT}}
