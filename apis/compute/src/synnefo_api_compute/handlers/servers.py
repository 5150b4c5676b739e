# SPDX-License-Identifier: Apache-2.0
"""Servers: list, create, show, update, delete.

Source: docs.openstack.org/api-ref/compute, "Servers (servers)".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

import synnefo_compute
from synnefo_api_compute import devices, first_boot, placement, queries
from synnefo_api_compute.handlers import looks
from synnefo_api_compute.handlers.references import last_part
from synnefo_api_compute.schemas import server as schema
from synnefo_api_compute.views import server as view
from synnefo_compute import FirstBoot, Server, ServerSpec
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply, Version
from synnefo_core.errors import Invalid, InvalidField, Unbuilt
from synnefo_network import PlugRequest

MOST_AT_ONCE = 1000
"""How many servers one request may make."""


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /servers``: ids and names."""
    return _listing(context, query, version, view.brief)


def detail(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /servers/detail``."""
    return _listing(context, query, version, view.full, path="/detail")


def _listing(
    context: RequestContext,
    query: dict[str, Any],
    version: Version,
    show: view.Show,
    *,
    path: str = "",
) -> dict[str, Any]:
    limit, sort = queries.limit(context, query), queries.sort(context, query)
    selection, found = queries.selection(context, query, version), list[Server]()
    if selection is not None:
        found = synnefo_compute.list_servers(
            context, limit=limit, marker=query.get("marker", ""), selection=selection, sort=sort
        )
    look = looks.of(context, found, version) if show is view.full else view.Look(version)
    return view.listing(context, found, query, limit=limit, show=show, look=look, path=path)


def create(context: RequestContext, body: dict[str, Any]) -> Reply:
    """Answer ``POST /servers``."""
    return make(context, body)


def make(context: RequestContext, body: dict[str, Any], *, is_hidden: bool = False) -> Reply:
    """Make what a body asks for, for all of the project or for the caller alone."""
    asked = body["server"]
    host = _host(asked)
    if host:
        context.cloud.policy.require(context, "compute:server:create_on")
    password = first_boot.password(context, asked)
    told = FirstBoot(first_boot.user_data(asked), password, first_boot.files(asked))
    spec = replace(
        _spec(asked, placement.hints(body)),
        group_id=placement.group(body),
        said_hints=placement.all_hints(body),
        host=host,
        first_boot=told,
        is_hidden=is_hidden,
    )
    least, most = _counts(asked)
    servers = synnefo_compute.create_servers(context, spec, least=least, most=most)
    shown = view.created(context, servers[0])
    if context.cloud.config.compute.enable_instance_password:
        shown["server"]["adminPass"] = password
    return Reply(shown, headers={"Location": shown["server"]["links"][0]["href"]})


def _host(asked: dict[str, Any]) -> str:
    """Return the cluster that a new server is to be on: host and hypervisor are one here."""
    host, hypervisor = asked.get("host", ""), asked.get("hypervisor_hostname", "")
    if host and hypervisor and host != hypervisor:
        field = "hypervisor_hostname"
        raise InvalidField(field, f"compute host {hypervisor} could not be found on {host}")
    return str(host or hypervisor)


def _counts(asked: dict[str, Any]) -> tuple[int, int]:
    """Return how many servers there are to be at least and at most."""
    least = int(asked.get("min_count", 1))
    most = int(asked.get("max_count", least))
    if least > most:
        msg = "min_count must be no more than max_count"
        raise Invalid(msg)
    if most > MOST_AT_ONCE:
        field = "max_count"
        raise InvalidField(field, f"no more than {MOST_AT_ONCE} servers are made at once")
    return least, most


def _spec(asked: dict[str, Any], hints: Mapping[str, Sequence[str]]) -> ServerSpec:
    for name in sorted(schema.UNBUILT & asked.keys()):
        if asked[name] not in (None, [], {}, ""):
            raise Unbuilt(f"the field {name} of a new server")
    nics = asked.get("networks")
    policy = nics if isinstance(nics, str) else ""
    return ServerSpec(
        name=asked["name"].strip(),
        flavor_id=last_part(asked["flavorRef"]),
        image_id=last_part(asked.get("imageRef") or ""),
        key_name=asked.get("key_name") or "",
        nics=None if nics is None or policy else [_nic(nic) for nic in nics],
        security_groups=_groups(asked),
        network_policy=policy,
        tags=asked.get("tags", ()),
        hostname=asked.get("hostname", ""),
        description=asked.get("description") or "",
        metadata=asked.get("metadata", {}),
        access_ipv4=asked.get("accessIPv4", ""),
        access_ipv6=asked.get("accessIPv6", ""),
        zone=asked.get("availability_zone", ""),
        hints=hints,
        is_disk_auto=asked.get("OS-DCF:diskConfig") == "AUTO",
        has_config_drive=first_boot.is_config_drive(asked),
        disks=devices.wishes(asked),
    )


def _groups(asked: dict[str, Any]) -> list[str] | None:
    """Return the security groups that are named; None for the default one."""
    named = [each["name"] for each in asked.get("security_groups", [])]
    return named or None


def _nic(asked: dict[str, Any]) -> PlugRequest:
    if asked.get("tag"):
        what = "a tag of a network card"
        raise Unbuilt(what)
    if not asked.get("uuid") and not asked.get("port"):
        msg = "each of networks needs a uuid or a port"
        raise Invalid(msg)
    return PlugRequest(
        network_id=asked.get("uuid"), port_id=asked.get("port"), fixed_ip=asked.get("fixed_ip")
    )


def show(context: RequestContext, server_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}``."""
    found = synnefo_compute.show_server(context, server_id)
    return {"server": view.whole(context, found, looks.of(context, [found], version))}


def update(
    context: RequestContext, server_id: str, body: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``PUT /servers/{server_id}``."""
    asked = body["server"]
    disk_config = asked.get("OS-DCF:diskConfig")
    server = synnefo_compute.update_server(
        context,
        server_id,
        name=asked["name"].strip() if "name" in asked else None,
        description=(asked["description"] or "") if "description" in asked else None,
        access_ipv4=asked.get("accessIPv4"),
        access_ipv6=asked.get("accessIPv6"),
        is_disk_auto=None if disk_config is None else disk_config == "AUTO",
        hostname=asked.get("hostname"),
    )
    return {"server": view.changed(context, server, looks.of(context, [server], version))}


def delete(context: RequestContext, server_id: str) -> None:
    """Answer ``DELETE /servers/{server_id}``."""
    synnefo_compute.delete_server(context, server_id)


def topology(context: RequestContext, server_id: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/topology``: no cluster tells of NUMA nodes."""
    synnefo_compute.show_server(context, server_id)
    return {"nodes": [], "pagesize_kb": None}
