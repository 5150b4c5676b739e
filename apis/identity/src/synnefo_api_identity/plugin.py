# SPDX-License-Identifier: Apache-2.0
"""What the identity API plugs in."""

from __future__ import annotations

from collections.abc import Iterable

from synnefo_api_identity import versions
from synnefo_api_identity.faults import dialect
from synnefo_api_identity.legacy import (
    faults as legacy_faults,
    routes as legacy_routes,
    views as legacy,
)
from synnefo_api_identity.routes import ROUTES
from synnefo_core.cloud import Cloud
from synnefo_core.commands import CommandTable
from synnefo_core.contracts.api import Api
from synnefo_core.hookspecs import hookimpl


@hookimpl
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the API and its older version."""
    return [
        Api(
            name="identity",
            prefix=versions.PREFIX,
            service_type="identity",
            title="identity",
            routes=ROUTES,
            dialect=dialect(cloud.public_url),
            versions={"/identity": versions.index},
        ),
        Api(
            name="identity_v2",
            prefix=legacy.PREFIX,
            service_type="identity",
            title="identity",
            routes=legacy_routes.ROUTES,
            dialect=legacy_faults.dialect,
            is_listed=False,
        ),
    ]


@hookimpl
def commands() -> CommandTable:
    """Return the commands about the catalog."""
    # cliff is for the command line
    from synnefo_api_identity.commands import COMMANDS

    return COMMANDS
