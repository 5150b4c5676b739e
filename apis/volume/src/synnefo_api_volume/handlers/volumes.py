# SPDX-License-Identifier: Apache-2.0
"""Volumes: list, create, show, update, delete.

Source: docs.openstack.org/api-ref/block-storage/v3, "Volumes (volumes)".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

import synnefo_volume
from synnefo_api_volume import queries, selections, versions
from synnefo_api_volume.handlers import references
from synnefo_api_volume.schemas.body import is_set
from synnefo_api_volume.views import link, volume as view
from synnefo_core.context import RequestContext
from synnefo_core.contracts.api import Reply, Version
from synnefo_core.errors import InvalidField, NotFound, Unbuilt
from synnefo_volume import Selection, Volume, VolumeSpec

_COLUMNS = {
    "availability_zone": "availability_zone",
    "migration_status": "migration_status",
    "volume_type_id": "type_id",
    "source_volid": "source_volume_id",
    "snapshot_id": "snapshot_id",
}
_SORTED = {
    **{name: name for name in ("id", "name", "status", "availability_zone")},
    **{name: name for name in ("created_at", "updated_at")},
    "display_name": "name",
    "size": "size_gib",
    "bootable": "is_bootable",
}

Show = Callable[[RequestContext, Volume, view.Look], dict[str, Any]]


def index(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /volumes``: ids and names."""
    return _listing(context, query, version, path="volumes")


def detail(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /volumes/detail``."""
    return _listing(context, query, version, path="volumes/detail")


def _listing(
    context: RequestContext, query: dict[str, Any], version: Version, *, path: str
) -> dict[str, Any]:
    limit, selection = queries.limit(query), _selection(context, query, version)
    found = synnefo_volume.list_volumes(
        context,
        limit=limit,
        marker=query.get("marker", ""),
        offset=int(query.get("offset", 0)),
        selection=selection,
        sort=queries.sort(query, _SORTED),
    )
    show: Show = view.full if path.endswith("detail") else view.brief
    look = look_at(context, found, version)
    shown: dict[str, Any] = {"volumes": [show(context, each, look) for each in found]}
    links = link.following(context, path, query, [each.id for each in found], limit)
    if links:
        shown["volumes_links"] = links
    if version >= versions.COUNTS and queries.truth(query, "with_count"):
        shown["count"] = synnefo_volume.count_volumes(context, selection)
    return shown


def _selection(context: RequestContext, query: Mapping[str, Any], version: Version) -> Selection:
    found = selections.of(context, query, version, _COLUMNS)
    where = dict(found.where)
    if "size" in query:
        where["size_gib"] = [int(query["size"])]
    if "bootable" in query:
        where["is_bootable"] = [_is_bootable(query, version)]
    if "multiattach" in query:
        where["is_multiattach"] = [queries.truth(query, "multiattach")]
    if query.get("group_id"):
        where["id"] = []  # no volume is in a group
    image = queries.words(query, "glance_metadata") if version >= versions.GLANCE_FILTER else {}
    return replace(found, where=where, image_metadata=image)


def _is_bootable(query: Mapping[str, Any], version: Version) -> bool:
    if version < versions.BOOTABLE_FILTER:
        return str(query["bootable"]) not in ("false", "False")
    return queries.truth(query, "bootable")


def look_at(context: RequestContext, found: Sequence[Volume], version: Version) -> view.Look:
    """Return what volumes are shown with."""
    types = synnefo_volume.type_names(context, {each.type_id for each in found})
    sees_place = context.cloud.policy.allows(context, view.SEE_PLACE)
    return view.Look(version, sees_place, types)


def create(context: RequestContext, body: dict[str, Any], version: Version) -> Reply:
    """Answer ``POST /volumes``."""
    found = synnefo_volume.create_volume(context, _spec(body["volume"], version))
    shown = view.created(context, found, look_at(context, [found], version))
    return Reply({"volume": shown}, headers={"Location": shown["links"][0]["href"]})


def _spec(asked: dict[str, Any], version: Version) -> VolumeSpec:
    for name in ("consistencygroup_id", "group_id", "source_replica"):
        if asked.get(name):
            raise Unbuilt(f"the field {name} of a new volume")
    if asked.get("backup_id") and version < versions.FROM_BACKUP:
        field = "volume.backup_id"
        raise InvalidField(field, "is known since microversion 3.47")
    size = asked.get("size")
    return VolumeSpec(
        size_gib=None if size is None else int(size),
        name=references.name_of(asked),
        description=references.description_of(asked),
        metadata=asked.get("metadata") or {},
        type=asked.get("volume_type") or "",
        availability_zone=asked.get("availability_zone") or "",
        snapshot_id=asked.get("snapshot_id") or "",
        source_volume_id=asked.get("source_volid") or "",
        image_id=references.last_part(asked.get("imageRef") or asked.get("image_id")),
        backup_id=asked.get("backup_id") or "",
        is_multiattach=is_set(asked.get("multiattach", False)),
    )


def show(context: RequestContext, volume_id: str, version: Version) -> dict[str, Any]:
    """Answer ``GET /volumes/{volume_id}``."""
    found = synnefo_volume.show_volume(context, volume_id)
    return {"volume": view.full(context, found, look_at(context, [found], version))}


def update(
    context: RequestContext, volume_id: str, body: dict[str, Any], version: Version
) -> dict[str, Any]:
    """Answer ``PUT /volumes/{volume_id}``."""
    changes = references.changes(body["volume"])
    found = synnefo_volume.update_volume(context, volume_id, changes)
    return {"volume": view.created(context, found, look_at(context, [found], version))}


def delete(context: RequestContext, volume_id: str, query: dict[str, Any]) -> None:
    """Answer ``DELETE /volumes/{volume_id}``."""
    is_forced = queries.truth(query, "force")
    if is_forced:
        context.cloud.policy.require(context, "volume:volume:force_delete")
    synnefo_volume.delete_volume(
        context, volume_id, with_snapshots=queries.truth(query, "cascade"), is_forced=is_forced
    )


def nameless() -> None:
    """Answer a path that ends where an id should be."""
    noun = "volume"
    raise NotFound(noun)


def summary(context: RequestContext, query: dict[str, Any], version: Version) -> dict[str, Any]:
    """Answer ``GET /volumes/summary``."""
    is_everyone = selections.is_for_all(context, query)
    return view.summary(synnefo_volume.summarise_volumes(context, is_everyone=is_everyone), version)
