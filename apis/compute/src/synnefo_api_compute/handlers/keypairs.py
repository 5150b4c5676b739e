# SPDX-License-Identifier: Apache-2.0
"""Keypairs: list, create or import, show, delete.

Source: docs.openstack.org/api-ref/compute, "Keypairs (keypairs)".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_api_compute.views import keypair as view
from synnefo_core.context import RequestContext


def index(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /os-keypairs``."""
    limit = int(query["limit"]) if "limit" in query else None
    found = synnefo_compute.list_keypairs(context, limit=limit, marker=query.get("marker", ""))
    return {"keypairs": [{"keypair": view.brief(keypair)} for keypair in found]}


def create(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /os-keypairs``; the private key of a pair made here is shown once."""
    asked = body["keypair"]
    made = synnefo_compute.create_keypair(
        context, name=asked["name"], public_key=asked.get("public_key") or ""
    )
    return {"keypair": view.created(made)}


def show(context: RequestContext, name: str) -> dict[str, Any]:
    """Answer ``GET /os-keypairs/{name}``."""
    return {"keypair": view.full(synnefo_compute.show_keypair(context, name))}


def delete(context: RequestContext, name: str) -> None:
    """Answer ``DELETE /os-keypairs/{name}``."""
    synnefo_compute.delete_keypair(context, name)
