# SPDX-License-Identifier: Apache-2.0
"""Roles that imply others.

Source: Identity API reference, "Roles".
"""

from __future__ import annotations

import synnefo_identity
from synnefo_api_identity.views import implied_roles, links
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext


def index(context: RequestContext) -> Json:
    found = synnefo_identity.list_role_inferences(context)
    shown = [implied_roles.inference(context, each) for each in found]
    return links.listed(context, "role_inferences", shown)


def of_role(context: RequestContext, role_id: str) -> Json:
    found = synnefo_identity.list_implied_roles(context, role_id)
    shown = implied_roles.inference(context, found)
    return {"role_inference": shown, "links": links.of(context, "roles", role_id, "implies")}


def add(context: RequestContext, role_id: str, implied_id: str) -> Json:
    return implied_roles.pair(
        context, synnefo_identity.add_implied_role(context, role_id, implied_id)
    )


def show(context: RequestContext, role_id: str, implied_id: str) -> Json:
    return implied_roles.pair(
        context, synnefo_identity.require_implied_role(context, role_id, implied_id)
    )


def check(context: RequestContext, role_id: str, implied_id: str) -> None:
    synnefo_identity.require_implied_role(context, role_id, implied_id)


def remove(context: RequestContext, role_id: str, implied_id: str) -> None:
    synnefo_identity.remove_implied_role(context, role_id, implied_id)
