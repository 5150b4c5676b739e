# SPDX-License-Identifier: Apache-2.0
"""Host aggregates: groups of clusters.

Source: docs.openstack.org/api-ref/compute, "Host aggregates (os-aggregates)".
"""

from __future__ import annotations

from typing import Any

import synnefo_backends
from synnefo_api_compute.views import aggregate as view
from synnefo_backends import Aggregate
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_core.errors import InvalidField, Unbuilt

MOST_ID = 2**31 - 1


def index(context: RequestContext, version: Version) -> dict[str, Any]:
    """Answer ``GET /os-aggregates``."""
    found = synnefo_backends.list_aggregates(context)
    return {"aggregates": [view.full(each, version) for each in found]}


def create(context: RequestContext, body: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``POST /os-aggregates``."""
    asked = body["aggregate"]
    zone = asked.get("availability_zone") or ""
    made = synnefo_backends.create_aggregate(context, asked["name"].strip(), zone=zone)
    return {"aggregate": view.created(made, version)}


def show(context: RequestContext, aggregate_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /os-aggregates/{aggregate_id}``."""
    found = synnefo_backends.show_aggregate(context, _number(aggregate_id))
    return {"aggregate": view.full(found, version)}


def update(
    context: RequestContext, aggregate_id: str, body: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``PUT /os-aggregates/{aggregate_id}``."""
    asked = body["aggregate"]
    changed = synnefo_backends.modify_aggregate(
        context,
        _number(aggregate_id),
        name=asked["name"].strip() if "name" in asked else None,
        zone=(asked["availability_zone"] or "") if "availability_zone" in asked else None,
    )
    return {"aggregate": view.full(changed, version)}


def delete(context: RequestContext, aggregate_id: str) -> None:
    """Answer ``DELETE /os-aggregates/{aggregate_id}``."""
    synnefo_backends.delete_aggregate(context, _number(aggregate_id))


def act(
    context: RequestContext, aggregate_id: str, body: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``POST /os-aggregates/{aggregate_id}/action``: the one key of the body says which."""
    ((name, asked),) = body.items()
    changed = _ACTIONS[name](context, _number(aggregate_id), asked)
    return {"aggregate": view.full(changed, version)}


def _add_host(context: RequestContext, aggregate_id: int, asked: dict[str, Any]) -> Aggregate:
    return synnefo_backends.add_to_aggregate(context, aggregate_id, asked["host"])


def _remove_host(context: RequestContext, aggregate_id: int, asked: dict[str, Any]) -> Aggregate:
    return synnefo_backends.remove_from_aggregate(context, aggregate_id, asked["host"])


def _set_metadata(context: RequestContext, aggregate_id: int, asked: dict[str, Any]) -> Aggregate:
    return synnefo_backends.set_aggregate_metadata(context, aggregate_id, asked["metadata"])


_ACTIONS = {"add_host": _add_host, "remove_host": _remove_host, "set_metadata": _set_metadata}


def cache_images(context: RequestContext, aggregate_id: str) -> None:
    """Answer ``POST /os-aggregates/{aggregate_id}/images``: no cluster keeps images beforehand."""
    synnefo_backends.show_aggregate(context, _number(aggregate_id))
    what = "keeping images on the nodes of clusters beforehand"
    raise Unbuilt(what)


def _number(aggregate_id: str) -> int:
    if not aggregate_id.isascii() or not aggregate_id.isdigit() or int(aggregate_id) > MOST_ID:
        name = "id"
        raise InvalidField(name, "an aggregate's id is a number")
    return int(aggregate_id)
