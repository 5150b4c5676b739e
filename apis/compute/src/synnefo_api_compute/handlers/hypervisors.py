# SPDX-License-Identifier: Apache-2.0
"""Hypervisors: each cluster is one.

Source: docs.openstack.org/api-ref/compute, "Hypervisors (os-hypervisors)".
"""

from __future__ import annotations

from typing import Any

import synnefo_backends
from synnefo_api_compute.views import hypervisor as view
from synnefo_core.context import RequestContext


def index(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /os-hypervisors``."""
    return {"hypervisors": [view.brief(each) for each in synnefo_backends.occupied(context)]}


def detail(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /os-hypervisors/detail``."""
    return {"hypervisors": [view.full(each) for each in synnefo_backends.occupied(context)]}


def show(context: RequestContext, hypervisor_id: str) -> dict[str, Any]:
    """Answer ``GET /os-hypervisors/{hypervisor_id}``."""
    return {"hypervisor": view.full(synnefo_backends.find_occupied(context, hypervisor_id))}


def statistics(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /os-hypervisors/statistics``: of the clusters that may have new servers."""
    total = synnefo_backends.together(synnefo_backends.occupied(context))
    return {"hypervisor_statistics": {"count": total.count, **view.figures(total)}}
