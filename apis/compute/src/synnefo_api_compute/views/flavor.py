# SPDX-License-Identifier: Apache-2.0
"""How flavors are shown."""

from __future__ import annotations

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


def extra_specs(flavor: Flavor) -> dict[str, str]:
    """Show what clusters are told besides the sizes."""
    return {"SNF:disk_template": flavor.disk_template} if flavor.disk_template else {}
