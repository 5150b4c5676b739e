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
from synnefo_core.errors import NotFound, Unbuilt


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
    cloud, names = context.cloud, synnefo_volume.stores(context.cloud)
    if not queries.truth(query, "detail"):
        return {"pools": [view.pool(name) for name in names]}
    usages = {name: synnefo_volume.usage_of(cloud, name) for name in names}
    return {"pools": [view.pool_in_full(name, usage) for name, usage in usages.items()]}


def capabilities(context: RequestContext, host: str) -> dict[str, Any]:
    """Answer ``GET /capabilities/{host}``."""
    store = view.store_at(host)
    if store not in synnefo_volume.stores(context.cloud):
        noun = "host"
        raise NotFound(noun, host)
    return view.capabilities(store)
