# SPDX-License-Identifier: Apache-2.0
"""Roles that imply others as JSON."""

from __future__ import annotations

from synnefo_api_identity.views import links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext
from synnefo_identity import Inference, Role


def inference(context: RequestContext, shown: Inference) -> Json:
    """Show a role with all that it implies."""
    implied = [_role(context, role) for role in shown.implied]
    return {"prior_role": _role(context, shown.prior), "implies": implied}


def pair(context: RequestContext, shown: Inference) -> Json:
    """Show a role with the one that is spoken of."""
    prior, (implied,) = shown.prior, shown.implied
    path = ("roles", prior.id, "implies", implied.id)
    roles = {"prior_role": _role(context, prior), "implies": _role(context, implied)}
    return {"role_inference": roles, "links": links.of(context, *path)}


def _role(context: RequestContext, shown: Role) -> Json:
    return {"id": shown.id, "name": shown.name, "links": links.of(context, "roles", shown.id)}
