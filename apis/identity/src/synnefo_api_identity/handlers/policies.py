# SPDX-License-Identifier: Apache-2.0
"""Policy documents of an operator's own services.

Source: Identity API reference, "Policies".
"""

from __future__ import annotations

from collections.abc import Mapping

import synnefo_identity
from synnefo_api_identity import requests
from synnefo_api_identity.requests import Body
from synnefo_api_identity.views import links, things
from synnefo_api_identity.views.links import Json
from synnefo_core.context import RequestContext


def index(context: RequestContext, query: Mapping[str, str]) -> Json:
    found = synnefo_identity.documents.index(context, kind=query.get("type"))
    return links.listed(context, "policies", [things.policy(context, each) for each in found])


def create(context: RequestContext, body: Body) -> Json:
    made = synnefo_identity.documents.create(context, requests.values(body["policy"]))
    return {"policy": things.policy(context, made)}


def show(context: RequestContext, policy_id: str) -> Json:
    return {"policy": things.policy(context, synnefo_identity.documents.show(context, policy_id))}


def update(context: RequestContext, policy_id: str, body: Body) -> Json:
    values = requests.values(body["policy"])
    return {
        "policy": things.policy(
            context, synnefo_identity.documents.update(context, policy_id, values)
        )
    }


def delete(context: RequestContext, policy_id: str) -> None:
    synnefo_identity.documents.delete(context, policy_id)
