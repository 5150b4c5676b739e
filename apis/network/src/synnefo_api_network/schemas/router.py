# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries of routers."""

from synnefo_api_network import filters
from synnefo_api_network.schemas import types

FIELDS: filters.Fields = filters.TAGGED | {
    "admin_state_up": filters.Field("is_admin_up", filters.truth),
    "status": filters.Field("status", is_sortable=False),
}

SHOW = types.SHOW
LIST = types.filtered(FIELDS)

_FIXED_IP = {
    "type": "object",
    "properties": {"subnet_id": types.ID, "ip_address": types.IP},
    "minProperties": 1,
    "additionalProperties": False,
}

_GATEWAY = {
    "type": ["object", "null"],
    "properties": {
        "network_id": types.ID,
        "enable_snat": types.BOOLEAN,
        "external_fixed_ips": {"type": "array", "items": _FIXED_IP, "maxItems": 16},
    },
    "additionalProperties": False,
    "dependentRequired": {
        "enable_snat": ["network_id"],
        "external_fixed_ips": ["network_id"],
    },
}

_ROUTE = {
    "type": "object",
    "properties": {"destination": {"type": "string", "maxLength": 64}, "nexthop": types.IP},
    "required": ["destination", "nexthop"],
    "additionalProperties": False,
}
_ROUTE_LIST = {"type": "array", "items": _ROUTE, "maxItems": 64}

_CHANGEABLE = {
    "name": types.NAME,
    "description": types.NAME,
    "admin_state_up": types.BOOLEAN,
    "external_gateway_info": _GATEWAY,
    # There is one kind of router, but clients say which they want.
    "distributed": {"const": False},
    "ha": {"const": False},
}

CREATE = types.one_or_many(
    "router",
    {
        "type": "object",
        "properties": {
            **_CHANGEABLE,
            "tenant_id": types.PROJECT,
            "project_id": types.PROJECT,
            "availability_zone_hints": {"type": "array", "maxItems": 0},
        },
        "additionalProperties": False,
    },
)

UPDATE = types.one(
    "router",
    {**_CHANGEABLE, "routes": {"anyOf": [_ROUTE_LIST, {"type": "null"}]}},
)

INTERFACE = {
    "type": "object",
    "properties": {"subnet_id": types.ID, "port_id": types.ID},
    "additionalProperties": False,
}

EXTRA_ROUTES = {
    "type": "object",
    "properties": {
        "router": {
            "type": "object",
            "properties": {"routes": _ROUTE_LIST},
            "required": ["routes"],
            "additionalProperties": False,
        }
    },
    "required": ["router"],
    "additionalProperties": False,
}
