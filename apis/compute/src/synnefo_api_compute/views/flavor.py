# SPDX-License-Identifier: Apache-2.0
"""How flavors are shown."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from synnefo_api_compute.versions import FLAVOR_DESCRIPTION, FLAVOR_SPECS, PREFIX, STRICT
from synnefo_compute import Flavor
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version

Specs = Mapping[str, Mapping[str, str]]
"""The extra specs of flavors, by their ids."""


def brief(context: RequestContext, flavor: Flavor, version: Version) -> dict[str, Any]:
    """Show id and name."""
    base = context.cloud.public_url
    described = version >= FLAVOR_DESCRIPTION
    told = {"description": flavor.description or None} if described else {}
    return told | {
        "id": flavor.id,
        "name": flavor.name,
        "links": [
            {"rel": "self", "href": f"{base}{PREFIX}/flavors/{flavor.id}"},
            {"rel": "bookmark", "href": f"{base}/compute/flavors/{flavor.id}"},
        ],
    }


def full(context: RequestContext, flavor: Flavor, version: Version, specs: Specs) -> dict[str, Any]:
    """Show the sizes too."""
    told = {"extra_specs": dict(specs[flavor.id])} if version >= FLAVOR_SPECS else {}
    return told | {
        **brief(context, flavor, version),
        "vcpus": flavor.vcpus,
        "ram": flavor.ram_mib,
        "disk": flavor.disk_gib,
        "swap": 0 if version >= STRICT else "",
        "rxtx_factor": 1.0,
        "OS-FLV-EXT-DATA:ephemeral": 0,
        "OS-FLV-DISABLED:disabled": False,
        "os-flavor-access:is_public": flavor.is_public,
    }


def access(flavor_id: str, projects: Sequence[str]) -> dict[str, Any]:
    """Show who may use a flavor that is not for all."""
    rows = [{"flavor_id": flavor_id, "tenant_id": project_id} for project_id in projects]
    return {"flavor_access": rows}
