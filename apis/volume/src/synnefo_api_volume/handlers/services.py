# SPDX-License-Identifier: Apache-2.0
"""What works for volumes: the workers, taken for one, and the stores.

Source: docs.openstack.org/api-ref/block-storage/v3, "Services (os-services)", "Hosts extension
(os-hosts)" and "Back-end storage pools".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume import queries
from synnefo_api_volume.views import service as view
from synnefo_core.context import RequestContext
from synnefo_core.errors import Unbuilt


def index(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /os-services``."""
    asked = {name: query[name] for name in ("host", "binary") if name in query}
    shown = [view.service(each) for each in synnefo_volume.services(context)]
    return {"services": [each for each in shown if asked.items() <= each.items()]}


def update(action: str) -> None:
    """Answer ``PUT /os-services/{action}``."""
    what = f"{action} of the services of volumes"
    raise Unbuilt(what)


def hosts(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /os-hosts``."""
    return {"hosts": [view.host(each) for each in synnefo_volume.services(context)]}


def pools(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /scheduler-stats/get_pools``."""
    show = view.pool_in_full if queries.truth(query, "detail") else view.pool
    return {"pools": [show(name) for name in synnefo_volume.stores(context.cloud)]}
