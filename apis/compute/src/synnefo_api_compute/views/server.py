# SPDX-License-Identifier: Apache-2.0
"""How servers are shown."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any
from urllib.parse import urlencode

import synnefo_compute
from synnefo_api_compute import versions
from synnefo_api_compute.versions import PREFIX
from synnefo_api_compute.views import volume
from synnefo_api_compute.views.flavor import Specs
from synnefo_compute import Flavor, Server
from synnefo_core.clock import iso
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_network import Port

VM_STATES = {
    "BUILD": synnefo_compute.BUILDING,
    "ACTIVE": synnefo_compute.ACTIVE,
    "SHUTOFF": synnefo_compute.STOPPED,
    "VERIFY_RESIZE": synnefo_compute.RESIZED,
    "RESCUE": synnefo_compute.RESCUED,
    "ERROR": synnefo_compute.ERROR,
    "DELETED": synnefo_compute.DELETED,
}
"""What a server is, by the status that clients see."""

TASK_STATES = {
    "REBOOT": synnefo_compute.REBOOTING,
    "HARD_REBOOT": synnefo_compute.REBOOTING_HARD,
    "MIGRATING": synnefo_compute.MIGRATING,
    "REBUILD": synnefo_compute.REBUILDING,
    "RESIZE": synnefo_compute.RESIZING,
    "REVERT_RESIZE": synnefo_compute.REVERTING,
}
"""What is being done to a server, by the status that clients see meanwhile."""

_STATUS = {vm_state: status for status, vm_state in VM_STATES.items()}
_TASK_STATUS = {task: status for status, task in TASK_STATES.items()}
_WITHOUT_PROGRESS = frozenset({"DELETED", "ERROR", "SHUTOFF"})
_WITH_FAULT = frozenset({"DELETED", "ERROR"})
_HALTED = (synnefo_compute.STOPPED, synnefo_compute.RESIZED, synnefo_compute.RESCUED)


@dataclass(frozen=True)
class Look:
    """In which microversion servers are shown.

    ``zones`` are those of the clusters, by their ids, ``flavors`` and ``specs`` those of the servers. For
    administrators, ``host_states`` is how the clusters are, and ``user_data`` what the guests were
    told, by the servers' ids.
    """

    version: Version
    zones: Mapping[str, str] = field(default_factory=dict)
    host_states: Mapping[str, str] = field(default_factory=dict)
    flavors: Mapping[str, Flavor] = field(default_factory=dict)
    specs: Specs = field(default_factory=dict)
    user_data: Mapping[str, str] = field(default_factory=dict, repr=False)


Show = Callable[[RequestContext, Server, Look], dict[str, Any]]

_CHANGED = frozenset(
    {
        "OS-DCF:diskConfig",
        "accessIPv4",
        "accessIPv6",
        "addresses",
        "created",
        "description",
        "fault",
        "flavor",
        "hostId",
        "id",
        "image",
        "links",
        "locked",
        "locked_reason",
        "metadata",
        "name",
        "progress",
        "server_groups",
        "status",
        "tags",
        "tenant_id",
        "trusted_image_certificates",
        "updated",
        "user_id",
    }
)
"""What Nova tells of a server that was changed."""


def status(server: Server) -> str:
    """Return the one word that clients see."""
    return _TASK_STATUS.get(server.task_state) or _STATUS[server.vm_state]


def _links(context: RequestContext, noun: str, item_id: str) -> list[dict[str, str]]:
    base = context.cloud.public_url
    return [
        {"rel": "self", "href": f"{base}{PREFIX}/{noun}/{item_id}"},
        _bookmark(context, noun, item_id),
    ]


def _bookmark(context: RequestContext, noun: str, item_id: str) -> dict[str, str]:
    return {"rel": "bookmark", "href": f"{context.cloud.public_url}/compute/{noun}/{item_id}"}


def brief(context: RequestContext, server: Server, look: Look) -> dict[str, Any]:
    """Show id and name."""
    del look
    links = _links(context, "servers", server.id)
    return {"id": server.id, "name": server.name, "links": links}


def created(context: RequestContext, server: Server) -> dict[str, Any]:
    """Show a server that was just accepted."""
    return {
        "server": {
            "id": server.id,
            "links": _links(context, "servers", server.id),
            "OS-DCF:diskConfig": _disk_config(server),
            "security_groups": groups(server),
        }
    }


def groups(server: Server) -> list[dict[str, str]]:
    """Show the names of the security groups of all ports."""
    if len(server.ports) == 1:
        return [{"name": name} for name in server.ports[0].security_group_names]
    found = {
        group_id: name
        for port in server.ports
        for group_id, name in zip(port.security_group_ids, port.security_group_names, strict=True)
    }
    return [{"name": name} for name in found.values()]


def changed(context: RequestContext, server: Server, look: Look) -> dict[str, Any]:
    """Show what is told of a server that was changed."""
    shown = whole(context, server, look)
    if look.version >= versions.STRICT:
        return shown
    return {name: value for name, value in shown.items() if name in _CHANGED}


def rebuilt(context: RequestContext, server: Server, look: Look) -> dict[str, Any]:
    """Show what is told of a server that begins again: of its addresses nothing but they."""
    shown = changed(context, server, look)
    if look.version >= versions.KEY_AT_REBUILD:
        shown["key_name"] = server.key_name or None
    if look.version >= versions.NO_PERSONALITY:
        shown["user_data"] = look.user_data.get(server.id)
    if look.version >= versions.STRICT:
        shown.pop("OS-EXT-SRV-ATTR:user_data", None)
        return shown
    plain = ("addr", "version")
    shown["addresses"] = {
        network: [{name: each[name] for name in plain} for each in addresses]
        for network, addresses in shown["addresses"].items()
    }
    return shown


def whole(context: RequestContext, server: Server, look: Look) -> dict[str, Any]:
    """Show all that there is to know of one server."""
    shown = full(context, server, look)
    if look.version >= versions.GROUP_OF_SERVER:
        shown["server_groups"] = [server.group_id] if server.group_id else []
    return shown


def full(context: RequestContext, server: Server, look: Look) -> dict[str, Any]:
    """Show all that is told of each of many servers."""
    called = status(server)
    shown: dict[str, Any] = {
        "id": server.id,
        "name": server.name,
        "links": _links(context, "servers", server.id),
        "status": called,
        "tenant_id": server.project_id,
        "user_id": server.user_id,
        "metadata": dict(server.metadata),
        "hostId": host_id(server) if server.node else "",
        "image": _image(context, server, look),
        "flavor": _flavor(context, server, look),
        "addresses": _addresses(server),
        "accessIPv4": server.access_ipv4,
        "accessIPv6": server.access_ipv6,
        "key_name": server.key_name or None,
        "config_drive": "True" if server.has_config_drive else "",
        "created": iso(server.created_at),
        "updated": iso(server.updated_at),
        "security_groups": groups(server),
        "OS-DCF:diskConfig": _disk_config(server),
        "OS-EXT-AZ:availability_zone": look.zones.get(server.backend_id, ""),
        "OS-EXT-STS:vm_state": server.vm_state,
        "OS-EXT-STS:task_state": server.task_state or None,
        "OS-EXT-STS:power_state": _power(server),
        "OS-SRV-USG:launched_at": _moment(server.launched_at),
        "OS-SRV-USG:terminated_at": _moment(server.deleted_at),
        "os-extended-volumes:volumes_attached": volume.of_server(server.volumes, look.version),
    }
    if called not in _WITHOUT_PROGRESS:
        shown["progress"] = 100 if server.launched_at else 0
    if server.fault and called in _WITH_FAULT:
        shown["fault"] = {"code": 500, "message": server.fault, "created": iso(server.fault_at)}
    if context.is_admin:
        shown |= _of_administrators(context, server, look)
    for name, tell in _later(look.version):
        shown[name] = tell(server)
    return shown


def _hostname(server: Server) -> str:
    return server.hostname or synnefo_compute.hostname(server.name, server.id)


_LATER: tuple[tuple[str, Version, Callable[[Server], Any]], ...] = (
    ("locked", versions.LOCKED, lambda server: server.is_locked),
    ("description", versions.DESCRIPTION, lambda server: server.description or None),
    ("tags", versions.TAGS, lambda server: list(server.tags)),
    ("trusted_image_certificates", versions.CERTIFICATES, lambda _: None),
    ("locked_reason", versions.LOCK_REASON, lambda server: server.locked_reason or None),
    ("OS-EXT-SRV-ATTR:hostname", versions.HOSTNAME, _hostname),
    ("pinned_availability_zone", versions.PINNED_ZONE, lambda server: server.pinned_zone or None),
    ("scheduler_hints", versions.HINTS, lambda server: dict(server.hints)),
)
"""What is told since later microversions."""


@lru_cache(maxsize=256)  # more than there are
def _later(version: Version) -> tuple[tuple[str, Callable[[Server], Any]], ...]:
    return tuple((name, tell) for name, since, tell in _LATER if version >= since)


def _flavor(context: RequestContext, server: Server, look: Look) -> dict[str, Any]:
    if look.version < versions.EMBEDDED_FLAVOR:
        links = [_bookmark(context, "flavors", server.flavor_id)]
        return {"id": server.flavor_id, "links": links}
    flavor = look.flavors.get(server.flavor_id)
    return {
        "original_name": flavor.name if flavor else server.flavor_id,
        "vcpus": server.vcpus,
        "ram": server.ram_mib,
        "disk": server.disk_gib,
        "ephemeral": 0,
        "swap": 0,
        "extra_specs": dict(look.specs.get(server.flavor_id, {})),
    }


def _of_administrators(context: RequestContext, server: Server, look: Look) -> dict[str, Any]:
    prefix = "OS-EXT-SRV-ATTR:"
    told: dict[str, Any] = {
        f"{prefix}host": server.node or None,
        f"{prefix}hypervisor_hostname": server.node or None,
        f"{prefix}instance_name": _instance_name(context, server),
    }
    if look.version >= versions.MORE_ATTRIBUTES:
        told |= {
            f"{prefix}hostname": _hostname(server),
            f"{prefix}kernel_id": "",
            f"{prefix}launch_index": 0,
            f"{prefix}ramdisk_id": "",
            f"{prefix}reservation_id": f"r-{server.id[:8]}",
            f"{prefix}root_device_name": volume.root_device(server.volumes),
            f"{prefix}user_data": look.user_data.get(server.id),
        }
    if look.version >= versions.HOST_STATUS:
        told["host_status"] = look.host_states.get(server.backend_id, "") if server.node else ""
    return told


def _power(server: Server) -> int:
    """Return Nova's number: 1 for running, 4 for shut down, 0 where nobody can tell."""
    if server.is_running:
        return 1
    return 4 if server.vm_state in _HALTED else 0


