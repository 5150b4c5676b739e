# SPDX-License-Identifier: Apache-2.0
"""What lies in stores and can be made volumes of.

Source: docs.openstack.org/api-ref/block-storage/v3, "Volume manage extension (manageable_volumes)".
"""

from __future__ import annotations

from typing import Any

import synnefo_volume
from synnefo_api_volume import queries
from synnefo_api_volume.handlers import references
from synnefo_api_volume.handlers.volumes import look_at
from synnefo_api_volume.schemas.body import is_set
from synnefo_api_volume.views import manageable as view, service, volume
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Version
from synnefo_volume import Manageable, VolumeSpec


def index(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /manageable_volumes``."""
    return {"manageable-volumes": [view.brief(each) for each in _found(context, query)]}


def detail(context: RequestContext, query: dict[str, Any]) -> dict[str, Any]:
    """Answer ``GET /manageable_volumes/detail``."""
    return {"manageable-volumes": [view.full(each) for each in _found(context, query)]}


def _found(context: RequestContext, query: dict[str, Any]) -> list[Manageable]:
    return synnefo_volume.list_manageable(
        context,
        service.store_at(query["host"]),
        limit=queries.limit(query),
        offset=int(query.get("offset", 0)),
    )


def create(context: RequestContext, body: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``POST /manageable_volumes``."""
    asked = body["volume"]
    spec = VolumeSpec(
        name=references.name_of(asked),
        description=references.description_of(asked),
        metadata=asked.get("metadata") or {},
        type=asked.get("volume_type") or "",
        availability_zone=asked.get("availability_zone") or "",
    )
    found = synnefo_volume.manage_volume(
        context,
        service.store_at(asked["host"]),
        asked["ref"]["source-name"],
        spec,
        is_bootable=is_set(asked.get("bootable", False)),
    )
    return {"volume": volume.created(context, found, look_at(context, [found], version))}
