# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries of subnet pools and address scopes."""

from synnefo_api_network import filters
from synnefo_api_network.schemas import types

FIELDS: filters.Fields = filters.TAGGED | {
    "ip_version": filters.Field("ip_version", filters.number),
    "min_prefixlen": filters.Field("min_length", filters.number),
    "max_prefixlen": filters.Field("max_length", filters.number),
    "default_prefixlen": filters.Field("default_length", filters.number),
    "shared": filters.Field("is_shared", filters.truth),
    "is_default": filters.Field("is_default", filters.truth),
    "address_scope_id": filters.Field("scope_id", is_sortable=False),
}
SCOPE_FIELDS: filters.Fields = {
    "id": filters.Field("id"),
    "name": filters.Field("name"),
    "tenant_id": filters.Field("project_id"),
    "project_id": filters.Field("project_id"),
    "ip_version": filters.Field("ip_version", filters.number),
    "shared": filters.Field("is_shared", filters.truth),
}

SHOW = types.SHOW
LIST = types.filtered(FIELDS)
LIST_SCOPES = types.filtered(SCOPE_FIELDS)

_PREFIXES = {
    "type": "array",
    "items": {"type": "string", "maxLength": 64},
    "minItems": 1,
    "maxItems": 256,
}
_LENGTH = types.number(minimum=0, maximum=128)
_QUOTA = {"anyOf": [{"type": "integer", "minimum": 0, "maximum": 2**62}, {"type": "null"}]}

_CHANGEABLE = {
    "name": types.NAME,
    "description": types.NAME,
    "prefixes": _PREFIXES,
    "min_prefixlen": _LENGTH,
    "max_prefixlen": _LENGTH,
    "default_prefixlen": _LENGTH,
    "default_quota": _QUOTA,
    "is_default": types.BOOLEAN,
    "address_scope_id": {"type": ["string", "null"], "maxLength": 64},
}

CREATE = types.one_or_many(
    "subnetpool",
    {
        "type": "object",
        "properties": {
            **_CHANGEABLE,
            "shared": types.BOOLEAN,
            "tenant_id": types.PROJECT,
            "project_id": types.PROJECT,
        },
        "required": ["prefixes"],
        "additionalProperties": False,
    },
)

UPDATE = types.one("subnetpool", _CHANGEABLE)

PREFIXES = {
    "type": "object",
    "properties": {"prefixes": _PREFIXES},
    "required": ["prefixes"],
    "additionalProperties": False,
}

CREATE_SCOPE = types.one_or_many(
    "address_scope",
    {
        "type": "object",
        "properties": {
            "name": types.NAME,
            "ip_version": {"enum": [4, 6, "4", "6"]},
            "shared": types.BOOLEAN,
            "tenant_id": types.PROJECT,
            "project_id": types.PROJECT,
        },
        "additionalProperties": False,
    },
)

UPDATE_SCOPE = types.one("address_scope", {"name": types.NAME, "shared": {"const": True}})
