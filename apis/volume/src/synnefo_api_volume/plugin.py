# SPDX-License-Identifier: Apache-2.0
"""What the Block Storage API plugs in."""

from __future__ import annotations

from collections.abc import Iterable

from synnefo_api_volume import versions
from synnefo_api_volume.faults import dialect
from synnefo_api_volume.routes import ROUTES
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Api
from synnefo_core.hookspecs import hookimpl


@hookimpl
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the face."""
    del cloud
    return [
        Api(
            name="volume",
            prefix=versions.PREFIX,
            service_type="block-storage",
            title="cinder",
            routes=ROUTES,
            dialect=dialect,
            endpoint="/%(project_id)s",
            versions={"/volume": versions.choices},
            microversions=versions.RANGE,
            older_types=("volumev3",),
            takes_project=True,
        )
    ]
