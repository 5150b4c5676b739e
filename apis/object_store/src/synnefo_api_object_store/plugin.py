# SPDX-License-Identifier: Apache-2.0
"""What the face plugs in."""

from __future__ import annotations

from collections.abc import Iterable

from synnefo_api_object_store import capabilities
from synnefo_api_object_store.faults import dialect
from synnefo_api_object_store.routes import PUBLIC_ROUTES, ROUTES, VIEW_ROUTES
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Api
from synnefo_core.hookspecs import hookimpl


@hookimpl
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the Swift API, and what is public."""
    info = capabilities.document(cloud)
    return [
        Api(
            name="object-store",
            prefix="/object-store/v1",
            service_type="object-store",
            title="swift",
            routes=ROUTES,
            dialect=dialect,
            endpoint="/AUTH_%(project_id)s",
            versions={
                "/info": info,
                "/object-store/info": info,
                "/crossdomain.xml": capabilities.cross_domain(cloud),
            },
        ),
        Api(
            name="object-store-public",
            prefix="/object-store/public",
            service_type="object-store",
            title="public objects",
            routes=PUBLIC_ROUTES,
            dialect=dialect,
            is_listed=False,
        ),
        Api(
            name="object-store-view",
            prefix="/object-store/ui/view",
            service_type="object-store",
            title="objects shown to browsers",
            routes=VIEW_ROUTES,
            dialect=dialect,
            is_listed=False,
        ),
    ]
