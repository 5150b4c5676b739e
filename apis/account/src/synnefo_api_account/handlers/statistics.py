# SPDX-License-Identifier: Apache-2.0
"""How much there is of what."""

from __future__ import annotations

from typing import Any

import synnefo_identity
import synnefo_quota
from synnefo_api_account.views import statistics as view
from synnefo_core.context import RequestContext


def show(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /admin/stats``: what anybody may know."""
    return {"users": view.count(synnefo_identity.accounts.count(context))}


def detail(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /admin/stats/detail``."""
    known = synnefo_quota.resources(context.cloud)
    people = synnefo_identity.accounts.by_method(context)
    return {
        **view.detail(synnefo_identity.accounts.detail(context)),
        "resources": view.resources(known, synnefo_quota.totals(context)),
        "provider_resources": view.used_by(known, people, synnefo_quota.used_by_users(context)),
    }
