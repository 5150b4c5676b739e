# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries of security groups and their rules."""

from synnefo_api_network.filters import SECURITY_GROUP, SECURITY_RULE
from synnefo_api_network.schemas import types

SHOW = types.SHOW
LIST = types.filtered(SECURITY_GROUP)
LIST_RULES = types.filtered(SECURITY_RULE)

_CHANGEABLE = {"name": types.NAME, "description": types.NAME, "stateful": types.BOOLEAN}
_OWNER = {"tenant_id": types.PROJECT, "project_id": types.PROJECT}

CREATE = types.one_or_many(
    "security_group",
    {"type": "object", "properties": {**_CHANGEABLE, **_OWNER}, "additionalProperties": False},
)

UPDATE = types.one("security_group", _CHANGEABLE)

_OPTIONAL_ID = {"type": ["string", "null"], "minLength": 1, "maxLength": 64}
_PORT = {"type": ["integer", "string", "null"], "maxLength": 6}

CREATE_RULE = types.one_or_many(
    "security_group_rule",
    {
        "type": "object",
        "properties": {
            **_OWNER,
            "security_group_id": types.ID,
            "direction": {"enum": ["ingress", "egress"]},
            "ethertype": {"type": "string", "pattern": "^[Ii][Pp][vV][46]$"},
            "protocol": {"type": ["string", "integer", "null"], "maxLength": 32},
            "port_range_min": _PORT,
            "port_range_max": _PORT,
            "remote_group_id": _OPTIONAL_ID,
            "remote_ip_prefix": {"type": ["string", "null"], "maxLength": 64},
            "remote_address_group_id": {"type": "null"},
            "description": types.NAME,
        },
        "required": ["security_group_id", "direction"],
        "additionalProperties": False,
    },
)
