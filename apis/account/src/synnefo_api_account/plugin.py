# SPDX-License-Identifier: Apache-2.0
"""What the account API plugs in."""

from __future__ import annotations

from collections.abc import Iterable

from oslo_policy.policy import DocumentedRuleDefault

from synnefo_api_account.faults import dialect
from synnefo_api_account.policies import POLICIES
from synnefo_api_account.routes import ROUTES
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Api
from synnefo_core.hookspecs import hookimpl


@hookimpl
def policies() -> Iterable[DocumentedRuleDefault]:
    """Return the default rules."""
    return POLICIES


@hookimpl
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the face."""
    del cloud
    return [
        Api(
            name="account",
            prefix="/account/v1.0",
            service_type="account",
            title="astakos_account",
            routes=ROUTES,
            dialect=dialect,
        )
    ]
