# SPDX-License-Identifier: Apache-2.0
"""What the face plugs in."""

from __future__ import annotations

from collections.abc import Iterable

from synnefo_api_object_store import capabilities
from synnefo_api_object_store.faults import dialect
from synnefo_api_object_store.routes import ROUTES
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Api
from synnefo_core.hookspecs import hookimpl


@hookimpl
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the Swift API."""
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
        )
    ]
