# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries of networks."""

from synnefo_api_network.filters import NETWORK, PROVIDER
from synnefo_api_network.schemas import types

SHOW = types.SHOW
LIST = types.filtered({**NETWORK, **PROVIDER}, status=types.texts())

_CHANGEABLE = {
    "name": types.NAME,
    "description": types.NAME,
    "admin_state_up": types.BOOLEAN,
    "shared": types.BOOLEAN,
    "router:external": types.BOOLEAN,
    "port_security_enabled": types.BOOLEAN,
    "mtu": types.number(minimum=0, maximum=65535),
    "is_default": types.BOOLEAN,
    "SNF:drained": types.BOOLEAN,
    "dns_domain": types.NAME,
}
_WORD = {"type": ["string", "null"], "maxLength": 64}

CREATE = types.one_or_many(
    "network",
    {
        "type": "object",
        "properties": {
            **_CHANGEABLE,
            "tenant_id": types.PROJECT,
            "project_id": types.PROJECT,
            "provider:network_type": _WORD,
            "provider:physical_network": _WORD,
            "provider:segmentation_id": {
                "anyOf": [types.number(minimum=0, maximum=2**31 - 1), {"type": "null"}]
            },
            "availability_zone_hints": {
                "type": "array",
                "items": {"type": "string", "minLength": 1, "maxLength": 255},
                "maxItems": 100,
            },
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
