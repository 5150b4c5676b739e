# SPDX-License-Identifier: Apache-2.0
"""What the face adds to the cloud."""

from __future__ import annotations

from collections.abc import Iterable

from synnefo_api_image import versions
from synnefo_api_image.faults import dialect
from synnefo_api_image.routes import ROUTES
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Api
from synnefo_core.hookspecs import hookimpl


@hookimpl
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the face."""
    del cloud
    return [
        Api(
            name="image",
            prefix=versions.PREFIX,
            service_type="image",
            title="glance",
            routes=ROUTES,
            dialect=dialect,
            versions={"/image": versions.choices, "/image/versions": versions.list_all},
        )
    ]
