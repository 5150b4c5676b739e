# SPDX-License-Identifier: Apache-2.0
"""The terms of use."""

from __future__ import annotations

from typing import Any

import synnefo_identity
from synnefo_api_account.views import terms as view
from synnefo_core.context import RequestContext


def show(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /terms``: those of today."""
    return {"terms": view.full(synnefo_identity.terms.show(context))}


def publish(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /terms``."""
    return {"terms": view.full(synnefo_identity.terms.publish(context, body["location"]))}


def agree(context: RequestContext, body: dict[str, Any]) -> None:
    """Answer ``POST /terms/agreement``; an unscoped token is enough."""
    synnefo_identity.terms.agree(context, context.user_id, body["version"])
