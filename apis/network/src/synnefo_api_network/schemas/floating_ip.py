# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries of floating IPs."""

from synnefo_api_network import filters
from synnefo_api_network.schemas import types

FIELDS: filters.Fields = {
    **{name: field for name, field in filters.OWNED.items() if name != "name"},
    **filters.TAGS,
    "floating_network_id": filters.Field("network_id"),
    "floating_ip_address": filters.Field("ip"),
    "port_id": filters.Field("port_id"),
    "fixed_ip_address": filters.Field("fixed_ip"),
    "router_id": filters.Field("router_id"),
    "status": filters.Field("status", is_sortable=False),
    "dns_name": filters.Field("dns_name", str.lower, is_sortable=False),
    "dns_domain": filters.Field("dns_domain", str.lower, is_sortable=False),
}

SHOW = types.SHOW
LIST = types.filtered(FIELDS)

_PORT = {"type": ["string", "null"], "minLength": 1, "maxLength": 64}
_ADDRESS = {"type": ["string", "null"], "maxLength": 64}

_CHANGEABLE = {
    "description": types.NAME,
    "port_id": _PORT,
    "fixed_ip_address": _ADDRESS,
}

CREATE = types.one_or_many(
    "floatingip",
    {
        "type": "object",
        "properties": {
            **_CHANGEABLE,
            "floating_network_id": types.ID,
            "floating_ip_address": _ADDRESS,
            "subnet_id": _PORT,
            "dns_name": types.NAME,
            "dns_domain": types.NAME,
            "tenant_id": types.PROJECT,
            "project_id": types.PROJECT,
        },
        "additionalProperties": False,
    },
)

UPDATE = types.one("floatingip", _CHANGEABLE)
