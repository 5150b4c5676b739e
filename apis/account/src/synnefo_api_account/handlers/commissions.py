# SPDX-License-Identifier: Apache-2.0
"""Commissions of external services; each sees and resolves only its own (AST-048)."""

from __future__ import annotations

from typing import Any

import synnefo_quota
from synnefo_api_account.views import commission as view
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid
from synnefo_quota import Provision


def index(context: RequestContext) -> list[int]:
    """Answer ``GET /commissions``: the pending serials."""
    return synnefo_quota.pending_commissions(context, context.user_id)


def issue(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /commissions``."""
    provisions = [_provision(asked) for asked in body["provisions"]]
    synnefo_quota.require_holders(context.cloud, provisions)
    serial = synnefo_quota.issue_commission(
        context,
        client=context.user_id,
        name=body.get("name") or "",
        provisions=provisions,
        is_forced=body.get("force", False),
        is_accepted=body.get("auto_accept", False),
        is_confined=not context.is_admin,
        key=body.get("key") or "",
    )
    return {"serial": serial}


def _provision(asked: dict[str, Any]) -> Provision:
    source = asked.get("source") or ""
    return Provision(asked["holder"], source, asked["resource"], asked["quantity"])


def show(context: RequestContext, serial: str) -> dict[str, Any]:
    """Answer ``GET /commissions/{serial}``."""
    return view.full(synnefo_quota.show_commission(context, context.user_id, int(serial)))


def resolve(context: RequestContext, serial: str, body: dict[str, Any]) -> None:
    """Answer ``POST /commissions/{serial}/action``."""
    if len(body) != 1:
        msg = "either accept or reject, not both"
        raise Invalid(msg)
    synnefo_quota.resolve_commission(
        context, context.user_id, int(serial), is_accepted="accept" in body
    )


def resolve_many(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /commissions/action``."""
    outcome = synnefo_quota.resolve_commissions(
        context,
        context.user_id,
        accept=body.get("accept", ()),
        reject=body.get("reject", ()),
    )
    return view.resolution(outcome)
