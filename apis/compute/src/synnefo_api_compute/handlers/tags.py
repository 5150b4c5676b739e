# SPDX-License-Identifier: Apache-2.0
"""Tags of a server: all of them, or one by one.

Source: docs.openstack.org/api-ref/compute, "Server tags (servers tags)".
"""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import synnefo_compute
from synnefo_api_compute.schemas import tag as schema
from synnefo_api_compute.versions import PREFIX
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply
from synnefo_core.errors import NotFound


def index(context: RequestContext, server_id: str) -> dict[str, Any]:
    """Answer ``GET /servers/{server_id}/tags``."""
    return {"tags": list(synnefo_compute.list_tags(context, server_id))}


def replace(context: RequestContext, server_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /servers/{server_id}/tags``: what is not named goes."""
    return {"tags": list(synnefo_compute.replace_tags(context, server_id, body["tags"]))}


def clear(context: RequestContext, server_id: str) -> None:
    """Answer ``DELETE /servers/{server_id}/tags``."""
    synnefo_compute.replace_tags(context, server_id, ())


def show(context: RequestContext, server_id: str, tag: str) -> None:
    """Answer ``GET /servers/{server_id}/tags/{tag}``: 204, or 404 without it."""
    if not synnefo_compute.has_tag(context, server_id, tag):
        noun = "tag"
        raise NotFound(noun, tag)


def add(context: RequestContext, server_id: str, tag: str) -> Reply:
    """Answer ``PUT /servers/{server_id}/tags/{tag}``: 201, or 204 when it is there already."""
    schema.TAG.check(tag, prefix="tag")
    if not synnefo_compute.add_tag(context, server_id, tag):
        return Reply(status=204)
    place = f"{context.cloud.public_url}{PREFIX}/servers/{server_id}/tags/{quote(tag)}"
    return Reply(status=201, headers={"Location": place})


def remove(context: RequestContext, server_id: str, tag: str) -> None:
    """Answer ``DELETE /servers/{server_id}/tags/{tag}``."""
    synnefo_compute.remove_tag(context, server_id, tag)
