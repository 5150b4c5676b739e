# SPDX-License-Identifier: Apache-2.0
"""The availability zone: all stores are in one.

Source: docs.openstack.org/api-ref/block-storage/v3, "Availability zones (os-availability-zone)".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_core.context import RequestContext


def index(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /os-availability-zone``."""
    name = synnefo_volume.zone(context.cloud)
    return {"availabilityZoneInfo": [{"zoneName": name, "zoneState": {"available": True}}]}
