# SPDX-License-Identifier: Apache-2.0
"""Availability zones.

Source: docs.openstack.org/api-ref/compute, "Availability zones (os-availability-zone)".
"""

from __future__ import annotations

from typing import Any

import synnefo_backends
from synnefo_api_compute.views import availability_zone as view
from synnefo_core.context import RequestContext


def index(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /os-availability-zone``."""
    return {"availabilityZoneInfo": [view.brief(zone) for zone in synnefo_backends.zones(context)]}


def detail(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /os-availability-zone/detail``: with the clusters."""
    return {"availabilityZoneInfo": [view.full(zone) for zone in synnefo_backends.zones(context)]}
