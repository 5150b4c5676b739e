# SPDX-License-Identifier: Apache-2.0
"""Networks, subnets and ports.

Upper rooms use :func:`plug`, :func:`settle`, :func:`unplug` and :func:`ports_of`; faces the rest.
"""

from synnefo_network.errors import AmbiguousNetwork, NoAddressLeft
from synnefo_network.interfaces import add_interface, remove_interface
from synnefo_network.networks import (
    PRIVATE_NETWORKS,
    NetworkChanges,
    create_network,
    delete_network,
    list_networks,
    show_network,
    update_network,
)
from synnefo_network.plugged import ports_of, ports_of_one
from synnefo_network.plugging import devices_with_address, plug, settle, unplug
from synnefo_network.ports import (
    PortChanges,
    create_port,
    delete_port,
    list_ports,
    show_port,
    update_port,
)
from synnefo_network.router_values import (
    Gateway,
    GatewaySpec,
    Interface,
    Router,
    RouterChanges,
    RouterSpec,
)
from synnefo_network.routers import (
    ROUTERS,
    add_routes,
    create_router,
    delete_router,
    list_routers,
    remove_routes,
    show_router,
    update_router,
)
from synnefo_network.subnets import (
    SubnetChanges,
    create_subnet,
    delete_subnet,
    list_subnets,
    show_subnet,
    update_subnet,
)
from synnefo_network.values import (
    FIRST_ADDRESS,
    FixedIp,
    FixedIpRequest,
    Listing,
    Network,
    NetworkSpec,
    PlugRequest,
    Port,
    PortSpec,
    Subnet,
    SubnetSpec,
)

__all__ = [
    "FIRST_ADDRESS",
    "PRIVATE_NETWORKS",
    "ROUTERS",
    "AmbiguousNetwork",
    "FixedIp",
    "FixedIpRequest",
    "Gateway",
    "GatewaySpec",
    "Interface",
    "Listing",
    "Network",
    "NetworkChanges",
    "NetworkSpec",
    "NoAddressLeft",
    "PlugRequest",
    "Port",
    "PortChanges",
    "PortSpec",
    "Router",
    "RouterChanges",
    "RouterSpec",
    "Subnet",
    "SubnetChanges",
    "SubnetSpec",
    "add_interface",
    "add_routes",
    "create_network",
    "create_port",
    "create_router",
    "create_subnet",
    "delete_network",
    "delete_port",
    "delete_router",
    "delete_subnet",
    "devices_with_address",
    "list_networks",
    "list_ports",
    "list_routers",
    "list_subnets",
    "plug",
    "ports_of",
    "ports_of_one",
    "remove_interface",
    "remove_routes",
    "settle",
    "show_network",
    "show_port",
    "show_router",
    "show_subnet",
    "unplug",
    "update_network",
    "update_port",
    "update_router",
    "update_subnet",
]
