# SPDX-License-Identifier: Apache-2.0
"""What the Compute API plugs in."""

from __future__ import annotations

from collections.abc import Iterable

from synnefo_api_compute import versions
from synnefo_api_compute.faults import dialect
from synnefo_api_compute.routes import ROUTES
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Api
from synnefo_core.hookspecs import hookimpl


@hookimpl
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the face."""
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
        )
    ]
