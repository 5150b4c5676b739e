# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries of ports."""

from synnefo_api_network.filters import PORT
from synnefo_api_network.schemas import types

SHOW = types.SHOW
LIST = types.filtered(PORT, fixed_ips=types.texts(), security_groups=types.texts())

_FIXED_IP = {
    "type": "object",
    "properties": {"subnet_id": types.ID, "ip_address": types.IP},
    "minProperties": 1,
    "additionalProperties": False,
}

_PAIR = {
    "type": "object",
    "properties": {"ip_address": types.IP, "mac_address": types.MAC},
    "required": ["ip_address"],
    "additionalProperties": False,
}

_PAIRS = {"type": "array", "items": _PAIR, "maxItems": 10}

_DHCP_OPTION = {
    "type": "object",
    "properties": {
        "opt_name": {"type": "string", "minLength": 1, "maxLength": 64},
        "opt_value": {"type": ["string", "null"], "minLength": 1, "maxLength": 255},
        "ip_version": {"enum": [4, 6, "4", "6"]},
    },
    "required": ["opt_name", "opt_value"],
    "additionalProperties": False,
}

_CHANGEABLE = {
    "name": types.NAME,
    "description": types.NAME,
    "admin_state_up": types.BOOLEAN,
    "device_id": types.NAME,
    "device_owner": types.NAME,
    "fixed_ips": {"type": "array", "items": _FIXED_IP, "maxItems": 16},
    "port_security_enabled": types.BOOLEAN,
    "security_groups": {"type": "array", "items": types.ID, "maxItems": 100},
    "allowed_address_pairs": _PAIRS,
    "dns_name": types.NAME,
    "dns_domain": types.NAME,
    "extra_dhcp_opts": {"type": "array", "items": _DHCP_OPTION, "maxItems": 100},
    # Nothing else can be asked for, but clients say it.
    "qos_policy_id": {"type": "null"},
    "device_profile": {"type": "null"},
    "binding:vnic_type": {"const": "normal"},
    "binding:host_id": {"enum": ["", None]},
    "binding:profile": {"type": ["object", "null"], "maxProperties": 0},
}

CREATE = types.one_or_many(
    "port",
    {
        "type": "object",
        "properties": {
            **_CHANGEABLE,
            "network_id": types.ID,
            "mac_address": types.MAC,
            "tenant_id": types.PROJECT,
            "project_id": types.PROJECT,
        },
        "required": ["network_id"],
        "additionalProperties": False,
    },
)

UPDATE = types.one("port", _CHANGEABLE)

PAIRS = {
    "type": "object",
    "properties": {
        "port": {
            "type": "object",
            "properties": {"allowed_address_pairs": _PAIRS},
            "required": ["allowed_address_pairs"],
            "additionalProperties": False,
        }
    },
    "required": ["port"],
    "additionalProperties": False,
}
