# SPDX-License-Identifier: Apache-2.0
"""Metadata of volumes and of snapshots: all of them, or one by one.

Source: docs.openstack.org/api-ref/block-storage/v3, "Volumes (volumes)" and "Volume snapshots
(snapshots)".
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

import synnefo_volume
from synnefo_core.context import RequestContext
from synnefo_core.errors import Invalid, NotFound


class _Set(Protocol):
    def __call__(
        self,
        context: RequestContext,
        thing_id: str,
        items: Mapping[str, str],
        /,
        *,
        is_replacing: bool = False,
    ) -> Mapping[str, str]: ...


@dataclass(frozen=True)
class Metadata:
    """The metadata of one kind of things, as handlers."""

    noun: str
    find: Callable[[RequestContext, str], synnefo_volume.Volume | synnefo_volume.Snapshot]
    write: _Set
    remove: Callable[[RequestContext, str, str], None]

    def index(self, context: RequestContext, thing_id: str) -> dict[str, Any]:
        """Answer ``GET …/metadata``."""
        return {"metadata": dict(self.find(context, thing_id).metadata)}

    def merge(self, context: RequestContext, thing_id: str, body: dict[str, Any]) -> dict[str, Any]:
        """Answer ``POST …/metadata``: what is not named stays."""
        return {"metadata": dict(self.write(context, thing_id, body["metadata"]))}

    def replace(
        self, context: RequestContext, thing_id: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Answer ``PUT …/metadata``."""
        found = self.write(context, thing_id, body["metadata"], is_replacing=True)
        return {"metadata": dict(found)}

    def show(self, context: RequestContext, thing_id: str, key: str) -> dict[str, Any]:
        """Answer ``GET …/metadata/{key}``."""
        items = self.find(context, thing_id).metadata
        if key not in items:
            raise NotFound(f"metadata item of the {self.noun} {thing_id}", key)
        return {"meta": {key: items[key]}}

    def update(
        self, context: RequestContext, thing_id: str, key: str, body: dict[str, Any]
    ) -> dict[str, Any]:
        """Answer ``PUT …/metadata/{key}``."""
        if key not in body["meta"]:
            msg = "the key in the body is not the one in the path"
            raise Invalid(msg)
        self.write(context, thing_id, body["meta"])
        return body

    def delete(self, context: RequestContext, thing_id: str, key: str) -> None:
        """Answer ``DELETE …/metadata/{key}``."""
        self.remove(context, thing_id, key)


OF_VOLUMES = Metadata(
    "volume",
    synnefo_volume.show_volume,
    synnefo_volume.set_volume_metadata,
    synnefo_volume.remove_volume_metadata,
)
OF_SNAPSHOTS = Metadata(
    "snapshot",
    synnefo_volume.show_snapshot,
    synnefo_volume.set_snapshot_metadata,
    synnefo_volume.remove_snapshot_metadata,
)
