# SPDX-License-Identifier: Apache-2.0
"""How usage is shown: MiB, GiB and processors times hours."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from operator import attrgetter
from typing import Any, TypedDict
from urllib.parse import urlencode

from synnefo_api_compute.versions import PREFIX
from synnefo_compute import Period, ServerUsage
from synnefo_core.clock import iso_naive
from synnefo_core.context import RequestContext

HOUR_S = 3600.0


class Paging(TypedDict):
    """Which part of the servers is asked for."""

    limit: int
    marker: str


@dataclass(frozen=True)
class Asked:
    """What a query asked for, below which path."""

    period: Period
    page: Paging
    path: str
    query: Mapping[str, Any]


def projects(
    context: RequestContext, found: Sequence[ServerUsage], asked: Asked, *, is_detailed: bool
) -> dict[str, Any]:
    """Show the usage of every project that there is any of."""
    whose = attrgetter("project_id")
    shown = [
        _project(project_id, list(servers), asked, is_detailed=is_detailed)
        for project_id, servers in groupby(sorted(found, key=whose), whose)
    ]
    return {"tenant_usages": shown} | _links(context, "tenant_usages_links", found, asked)


def project(context: RequestContext, found: Sequence[ServerUsage], asked: Asked) -> dict[str, Any]:
    """Show the usage of one project; nothing when there is none."""
    shown = _project(found[0].project_id, found, asked, is_detailed=True) if found else {}
    return {"tenant_usage": shown} | _links(context, "tenant_usage_links", found, asked)


def _project(
    project_id: str, servers: Sequence[ServerUsage], asked: Asked, *, is_detailed: bool
) -> dict[str, Any]:
    def total(amount: str) -> float:
        return float(sum(getattr(each, amount) * each.seconds for each in servers)) / HOUR_S

    shown: dict[str, Any] = {
        "tenant_id": project_id,
        "start": iso_naive(asked.period.start),
        "stop": iso_naive(asked.period.end),
        "total_hours": sum(each.seconds for each in servers) / HOUR_S,
        "total_local_gb_usage": total("disk_gib"),
        "total_memory_mb_usage": total("ram_mib"),
        "total_vcpus_usage": total("vcpus"),
    }
    return shown | (
        {"server_usages": [_server(each) for each in servers if each.is_told]}
        if is_detailed
        else {}
    )


def _server(usage: ServerUsage) -> dict[str, Any]:
    return {
        "instance_id": usage.server_id,
        "name": usage.name,
        "tenant_id": usage.project_id,
        "flavor": usage.flavor,
        "vcpus": usage.vcpus,
        "memory_mb": usage.ram_mib,
        "local_gb": usage.disk_gib,
        "hours": usage.seconds / HOUR_S,
        "started_at": iso_naive(usage.started_at),
        "ended_at": iso_naive(usage.ended_at) if usage.ended_at else None,
        "state": "terminated" if usage.ended_at else usage.vm_state,
        "uptime": usage.uptime_s,
    }


def _links(
    context: RequestContext, name: str, found: Sequence[ServerUsage], asked: Asked
) -> dict[str, Any]:
    """Return the link to the next part when this one is full."""
    if len(found) < asked.page["limit"]:
        return {}
    following = urlencode({**asked.query, "marker": found[-1].server_id}, doseq=True)
    base = f"{context.cloud.public_url}{PREFIX}/os-simple-tenant-usage{asked.path}"
    return {name: [{"rel": "next", "href": f"{base}?{following}"}]}
