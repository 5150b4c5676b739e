# SPDX-License-Identifier: Apache-2.0
"""What the face adds to the cloud."""

from __future__ import annotations

from collections.abc import Iterable

from synnefo_api_network import versions
from synnefo_api_network.faults import dialect
from synnefo_api_network.routes import ROUTES
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Api
from synnefo_core.hookspecs import hookimpl


@hookimpl
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the face."""
    del cloud
    return [
        Api(
            name="network",
            prefix=versions.PREFIX,
            service_type="network",
            title="neutron",
            routes=ROUTES,
            dialect=dialect,
            versions={versions.BASE: versions.choices},
            base=versions.BASE,
        )
    ]
