# SPDX-License-Identifier: Apache-2.0
"""Quality of service specs, and the types that have them.

Source: docs.openstack.org/api-ref/block-storage/v3, "Quality of service (QoS) specifications".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume import queries
from synnefo_api_volume.views import link, qos as view
from synnefo_core.context import RequestContext

_SORTED = {"created_at": "created_at", "id": "id"}
_ABOUT = ("name", "consumer")


def index(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /qos-specs``: in the order of their making."""
    limit = queries.limit(query)
    ((_, is_descending), *_) = queries.sort(query, _SORTED)
    found = synnefo_volume.list_qos(
        context, limit=limit, marker=query.get("marker", ""), is_descending=is_descending
    )
    shown: dict[str, Any] = {"qos_specs": [view.brief(each) for each in found]}
    links = link.following(context, "qos-specs", query, [each.id for each in found], limit)
    return shown | ({"qos_specs_links": links} if links else {})


def create(context: RequestContext, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``POST /qos-specs``."""
    asked = body["qos_specs"]
    found = synnefo_volume.create_qos(
        context,
        name=asked["name"].strip(),
        consumer=asked.get("consumer", synnefo_volume.CONSUMERS[0]),
        specs=_specs(asked),
    )
    return view.full(context, found)


def _specs(asked: dict[str, Any]) -> dict[str, str]:
    return {name: value or "" for name, value in asked.items() if name not in _ABOUT}


def show(context: RequestContext, qos_id: str) -> dict[str, Any]:
    """Answer ``GET /qos-specs/{qos_id}``."""
    return view.full(context, synnefo_volume.show_qos(context, qos_id))


def update(context: RequestContext, qos_id: str, body: dict[str, Any]) -> dict[str, Any]:
    """Answer ``PUT /qos-specs/{qos_id}``: what is not named stays."""
    asked = body["qos_specs"]
    consumer = asked.get("consumer", "")
    synnefo_volume.merge_qos(context, qos_id, _specs(asked), consumer=consumer)
    return {"qos_specs": asked}


def delete(context: RequestContext, qos_id: str, query: dict[str, Any]) -> None:
    """Answer ``DELETE /qos-specs/{qos_id}``."""
    synnefo_volume.delete_qos(context, qos_id, is_forced=queries.truth(query, "force"))


def delete_keys(context: RequestContext, qos_id: str, body: dict[str, Any]) -> None:
    """Answer ``PUT /qos-specs/{qos_id}/delete_keys``."""
    synnefo_volume.remove_qos_specs(context, qos_id, body["keys"])


def associations(context: RequestContext, qos_id: str) -> dict[str, Any]:
    """Answer ``GET /qos-specs/{qos_id}/associations``."""
    found = synnefo_volume.list_qos_types(context, qos_id)
    return {"qos_associations": [view.association(each) for each in found]}


def associate(context: RequestContext, qos_id: str, query: dict[str, Any]) -> None:
    """Answer ``GET /qos-specs/{qos_id}/associate``."""
    synnefo_volume.associate_qos(context, qos_id, query["vol_type_id"])


def disassociate(context: RequestContext, qos_id: str, query: dict[str, Any]) -> None:
    """Answer ``GET /qos-specs/{qos_id}/disassociate``."""
    synnefo_volume.disassociate_qos(context, qos_id, query["vol_type_id"])


def disassociate_all(context: RequestContext, qos_id: str) -> None:
    """Answer ``GET /qos-specs/{qos_id}/disassociate_all``."""
    synnefo_volume.disassociate_qos_everywhere(context, qos_id)