def _disk_config(server: Server) -> str:
    return "AUTO" if server.is_disk_auto else "MANUAL"


def _instance_name(context: RequestContext, server: Server) -> str:
    return f"{context.cloud.config.compute.instance_prefix}{server.id}"


def host_id(server: Server) -> str:
    """Return what tells a tenant whether two servers are on one host, and nothing else."""
    return _digest(f"{server.project_id}{server.backend_id}{server.node}")


@lru_cache(maxsize=1024)  # many servers of a project are on one node
def _digest(text: str) -> str:
    return hashlib.sha224(text.encode()).hexdigest()


def _image(context: RequestContext, server: Server, look: Look) -> Any:
    if not server.image_id:
        return ""
    href = f"{context.cloud.public_url}/image/v2/images/{server.image_id}"
    shown = {"id": server.image_id, "links": [{"rel": "bookmark", "href": href}]}
    if look.version < versions.IMAGE_PROPERTIES:
        return shown
    return {**shown, "properties": dict(server.image_properties)}


def _addresses(server: Server) -> dict[str, list[dict[str, Any]]]:
    addresses: dict[str, list[dict[str, Any]]] = {}
    for port in server.ports:
        told = [_address(port, fixed.ip, fixed.version, "fixed") for fixed in port.fixed_ips]
        if port.floating_ips:
            versions = {fixed.ip: fixed.version for fixed in port.fixed_ips}
            told += [_address(port, ip, versions[of], "floating") for of, ip in port.floating_ips]
        if told:
            addresses.setdefault(port.network_name, []).extend(told)
    return addresses


def _address(port: Port, ip: str, version: int, kind: str) -> dict[str, Any]:
    return {
        "addr": ip,
        "version": version,
        "OS-EXT-IPS:type": kind,
        "OS-EXT-IPS-MAC:mac_addr": port.mac,
    }


def _moment(seconds: float) -> str | None:
    return f"{iso(seconds)[:-1]}.000000" if seconds else None


def listing(
    context: RequestContext,
    servers: list[Server],
    query: Mapping[str, Any],
    *,
    limit: int,
    show: Show,
    look: Look,
    path: str = "",
) -> dict[str, Any]:
    """Show a page, with a link to the next one when it is full."""
    body: dict[str, Any] = {"servers": [show(context, server, look) for server in servers]}
    if servers and len(servers) == limit:
        following = urlencode({**query, "marker": servers[-1].id}, doseq=True)
        href = f"{context.cloud.public_url}{PREFIX}/servers{path}?{following}"
        body["servers_links"] = [{"rel": "next", "href": href}]
    return body
