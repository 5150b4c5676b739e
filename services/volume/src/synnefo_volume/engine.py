# SPDX-License-Identifier: Apache-2.0
"""Where volumes lie: the stores that keep heads, and which one takes a new volume."""

from __future__ import annotations

from synnefo_blocks import collection
from synnefo_core.cloud import Cloud
from synnefo_core.contracts.storage import Storage
from synnefo_core.errors import Conflict
from synnefo_volume.values import VolumeType

GIB = 2**30

STORE = "volume_backend_name"
"""What is said of a type whose volumes lie in a certain store."""


def storage_of(cloud: Cloud, store: str) -> Storage:
    """Return a store of volumes; the first call in a process notes who keeps references into it."""
    cloud.shared(f"volume.claimed.{store}", lambda: _claimed(cloud, store))
    return cloud.store(store)


def _claimed(cloud: Cloud, store: str) -> bool:
    collection.claim(cloud, store)
    return True


def store_for(cloud: Cloud, kind: VolumeType) -> str:
    """Return the store for new volumes of a type: the type's, the configured, or the first that can.

    Raises:
        Conflict: It is not configured, or keeps no volumes.
    """
    store = _first_of(cloud, kind.extra_specs.get(STORE, ""))
    if not store:
        msg = f"no store keeps volumes of the type {kind.name}"
        raise Conflict(msg)
    return store


def store_for_disks(cloud: Cloud, source: str) -> str:
    """Return the store for a server's own disk: that of what it is made of, if it keeps volumes.

    Raises:
        Conflict: None does.
    """
    store = (source and keeps_volumes(cloud, source) and source) or _first_of(cloud, "")
    if not store:
        msg = "no store keeps the disks of servers"
        raise Conflict(msg)
    return store


def _first_of(cloud: Cloud, named: str) -> str:
    """Return the store that is named, or configured, or the first; empty if it keeps no volumes."""
    wanted = named or cloud.config.volume.store
    stores = [wanted] if wanted else cloud.stores()
    return next((store for store in stores if keeps_volumes(cloud, store)), "")


def keeps_volumes(cloud: Cloud, store: str) -> bool:
    """Say whether there is such a store, and it has heads."""
    return store in cloud.stores() and cloud.store(store).heads is not None
