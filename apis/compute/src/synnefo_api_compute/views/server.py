# SPDX-License-Identifier: Apache-2.0
"""How servers are shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlencode

import synnefo_compute
from synnefo_api_compute.versions import PREFIX
from synnefo_compute import Server
from synnefo_core.clock import iso
from synnefo_core.context import RequestContext

VM_STATES = {
    "BUILD": synnefo_compute.BUILDING,
    "ACTIVE": synnefo_compute.ACTIVE,
    "SHUTOFF": synnefo_compute.STOPPED,
    "ERROR": synnefo_compute.ERROR,
    "DELETED": synnefo_compute.DELETED,
}
"""What a server is, by the status that clients see."""

TASK_STATES = {
    "REBOOT": synnefo_compute.REBOOTING,
    "HARD_REBOOT": synnefo_compute.REBOOTING_HARD,
}
"""What is being done to a server, by the status that clients see meanwhile."""

_STATUS = {vm_state: status for status, vm_state in VM_STATES.items()}
_TASK_STATUS = {task: status for status, task in TASK_STATES.items()}
_POWER = {synnefo_compute.ACTIVE: 1, synnefo_compute.STOPPED: 4}


Show = Callable[[RequestContext, Server], dict[str, Any]]


def status(server: Server) -> str:
    """Return the one word that clients see."""
    return _TASK_STATUS.get(server.task_state) or _STATUS[server.vm_state]


def _links(context: RequestContext, noun: str, item_id: str) -> list[dict[str, str]]:
    base = context.cloud.public_url
    return [
        {"rel": "self", "href": f"{base}{PREFIX}/{noun}/{item_id}"},
        {"rel": "bookmark", "href": f"{base}/compute/{noun}/{item_id}"},
    ]


def brief(context: RequestContext, server: Server) -> dict[str, Any]:
    """Show id and name."""
    links = _links(context, "servers", server.id)
    return {"id": server.id, "name": server.name, "links": links}


def created(context: RequestContext, server: Server) -> dict[str, Any]:
    """Show a server that was just accepted."""
    return {
        "server": {
            "id": server.id,
            "links": _links(context, "servers", server.id),
            "OS-DCF:diskConfig": _disk_config(server),
            "security_groups": [{"name": "default"}],
        }
    }


def full(context: RequestContext, server: Server) -> dict[str, Any]:
    """Show all that there is to know."""
    shown: dict[str, Any] = {
        **brief(context, server),
        "status": status(server),
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "metadata": dict(server.metadata),
        "hostId": _host_id(server) if server.node else "",
        "image": _image(context, server),
        "flavor": {
            "id": server.flavor_id,
            "links": _links(context, "flavors", server.flavor_id)[1:],
        },
        "addresses": _addresses(server),
        "accessIPv4": server.access_ipv4,
        "accessIPv6": server.access_ipv6,
        "key_name": server.key_name or None,
        "config_drive": "",
        "progress": 100 if server.launched_at else 0,
        "created": iso(server.created_at),
        "updated": iso(server.updated_at),
        "security_groups": [{"name": "default"}],
        "OS-DCF:diskConfig": _disk_config(server),
        "OS-EXT-AZ:availability_zone": "nova",
        "OS-EXT-STS:vm_state": server.vm_state,
        "OS-EXT-STS:task_state": server.task_state or None,
        "OS-EXT-STS:power_state": _POWER.get(server.vm_state, 0),
        "OS-SRV-USG:launched_at": _moment(server.launched_at),
        "OS-SRV-USG:terminated_at": _moment(server.deleted_at),
        "os-extended-volumes:volumes_attached": [],
    }
    if server.fault:
        shown["fault"] = {"code": 500, "message": server.fault, "created": iso(server.fault_at)}
    if context.is_admin:
        shown["OS-EXT-SRV-ATTR:host"] = server.node or None
        shown["OS-EXT-SRV-ATTR:hypervisor_hostname"] = server.node or None
        shown["OS-EXT-SRV-ATTR:instance_name"] = _instance_name(context, server)
    return shown


def _disk_config(server: Server) -> str:
    return "AUTO" if server.is_disk_auto else "MANUAL"


def _instance_name(context: RequestContext, server: Server) -> str:
    return f"{context.cloud.config.compute.instance_prefix}{server.id}"


def _host_id(server: Server) -> str:
    """Return what tells a tenant whether two servers are on one host, and nothing else."""
    digest = hashlib.sha224(f"{server.project_id}{server.backend_id}{server.node}".encode())
    return digest.hexdigest()


def _image(context: RequestContext, server: Server) -> Any:
    if not server.image_id:
        return ""
    href = f"{context.cloud.public_url}/image/v2/images/{server.image_id}"
    return {"id": server.image_id, "links": [{"rel": "bookmark", "href": href}]}


def _addresses(server: Server) -> dict[str, list[dict[str, Any]]]:
    addresses: dict[str, list[dict[str, Any]]] = {}
    for port in server.ports:
        for fixed in port.fixed_ips:
            addresses.setdefault(port.network_name, []).append(
                {
                    "addr": fixed.ip,
                    "version": fixed.version,
                    "OS-EXT-IPS:type": "fixed",
                    "OS-EXT-IPS-MAC:mac_addr": port.mac,
                }
            )
    return addresses


def _moment(seconds: float) -> str | None:
    return f"{iso(seconds)[:-1]}.000000" if seconds else None


def listing(
    context: RequestContext,
    servers: list[Server],
    query: Mapping[str, Any],
    *,
    limit: int,
    show: Show,
    path: str = "",
) -> dict[str, Any]:
    """Show a page, with a link to the next one when it is full."""
    body: dict[str, Any] = {"servers": [show(context, server) for server in servers]}
    if servers and len(servers) == limit:
        following = urlencode({**query, "marker": servers[-1].id}, doseq=True)
        href = f"{context.cloud.public_url}{PREFIX}/servers{path}?{following}"
        body["servers_links"] = [{"rel": "next", "href": href}]
    return body
