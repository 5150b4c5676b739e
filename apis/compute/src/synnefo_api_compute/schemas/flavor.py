# SPDX-License-Identifier: Apache-2.0
"""What requests about flavors look like."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from synnefo_api_compute.schemas.query import NUMBER, strict
from synnefo_api_compute.versions import FLAVOR_DESCRIPTION, RANGE


def _count(minimum: int) -> dict[str, Any]:
    return {
        "type": ["integer", "string"],
        "pattern": "^[0-9]{1,9}$",
        "minimum": minimum,
        "maximum": 2**31 - 1,
    }


_NEW: dict[str, Any] = {
    "name": {"type": "string", "minLength": 1, "maxLength": 255, "pattern": r"\S"},
    "id": {
        "type": ["string", "integer", "null"],
        "pattern": r"^[a-zA-Z0-9._ -]{1,64}$",
        "minimum": 0,
    },
    "vcpus": _count(1),
    "ram": _count(1),
    "disk": _count(0),
    "OS-FLV-EXT-DATA:ephemeral": {"enum": [0, "0"]},
    "swap": {"enum": [0, "0", ""]},
    "rxtx_factor": {"enum": [1, 1.0, "1", "1.0"]},
    "os-flavor-access:is_public": {"type": "boolean"},
}

_DESCRIPTION: dict[str, Any] = {
    "description": {
        "type": ["string", "null"],
        "maxLength": 65535,
        "pattern": r"^[^\u0000-\u0008\u000b\u000c\u000e-\u001f]*$",
    }
}

_SORT_KEYS = [
    "created_at",
    "description",
    "disabled",
    "ephemeral_gb",
    "flavorid",
    "id",
    "is_public",
    "memory_mb",
    "name",
    "root_gb",
    "rxtx_factor",
    "swap",
    "updated_at",
    "vcpu_weight",
    "vcpus",
]


def _flavor(properties: Mapping[str, Any], *required: str) -> dict[str, Any]:
    flavor = {
        "type": "object",
        "properties": properties,
        "required": list(required),
        "additionalProperties": False,
    }
    return {
        "type": "object",
        "properties": {"flavor": flavor},
        "required": ["flavor"],
        "additionalProperties": False,
    }


_REQUIRED = ("name", "vcpus", "ram", "disk")

CREATE = {
    RANGE.minimum: _flavor(_NEW, *_REQUIRED),
    FLAVOR_DESCRIPTION: _flavor(_NEW | _DESCRIPTION, *_REQUIRED),
}

UPDATE = _flavor(_DESCRIPTION, "description")

LIST = strict(
    {
        "limit": NUMBER,
        "minDisk": NUMBER,
        "minRam": NUMBER,
        "marker": {"type": "string", "maxLength": 64},
        "is_public": {"type": "string"},
        "sort_key": {"enum": _SORT_KEYS},
        "sort_dir": {"enum": ["asc", "desc"]},
    }
)

_TENANT: dict[str, Any] = {
    "type": "object",
    "properties": {"tenant": {"type": "string", "minLength": 1, "maxLength": 255}},
    "required": ["tenant"],
    "additionalProperties": False,
}

ACTION: dict[str, Any] = {
    "type": "object",
    "properties": {"addTenantAccess": _TENANT, "removeTenantAccess": _TENANT},
    "minProperties": 1,
    "maxProperties": 1,
    "additionalProperties": False,
}

_SPECS: dict[str, Any] = {
    "type": "object",
    "propertyNames": {"pattern": r"^[a-zA-Z0-9-_:. ]{1,255}$"},
    "additionalProperties": {"type": ["string", "number"], "maxLength": 255},
}

SPECS: dict[str, Any] = {
    "type": "object",
    "properties": {"extra_specs": _SPECS},
    "required": ["extra_specs"],
    "additionalProperties": False,
}

SPEC: dict[str, Any] = {**_SPECS, "minProperties": 1, "maxProperties": 1}
