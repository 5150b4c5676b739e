# SPDX-License-Identifier: Apache-2.0
"""Bodies about regions, services and endpoints; attributes that are not listed are kept."""

from synnefo_api_identity.schemas.values import DESCRIPTION, FLAG, ID, NAME, TEXT

_REGION_ID = {**TEXT, "minLength": 1, "maxLength": 255}
_OPTIONAL_REGION = {**_REGION_ID, "type": ["string", "null"]}

_REGION = {
    "type": "object",
    "properties": {
        "id": {**_REGION_ID, "type": ["string", "null"]},
        "description": DESCRIPTION,
        "parent_region_id": _OPTIONAL_REGION,
    },
    "maxProperties": 64,
}

REGION_CREATE = {
    "type": "object",
    "properties": {"region": _REGION},
    "required": ["region"],
    "additionalProperties": False,
}

REGION_UPDATE = {
    "type": "object",
    "properties": {"region": {**_REGION, "minProperties": 1}},
    "required": ["region"],
    "additionalProperties": False,
}

REGIONS = {"type": "object", "properties": {"parent_region_id": _REGION_ID}}

_SERVICE = {
    "type": "object",
    "properties": {
        "type": NAME,
        "name": {**TEXT, "maxLength": 255},
        "description": DESCRIPTION,
        "enabled": FLAG,
    },
    "maxProperties": 64,
}

SERVICE_CREATE = {
    "type": "object",
    "properties": {"service": {**_SERVICE, "required": ["type"]}},
    "required": ["service"],
    "additionalProperties": False,
}

SERVICE_UPDATE = {
    "type": "object",
    "properties": {"service": {**_SERVICE, "minProperties": 1}},
    "required": ["service"],
    "additionalProperties": False,
}

SERVICES = {"type": "object", "properties": {"type": TEXT, "name": TEXT}}

_ENDPOINT = {
    "type": "object",
    "properties": {
        "service_id": ID,
        "interface": {"enum": ["public", "internal", "admin"]},
        "region_id": _OPTIONAL_REGION,
        "region": _OPTIONAL_REGION,
        "url": {
            "type": "string",
            "maxLength": 2048,
            "pattern": r"^[A-Za-z][A-Za-z0-9+.-]*:[^\x00-\x20\ud800-\udfff]+\Z",
        },
        "enabled": FLAG,
    },
    "maxProperties": 64,
}

ENDPOINT_CREATE = {
    "type": "object",
    "properties": {"endpoint": {**_ENDPOINT, "required": ["service_id", "interface", "url"]}},
    "required": ["endpoint"],
    "additionalProperties": False,
}

ENDPOINT_UPDATE = {
    "type": "object",
    "properties": {"endpoint": {**_ENDPOINT, "minProperties": 1}},
    "required": ["endpoint"],
    "additionalProperties": False,
}

ENDPOINTS = {
    "type": "object",
    "properties": {
        "interface": TEXT,
        "service_id": TEXT,
        "region_id": TEXT,
        "region": TEXT,
    },
}
