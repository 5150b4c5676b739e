# SPDX-License-Identifier: Apache-2.0
"""Extensions of Nova that are spoken: those of the list of version 2.1 that this cloud has.

Source: docs.openstack.org/api-ref/compute, "Extensions (extensions) (DEPRECATED)".
"""

from __future__ import annotations

from typing import Any

from synnefo_api_compute.views import extension as view
from synnefo_core.context import RequestContext
from synnefo_core.errors import NotFound

EXTENSIONS = {
    "OS-DCF": "DiskConfig",
    "OS-EXT-AZ": "ExtendedAvailabilityZone",
    "OS-EXT-IPS": "ExtendedIps",
    "OS-EXT-IPS-MAC": "ExtendedIpsMac",
    "OS-EXT-SRV-ATTR": "ExtendedServerAttributes",
    "OS-EXT-STS": "ExtendedStatus",
    "OS-FLV-DISABLED": "FlavorDisabled",
    "OS-FLV-EXT-DATA": "FlavorExtraData",
    "OS-SRV-USG": "ServerUsage",
    "os-availability-zone": "AvailabilityZone",
    "os-extended-hypervisors": "ExtendedHypervisors",
    "os-extended-quotas": "ExtendedQuotas",
    "os-extended-services": "ExtendedServices",
    "os-extended-volumes": "ExtendedVolumes",
    "os-flavor-manage": "FlavorManage",
    "os-flavor-rxtx": "FlavorRxtx",
    "os-flavor-swap": "FlavorSwap",
    "os-hypervisor-status": "HypervisorStatus",
    "os-keypairs": "Keypairs",
    "os-quota-sets": "Quotas",
    "os-server-groups": "ServerGroups",
    "os-server-list-multi-status": "ServerListMultiStatus",
    "os-server-sort-keys": "ServerSortKeys",
    "os-server-start-stop": "ServerStartStop",
    "os-simple-tenant-usage": "SimpleTenantUsage",
    "os-used-limits": "UsedLimits",
    "os-used-limits-for-admin": "UsedLimitsForAdmin",
    "os-user-quotas": "UserQuotas",
}
"""Their names, by alias."""


def index(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /extensions``."""
    del context
    return {"extensions": [view.full(alias, name) for alias, name in EXTENSIONS.items()]}


def show(context: RequestContext, alias: str) -> dict[str, Any]:
    """Answer ``GET /extensions/{alias}``."""
    del context
    if alias not in EXTENSIONS:
        noun = "extension"
        raise NotFound(noun, alias)
    return {"extension": view.full(alias, EXTENSIONS[alias])}
