# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries of networks."""

from synnefo_api_network.filters import NETWORK
from synnefo_api_network.schemas import types

SHOW = types.SHOW
LIST = types.filtered(NETWORK, status=types.texts())

_CHANGEABLE = {
    "name": types.NAME,
    "description": types.NAME,
    "admin_state_up": types.BOOLEAN,
    "shared": types.BOOLEAN,
    "router:external": types.BOOLEAN,
    "port_security_enabled": types.BOOLEAN,
    "mtu": types.number(minimum=0, maximum=65535),
}

CREATE = types.one_or_many(
    "network",
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

UPDATE = types.one("network", _CHANGEABLE)

AVAILABILITY = {
    "type": "object",
    "properties": {"network_id": types.texts()},
    "additionalProperties": False,
}
