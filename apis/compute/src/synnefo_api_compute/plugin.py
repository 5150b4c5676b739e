# SPDX-License-Identifier: Apache-2.0
"""What the Compute API plugs in."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from synnefo_api_compute import versions
from synnefo_api_compute.faults import dialect
from synnefo_api_compute.legacy import (
    faults as legacy_faults,
    routes as legacy_routes,
    views as legacy,
)
from synnefo_api_compute.routes import ROUTES
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Api
from synnefo_core.hookspecs import hookimpl


@hookimpl
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the face, and what clients of the original know."""
    del cloud
    return [
        Api(
            name="compute",
            prefix=versions.PREFIX,
            service_type="compute",
            title="nova",
            routes=ROUTES,
            dialect=dialect,
            versions={"/compute": versions.choices},
            microversions=versions.RANGE,
            request_id_header="X-Compute-Request-Id",
            aliases=(versions.LEGACY,),
        ),
        Api(
            name="compute_v2",
            prefix=legacy.PREFIX,
            service_type="compute",
            title="nova",
            routes=legacy_routes.ROUTES,
            dialect=legacy_faults.dialect,
            microversions=replace(versions.RANGE, maximum=versions.RANGE.minimum),
            is_listed=False,
        ),
    ]
