# SPDX-License-Identifier: Apache-2.0
"""Floating IPs as Nova passed them on before 2.36: Neutron's, under other names.

Source: docs.openstack.org/api-ref/compute, "Floating IPs (os-floating-ips) (DEPRECATED)",
"Floating IP pools (os-floating-ip-pools) (DEPRECATED)".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
import synnefo_network
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid, NotFound
from synnefo_network import FloatingIp, FloatingIpSpec, Listing, Pool, Port


def pools(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /os-floating-ip-pools``: the networks that lead outside."""
    found = synnefo_network.list_pools(context)
    return {"floating_ip_pools": [{"name": pool.name} for pool in found]}


def index(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /os-floating-ips``."""
    own = Listing({"project_id": [context.project_id]})
    return {"floating_ips": _shown(context, synnefo_network.list_floating_ips(context, own))}


def show(context: RequestContext, floating_ip_id: str) -> dict[str, Any]:
    """Answer ``GET /os-floating-ips/{floating_ip_id}``."""
    found = synnefo_network.show_floating_ip(context, floating_ip_id)
    return {"floating_ip": _shown(context, [found])[0]}


def create(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /os-floating-ips``: take one of a pool, or of any."""
    named = body.get("pool")
    network_id = None if named is None else _pool(context, named).network_id
    made = synnefo_network.create_floating_ip(context, FloatingIpSpec(network_id=network_id))
    return {"floating_ip": _shown(context, [made])[0]}


def delete(context: RequestContext, floating_ip_id: str) -> None:
    """Answer ``DELETE /os-floating-ips/{floating_ip_id}``."""
    synnefo_network.delete_floating_ip(context, floating_ip_id)


def _pool(context: RequestContext, named: str) -> Pool:
    for pool in synnefo_network.list_pools(context):
        if named in (pool.name, pool.network_id):
            return pool
    noun = "floating IP pool"
    raise NotFound(noun, named)


def _shown(context: RequestContext, found: list[FloatingIp]) -> list[dict[str, Any]]:
    names = {pool.network_id: pool.name for pool in synnefo_network.list_pools(context)}
    targets = [floating.target.port_id for floating in found if floating.target]
    wanted = Listing({"id": targets})
    ports = synnefo_network.list_ports(context, wanted) if targets else []
    devices = {port.id: port.device_id or None for port in ports}
    return [
        {
            "id": floating.id,
            "ip": floating.ip,
            "pool": names.get(floating.network_id, floating.network_id),
            "fixed_ip": floating.target and floating.target.fixed_ip,
            "instance_id": floating.target and devices.get(floating.target.port_id),
        }
        for floating in found
    ]


def attach(context: RequestContext, server_id: str, arguments: dict[str, Any]) -> None:
    """Have a floating IP stand for an address of a server."""
    server = synnefo_compute.show_server(context, server_id)
    floating = _with_address(context, arguments["address"])
    port, fixed_ip = _address(server.ports, arguments.get("fixed_address"))
    changes = synnefo_network.FloatingIpChanges(port_id=port.id, fixed_ip=fixed_ip)
    synnefo_network.update_floating_ip(context, floating.id, changes)


def _address(ports: tuple[Port, ...], wanted: str | None) -> tuple[Port, str]:
    for port in ports:
        for fixed in port.fixed_ips:
            if fixed.version == 4 and wanted in (None, fixed.ip):
                return port, fixed.ip
    msg = f"the server has not the address {wanted}" if wanted else "the server has no address"
    raise Invalid(msg)


def detach(context: RequestContext, server_id: str, arguments: dict[str, Any]) -> None:
    """Have a floating IP of a server stand for nothing."""
    server = synnefo_compute.show_server(context, server_id)
    floating = _with_address(context, arguments["address"])
    own = {port.id for port in server.ports}
    if floating.target is None or floating.target.port_id not in own:
        msg = f"floating IP {floating.ip} is not of this server"
        raise Invalid(msg)
    synnefo_network.update_floating_ip(context, floating.id, {"port_id": None})


def _with_address(context: RequestContext, ip: str) -> FloatingIp:
    for floating in synnefo_network.list_floating_ips(context, Listing({"ip": [ip]})):
        return floating
    noun = "floating IP"
    raise NotFound(noun, ip)
