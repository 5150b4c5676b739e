# SPDX-License-Identifier: Apache-2.0
"""Metadata of a server: all of it, or item by item.

Source: docs.openstack.org/api-ref/compute, "Server metadata".
"""

from __future__ import annotations

from typing import Any

import synnefo_compute
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid


def index(context: RequestContext, server_id: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/metadata``."""
    return {"metadata": synnefo_compute.show_metadata(context, server_id)}


def merge(context: RequestContext, server_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /servers/{server_id}/metadata``: what is not named stays."""
    return {"metadata": synnefo_compute.merge_metadata(context, server_id, body["metadata"])}


def replace(context: RequestContext, server_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /servers/{server_id}/metadata``: what is not named goes."""
    return {"metadata": synnefo_compute.replace_metadata(context, server_id, body["metadata"])}


def show(context: RequestContext, server_id: str, key: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/metadata/{key}``."""
    return {"meta": {key: synnefo_compute.show_metadata_item(context, server_id, key)}}


def update(
    context: RequestContext, server_id: str, key: str, body: dict[str, Any]
) -> dict[str, Any]:
    """Answer ``PUT /servers/{server_id}/metadata/{key}``."""
    item = body["meta"]
    if key not in item:
        msg = "the key in the body is not the one in the path"
        raise Invalid(msg)
    synnefo_compute.merge_metadata(context, server_id, item)
    return {"meta": item}


def delete(context: RequestContext, server_id: str, key: str) -> None:
    """Answer ``DELETE /servers/{server_id}/metadata/{key}``."""
    synnefo_compute.remove_metadata(context, server_id, key)
