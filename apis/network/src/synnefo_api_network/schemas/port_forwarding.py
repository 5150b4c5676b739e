# SPDX-License-Identifier: Apache-2.0
"""Bodies and queries of port forwardings."""

from synnefo_api_network import filters
from synnefo_api_network.schemas import types

FIELDS: filters.Fields = {
    "id": filters.Field("id"),
    "protocol": filters.Field("protocol", str.lower),
    "external_port": filters.Field("outside_first", filters.number),
    "internal_port": filters.Field("inside_first", filters.number),
    "internal_port_id": filters.Field("port_id"),
    "internal_ip_address": filters.Field("fixed_ip"),
    "description": filters.Field("description", is_sortable=False),
}

SHOW = types.SHOW
LIST = types.filtered(FIELDS)

_RANGE = {"type": "string", "pattern": "^[0-9]{1,5}(:[0-9]{1,5})?$"}

_CHANGEABLE = {
    "protocol": {"type": "string", "maxLength": 8},
    "internal_port_id": types.ID,
    "internal_ip_address": {"type": "string", "minLength": 1, "maxLength": 64},
    "internal_port": types.number(minimum=1, maximum=65535),
    "internal_port_range": _RANGE,
    "external_port": types.number(minimum=1, maximum=65535),
    "external_port_range": _RANGE,
    "description": types.NAME,
}

UPDATE = types.one("port_forwarding", _CHANGEABLE)

CREATE = types.one("port_forwarding", _CHANGEABLE, required=("protocol", "internal_port_id"))
