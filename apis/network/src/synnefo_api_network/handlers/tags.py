# SPDX-License-Identifier: Apache-2.0
"""Tags of all nouns that have some. Source: Networking API v2.0, "Standard attributes tag"."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any

import synnefo_network
from synnefo_api_network.schemas import tag as schemas
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Route
from synnefo_core.errors import NotFound

COLLECTIONS = {
    "networks": "network",
    "subnets": "subnet",
    "ports": "port",
    "security-groups": "security_group",
    "routers": "router",
    "floatingips": "floatingip",
    "subnetpools": "subnetpool",
}
"""What the service calls the things of a collection."""


def index(context: RequestContext, thing_id: str, *, kind: str) -> dict[str, Any]:
    """List the tags of a thing."""
    return {"tags": synnefo_network.tags_of(context, kind, thing_id)}


def replace(
    context: RequestContext, thing_id: str, body: Mapping[str, Any], *, kind: str
) -> dict[str, Any]:
    """Give a thing other tags."""
    return {"tags": synnefo_network.replace_tags(context, kind, thing_id, body["tags"])}


def clear(context: RequestContext, thing_id: str, *, kind: str) -> None:
    """Take all tags from a thing."""
    synnefo_network.replace_tags(context, kind, thing_id, ())


def show(context: RequestContext, thing_id: str, tag: str, *, kind: str) -> None:
    """Say whether a thing has a tag."""
    if tag not in synnefo_network.tags_of(context, kind, thing_id):
        noun = "tag"
        raise NotFound(noun, tag)


def add(context: RequestContext, thing_id: str, tag: str, *, kind: str) -> None:
    """Put a tag on a thing."""
    schemas.require_tag(tag)
    synnefo_network.add_tag(context, kind, thing_id, tag)


def remove(context: RequestContext, thing_id: str, tag: str, *, kind: str) -> None:
    """Take a tag from a thing."""
    synnefo_network.remove_tag(context, kind, thing_id, tag)


# fmt: off
ROUTES = [
    route
    for collection, kind in COLLECTIONS.items()
    for all_tags, one_tag in [(f"/{collection}/{{thing_id}}/tags", f"/{collection}/{{thing_id}}/tags/{{tag}}")]
    for route in (
        Route("GET",    all_tags, partial(index, kind=kind),   "network:tag:show"),
        Route("PUT",    all_tags, partial(replace, kind=kind), "network:tag:update", 200, schemas.ALL),
        Route("DELETE", all_tags, partial(clear, kind=kind),   "network:tag:update", 204),
        Route("GET",    one_tag,  partial(show, kind=kind),    "network:tag:show",   204),
        Route("PUT",    one_tag,  partial(add, kind=kind),     "network:tag:update", 201),
        Route("DELETE", one_tag,  partial(remove, kind=kind),  "network:tag:update", 204),
    )
]
# fmt: on
