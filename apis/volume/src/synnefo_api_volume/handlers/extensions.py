# SPDX-License-Identifier: Apache-2.0
"""Extensions of Cinder that are spoken.

Source: docs.openstack.org/api-ref/block-storage/v3, "API extensions (extensions)".
"""

from __future__ import annotations

from typing import Any

from synnefo_core.context import RequestContext

EXTENSIONS = {
    "os-admin-actions": "AdminActions",
    "os-availability-zone": "AvailabilityZones",
    "os-default-types": "DefaultTypes",
    "os-extended-services": "ExtendedServices",
    "os-hosts": "Hosts",
    "os-quota-class-sets": "QuotaClasses",
    "os-quota-sets": "Quotas",
    "os-services": "Services",
    "os-types-extra-specs": "TypesExtraSpecs",
    "os-types-manage": "TypesManage",
    "os-used-limits": "UsedLimits",
    "os-volume-type-access": "VolumeTypeAccess",
    "qos-specs": "Qos_specs_manage",
    "scheduler-stats": "Scheduler_stats",
}
"""Their names, by alias."""


def index(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /extensions``."""
    del context
    shown = [
        {
            "alias": alias,
            "name": name,
            "description": "",
            "updated": "2016-02-08T00:00:00Z",
            "links": [],
        }
        for alias, name in EXTENSIONS.items()
    ]
    return {"extensions": shown}
