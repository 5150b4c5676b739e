# SPDX-License-Identifier: Apache-2.0
"""How flavors are shown."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from synnefo_api_compute.versions import PREFIX
from synnefo_compute import Flavor
from synnefo_core.context import RequestContext


def brief(context: RequestContext, flavor: Flavor) -> dict[str, Any]:
    """Show id and name."""
    base = context.cloud.public_url
    return {
        "id": flavor.id,
        "name": flavor.name,
        "links": [
            {"rel": "self", "href": f"{base}{PREFIX}/flavors/{flavor.id}"},
            {"rel": "bookmark", "href": f"{base}/compute/flavors/{flavor.id}"},
        ],
    }


def full(context: RequestContext, flavor: Flavor) -> dict[str, Any]:
    """Show the sizes too."""
    return {
        **brief(context, flavor),
        "vcpus": flavor.vcpus,
        "ram": flavor.ram_mib,
        "disk": flavor.disk_gib,
        "swap": "",
        "rxtx_factor": 1.0,
        "OS-FLV-EXT-DATA:ephemeral": 0,
        "OS-FLV-DISABLED:disabled": False,
        "os-flavor-access:is_public": flavor.is_public,
    }


def access(flavor_id: str, projects: Sequence[str]) -> dict[str, Any]:
    """Show who may use a flavor that is not for all."""
    rows = [{"flavor_id": flavor_id, "tenant_id": project_id} for project_id in projects]
    return {"flavor_access": rows}
