# SPDX-License-Identifier: Apache-2.0
"""What the cloud itself does with ports: each is its device's, and goes only with it."""

from __future__ import annotations

from synnefo_core.context import RequestContext
from synnefo_network.errors import PortInUse, PortWithheld
from synnefo_network.models import PortRow

OWN = "network:"
"""How the kinds of devices begin that are the cloud's own."""

ROUTER_INTERFACE = "network:router_interface"
ROUTER_GATEWAY = "network:router_gateway"
FLOATING_IP = "network:floatingip"
RESERVED = "network:reserved"

_MANAGED = frozenset({ROUTER_INTERFACE, ROUTER_GATEWAY, FLOATING_IP, RESERVED})


def require_unmanaged(row: PortRow) -> None:
    """Refuse to touch a port that is part of a router or of a floating IP, or reserves addresses.

    Raises:
        PortInUse: It is one.
    """
    if row.device_id and row.device_owner in _MANAGED:
        raise PortInUse(row.id, row.device_id)


def require_not_withheld(context: RequestContext, row: PortRow) -> None:
    """Refuse what the project of a withheld device would do to its port.

    Raises:
        PortWithheld: It is one, and the caller no administrator.
    """
    if row.is_withheld and not context.is_admin:
        raise PortWithheld(row.id)
