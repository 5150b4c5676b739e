# SPDX-License-Identifier: Apache-2.0
"""What the account API plugs in."""

from __future__ import annotations

from collections.abc import Iterable

from oslo_policy.policy import DocumentedRuleDefault

from synnefo_api_account.faults import dialect
from synnefo_api_account.policies import POLICIES
from synnefo_api_account.routes import BAR, ROUTES, USERS
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.api import Api
from synnefo_core.hookspecs import hookimpl


@hookimpl
def policies() -> Iterable[DocumentedRuleDefault]:
    """Return the default rules."""
    return POLICIES


@hookimpl
def apis(cloud: Cloud) -> Iterable[Api]:
    """Return the face, and what pages of other components ask elsewhere."""
    del cloud
    return [
        Api(
            name="account",
            prefix="/account/v1.0",
            service_type="account",
            title="astakos_account",
            routes=ROUTES,
            dialect=dialect,
        ),
        Api(
            name="account_users",
            prefix="/identity/v2.0/users",
            service_type="account",
            title="astakos_account",
            routes=USERS,
            dialect=dialect,
            is_listed=False,
        ),
        Api(
            name="account_bar",
            prefix="/identity/ui",
            service_type="account",
            title="astakos_ui",
            routes=BAR,
            dialect=dialect,
            is_listed=False,
        ),
    ]
