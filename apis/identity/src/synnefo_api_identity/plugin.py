# SPDX-License-Identifier: Apache-2.0
"""What the identity API plugs in."""

from __future__ import annotations

from collections.abc import Iterable

from synnefo_api_identity import versions
from synnefo_api_identity.faults import dialect
from synnefo_api_identity.routes import ROUTES
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Api
from synnefo_core.hookspecs import hookimpl


@hookimpl
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the API."""
    return [
        Api(
            name="identity",
            prefix=versions.PREFIX,
            service_type="identity",
            title="identity",
            routes=ROUTES,
            dialect=dialect(cloud.public_url),
            versions={"/identity": versions.index},
        )
    ]
