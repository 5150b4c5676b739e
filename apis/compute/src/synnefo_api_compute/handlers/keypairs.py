# SPDX-License-Identifier: Apache-2.0
"""Keypairs: list, create or import, show, delete.

Source: docs.openstack.org/api-ref/compute, "Keypairs (keypairs)".
"""

from __future__ import annotations

from http import HTTPStatus
from typing import Any

import synnefo_compute
from synnefo_api_compute import queries
from synnefo_api_compute.versions import KEYPAIR_PAGES, KEYPAIR_TYPES, KEYPAIRS_OF_OTHERS
from synnefo_api_compute.views import keypair as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply, Version


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /os-keypairs``."""
    asked = query if version >= KEYPAIR_PAGES else {}
    limit, marker = queries.limit(context, asked), asked.get("marker", "")
    user_id = _user(query, version)
    found = synnefo_compute.list_keypairs(context, limit=limit, marker=marker, user_id=user_id)
    body = {"keypairs": [{"keypair": view.brief(keypair, version)} for keypair in found]}
    is_paged = version >= KEYPAIR_PAGES and len(found) == limit
    return body | (view.next_page(context, found[-1], query) if is_paged else {})


def create(context: RequestContext, body: dict[str, Any], version: Version) -> Reply:
    """Answer ``POST /os-keypairs``; the private key of a pair made here is shown once."""
    asked = body["keypair"]
    made = synnefo_compute.create_keypair(
        context,
        name=asked["name"],
        public_key=asked.get("public_key") or "",
        key_type=asked.get("type", synnefo_compute.SSH),
        user_id=asked.get("user_id", ""),
    )
    status = HTTPStatus.CREATED if version >= KEYPAIR_TYPES else HTTPStatus.OK
    return Reply({"keypair": view.created(made, version)}, status)


def show(
    context: RequestContext, name: str, query: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``GET /os-keypairs/{name}``."""
    found = synnefo_compute.show_keypair(context, name, user_id=_user(query, version))
    return {"keypair": view.full(found, version)}


def delete(context: RequestContext, name: str, query: dict[str, Any], version: Version) -> Reply:
    """Answer ``DELETE /os-keypairs/{name}``."""
    synnefo_compute.delete_keypair(context, name, user_id=_user(query, version))
    return Reply(status=HTTPStatus.NO_CONTENT if version >= KEYPAIR_TYPES else HTTPStatus.ACCEPTED)


def _user(query: dict[str, Any], version: Version) -> str:
    """Return whose keypairs are asked for; empty for the caller's own."""
    return query.get("user_id", "") if version >= KEYPAIRS_OF_OTHERS else ""
