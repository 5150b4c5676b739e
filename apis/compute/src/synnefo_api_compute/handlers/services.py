# SPDX-License-Identifier: Apache-2.0
"""What works for servers: the worker and the clusters.

Source: docs.openstack.org/api-ref/compute, "Compute services (os-services)".
"""

from __future__ import annotations

from typing import Any

import synnefo_backends
from synnefo_api_compute.views import service as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /os-services``."""
    found = synnefo_backends.services(
        context, host=query.get("host", ""), binary=query.get("binary", "")
    )
    return {"services": [view.full(service, version) for service in found]}
