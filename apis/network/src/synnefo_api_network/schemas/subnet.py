# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries of subnets."""

from synnefo_api_network.filters import SUBNET
from synnefo_api_network.schemas import types

SHOW = types.SHOW
LIST = types.filtered(SUBNET)

_POOL = {
    "type": "object",
    "properties": {"start": types.IP, "end": types.IP},
    "required": ["start", "end"],
    "additionalProperties": False,
}
_ROUTE = {
    "type": "object",
    "properties": {"destination": {"type": "string", "maxLength": 64}, "nexthop": types.IP},
    "required": ["destination", "nexthop"],
    "additionalProperties": False,
}
_MODE = {"enum": ["slaac", "dhcpv6-stateful", "dhcpv6-stateless", None]}

_CHANGEABLE = {
    "name": types.NAME,
    "description": types.NAME,
    "gateway_ip": {"type": ["string", "null"], "maxLength": 64},
    "allocation_pools": {"type": "array", "items": _POOL, "maxItems": 64},
    "enable_dhcp": types.BOOLEAN,
    "dns_nameservers": {"type": "array", "items": types.IP, "maxItems": 16},
    "host_routes": {"type": "array", "items": _ROUTE, "maxItems": 64},
}

CREATE = types.one_or_many(
    "subnet",
    {
        "type": "object",
        "properties": {
            **_CHANGEABLE,
            "network_id": types.ID,
            "cidr": {"type": ["string", "null"], "maxLength": 64},
            "ip_version": {"enum": [4, 6, "4", "6"]},
            "tenant_id": types.PROJECT,
            "project_id": types.PROJECT,
            "ipv6_ra_mode": _MODE,
            "ipv6_address_mode": _MODE,
            "subnetpool_id": {"type": ["string", "null"], "minLength": 1, "maxLength": 64},
            "use_default_subnetpool": types.BOOLEAN,
            "prefixlen": types.number(minimum=0, maximum=128),
        },
        "required": ["network_id", "ip_version"],
        "additionalProperties": False,
    },
)

UPDATE = types.one("subnet", _CHANGEABLE)
